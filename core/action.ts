/**
 * The declaration of an action: all that the system knows about one way to change the state.
 * The route (`POST /api/<name>`), the published schema, the typed client, the documentation and the
 * specs are derived from it. Neighbours: the slices declare, `registry.ts` collects, `reduce.ts` runs.
 * Invariant: a reducer reads nothing but its arguments.
 */
import type { Draft } from "immer";
import type { Static, TSchema } from "typebox";
import type { Rejection } from "./errors.ts";
import type { Relations } from "./relations.ts";
import type { ArchiveStep } from "./state/archive/archive.ts";
import type { State } from "./state/state.ts";
import type { Task } from "./state/tasks/task.ts";

/** reference.txt, "Event kinds". */
export const EVENT_KINDS = [
  "state_saved",
  "agent_registered",
  "agent_heartbeat",
  "task_updated",
  "mission_planned",
  "message_posted",
  "directive_queued",
  "agent_decommission",
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** What a reducer cannot know of itself; kept in the journal, so that replay meets the same. */
export interface Stamp {
  /** Milliseconds since the epoch. */
  at: number;
  /** The number its entry will have; versions and lease tokens are made of it. */
  seq: number;
  /** Who did it: an agent's id, `ceo` or `system`. */
  actor: string;
  /** Whose token it came with, by the token's name; absent in entries of releases before names. */
  by?: string;
  actionId: string;
  /** What the archive held when the action was decided, where it asks for that (`recalls`). */
  recalled?: Recalled;
  /** The generation of rules (`RULES`) it was decided by, where an older one keeps something else; absent before there was one. */
  rules?: number;
  /** How many records it may change beside what it names (`most`); absent in entries of releases before that bound. */
  most?: number;
}

/** Raised where the same action changes something else than before: an entry is decided again as it was decided. */
export const RULES = 2;

/** By which rules something is decided. */
export type Ruled = Pick<Stamp, "rules">;
/** Whether it is decided by that generation of rules, or a later one. */
export function isSince({ rules = 0 }: Ruled, generation: number): boolean {
  return rules >= generation;
}
/** Of whatever is no entry: a look, a view. */
export const TODAY: Ruled = { rules: RULES };

/** An archived task, and which of the tasks it names are archived too. */
export interface Recalled {
  task: Task;
  /** The entry that archived it. */
  seq: number;
  archived: string[];
}

export interface Action<P = unknown> {
  name: string;
  payload: P;
  stamp: Stamp;
}

export interface Context extends Stamp {
  /** `at`, as it is written in the state. */
  time: string;
  /** The state before this action: plain, so cheaper to scan than the draft. */
  before: State;
  /** Look-ups as of `before`. */
  relations: Relations;
}

/** What a reducer reports beside the changed draft. Nothing in it may hold on to the draft. */
export interface Effect<R extends object, O extends object = Nothing> {
  /** As on the stream: `Codex updated T-203`. */
  title: string;
  /** As on the stream: `status→validation`. */
  details?: string;
  /** The ids it touched, for the event's meta. */
  ids?: Record<string, string | string[]>;
  /** Something else than the declared kind of event (openclaw/publish without a task). */
  kind?: EventKind;
  /** Tasks whose notifications depend on more than this action changed: the sweep names what came due. */
  revisit?: readonly string[];
  /** Recognised as said before: answer, but neither journal nor show it again. */
  repeated?: true;
  /** Nothing happened at all: told, but not written, and its idempotency key stays free. */
  idle?: true;
  /** What leaves the state for the archive, or comes back; plain records. */
  archive?: ArchiveStep;
  /** What the caller is told, derived from the state right after the action. */
  reply(after: State, at: number): R;
  /**
   * What the reply says beside that is not about this action alone: the whole company, the contract.
   * A batch leaves it out: 500 actions would say it 500 times, each time longer.
   */
  overview?(after: State, at: number): O;
}

/** An object of which nothing is known. */
export type Nothing = Record<never, never>;

/**
 * Forms in which clients in the field send the same data (routes.md, Existing clients); all become
 * the flat body before it is validated.
 */
export interface Forms {
  /** The key that may wrap the whole body. */
  envelope?: string;
  /** The field that may be called `id` inside that envelope. */
  id?: string;
  /** Fields that may stand under `metadata`. */
  metadata?: readonly string[];
  /** Other spellings: what is sent → the documented name. */
  aliases?: Readonly<Record<string, string>>;
  /** A list whose items have forms of their own. */
  items?: { field: string; forms: Forms };
}

export type Check = (
  schema: TSchema,
  value: unknown,
) => { ok: true; value: Record<string, unknown>; warnings: string[] } | Rejection;

/** What there is to know of a write from outside: its route, its body, its documentation. */
export interface WriteDeclaration<N extends string, B extends TSchema> {
  /** As in its route: `tasks/update`. */
  name: N;
  summary: string;
  body: B;
  forms?: Forms;
  /** Bodies that work on the demo company as it stands, the reference's own where it has one. */
  examples: readonly Static<B>[];
  /** What must have been done to the demo company before the examples work. */
  given?: readonly (readonly [name: string, body: object])[];
  /** May be refused over a lease or a version, though its own body has neither. */
  contended?: true;
  /** How long a dispatch may wait for something to do, and whether there is something (tasks/claim). */
  wait?: {
    seconds(payload: Static<B>): number;
    isReady(state: State, relations: Relations, payload: Static<B>): boolean;
  };
}

export type AnyWrite = WriteDeclaration<string, TSchema>;

export interface ActionDeclaration<
  N extends string,
  B extends TSchema,
  R extends object,
  O extends object = object,
> extends WriteDeclaration<N, B> {
  kind: EventKind;
  /** Dispatched by timers only: no route. */
  internal?: true;
  /** Never part of a batch, for the reason given: `it replaces the whole company`. */
  alone?: string;
  /** The archived task that the reducer needs, where there is one (tasks/reopen); it finds it in its stamp. */
  recalls?(payload: Static<B>): string;
  /** How many records it may change at once, where that hangs on the state; it finds it in its stamp. */
  most?: number;
  /** Splits a permissive body before it is reduced (org/bootstrap); must be pure. */
  prepare?(body: Static<B>, check: Check): Static<B>;
  /** Who is acting, where the body says so. */
  actor?(payload: Static<B>): string | null | undefined;
  reduce(draft: Draft<State>, payload: Static<B>, context: Context): Effect<R, O>;
}

export type AnyAction = ActionDeclaration<string, TSchema, object>;

/** Declares an action; the identity function, for its types. */
export function defineAction<
  const N extends string,
  B extends TSchema,
  R extends object,
  O extends object = Nothing,
>(declaration: ActionDeclaration<N, B, R, O>): ActionDeclaration<N, B, R, O> {
  return declaration;
}
