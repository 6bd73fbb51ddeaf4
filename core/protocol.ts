/**
 * The WebSocket messages of `/api/ws`, version 2: on connect a `hello`, then `commits`, with one commit for
 * each entry, in order, those together that are shown together. A client that is asked for a gap it cannot close gets a new `hello` with the state.
 * Neighbours: `wire.ts` has the constants, transport-ws encodes, the page's sync applies. A change of shape is a new version.
 */
import { type Static, Type } from "typebox";
import { EVENT_KINDS } from "./action.ts";
import type { Entry } from "./entry.ts";
import { RESET_REASONS } from "./feed.ts";
import { PROTOCOL_VERSION } from "./wire.ts";

const told = {
  timestamp: Type.String(),
  kind: Type.Enum([...EVENT_KINDS]),
  title: Type.String(),
  details: Type.String(),
  meta: Type.Unsafe<Record<string, unknown>>({ type: "object" }),
};

export const StreamEventSchema = Type.Object({
  id: Type.Integer({ description: "The sequence number of the entry." }),
  ...told,
});

export const PatchSchema = Type.Union([
  Type.Object({
    op: Type.Enum(["add", "replace"]),
    path: Type.String({ description: "RFC 6901, into the wire state." }),
    value: Type.Unknown(),
  }),
  Type.Object({ op: Type.Literal("remove"), path: Type.String() }),
]);

/** The first message. With `state`, it replaces all that the client has; without, patches follow. */
export const HelloSchema = Type.Object({
  type: Type.Literal("hello"),
  protocol: Type.Literal(PROTOCOL_VERSION),
  version: Type.String({ description: "Of the server." }),
  journal: Type.String({ description: "Send it back as ?journal= with ?since=." }),
  seq: Type.Integer({
    description: "The state is as of here; the first commit has the next number.",
  }),
  head: Type.Integer({
    description: "The last entry there is; up to it the client is catching up.",
  }),
  now: Type.Integer({ description: "The server's clock, in milliseconds." }),
  state: Type.Optional(
    Type.Unknown({ description: "The base state: every table a record by id." }),
  ),
  events: Type.Optional(Type.Array(StreamEventSchema)),
  reset: Type.Optional(
    Type.Enum([...RESET_REASONS, "journal", "far"], { description: "Why not resumed." }),
  ),
});

export const CommitSchema = Type.Object({
  seq: Type.Integer({ description: "That of the commit before plus one, across messages too." }),
  event: Type.Object(told, { description: "What SSE shows; its id is the seq." }),
  patches: Type.Array(PatchSchema, { description: "RFC 6902, on the wire state." }),
});

/** What is shown together: one commit, or many that follow one another. */
export const CommitsSchema = Type.Object({
  type: Type.Literal("commits"),
  commits: Type.Array(CommitSchema, { minItems: 1 }),
});

/** Sent when nothing else was for a while, so that a client can tell a quiet wire from a dead one. */
export const KeepaliveSchema = Type.Object({
  type: Type.Literal("keepalive"),
  seq: Type.Integer(),
  now: Type.Integer(),
});

export const ServerMessageSchema = Type.Union([HelloSchema, CommitsSchema, KeepaliveSchema]);

export type Hello = Static<typeof HelloSchema>;
export type Commit = Static<typeof CommitSchema>;
export type Commits = Static<typeof CommitsSchema>;
export type Keepalive = Static<typeof KeepaliveSchema>;
export type ServerMessage = Hello | Commits | Keepalive;

/** An entry as it travels: its event without the id, which is the entry's number. */
export function toCommit({ seq, event, patches }: Entry): Commit {
  const { timestamp, kind, title, details, meta } = event;
  return { seq, event: { timestamp, kind, title, details, meta }, patches };
}
