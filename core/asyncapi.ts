/**
 * The AsyncAPI 3.0 document of the two streams, made of the schemas that the specs hold the transports
 * against. Neighbours: `protocol.ts` has the messages, `queries.ts` serves the document at
 * `GET /api/asyncapi.json`, `openapi.ts` has everything else. Invariant: a pure function.
 */
import { Type } from "typebox";
import { records } from "./answers/records.ts";
import { STREAM_PATH } from "./openapi-document.ts";
import { CommitsSchema, HelloSchema, KeepaliveSchema } from "./protocol.ts";
import { createPublisher } from "./published.ts";
import { VERSION } from "./version.ts";
import { CLOSE_CODES, KEEPALIVE_MS, SOCKET_PATH } from "./wire.ts";

export interface AsyncApiDocument {
  asyncapi: "3.0.0";
  info: { title: string; version: string; description: string; license: object };
  defaultContentType: string;
  servers: Record<string, object>;
  channels: Record<string, AsyncChannel>;
  operations: Record<string, object>;
  components: { schemas: Record<string, object>; messages: Record<string, AsyncMessage> };
}

interface AsyncChannel {
  address: string;
  description: string;
  servers: Reference[];
  messages: Record<string, Reference>;
  bindings?: object;
}

interface AsyncMessage {
  name: string;
  summary: string;
  payload: object;
}

interface Reference {
  $ref: string;
}

/** What stands in `data:` of a frame `event: reset`. */
const ResetSchema = Type.Object(
  {
    reason: Type.Enum(["gone", "ahead"]),
    seq: Type.Integer({ minimum: 0, description: "What follows continues after it." }),
    message: Type.String(),
  },
  { title: "Reset" },
);

const HOST = {
  host: "{host}",
  variables: { host: { default: "127.0.0.1:3000", description: "Where the server listens." } },
};

const SINCE = { type: "integer", minimum: 0, description: "Resume after this sequence number." };
const JOURNAL = { type: "string", description: "The journal that was counted in." };

export function toAsyncApi(): AsyncApiDocument {
  const { publish, named } = createPublisher();
  const message = (name: string, summary: string, schema: object): AsyncMessage => ({
    name,
    summary,
    payload: publish(schema),
  });
  const messages = {
    event: message(
      "clawtasker",
      "One entry; the frame's id is its sequence number.",
      records.event,
    ),
    reset: message("reset", "The history asked for is gone: read the snapshot again.", ResetSchema),
    hello: message("hello", "The first message: the state, or none where it resumes.", HelloSchema),
    commits: message(
      "commits",
      "One entry or more that follow one another, each as JSON Patch on the state.",
      CommitsSchema,
    ),
    keepalive: message("keepalive", "Nothing happened for a while.", KeepaliveSchema),
  };
  return {
    asyncapi: "3.0.0",
    info: {
      title: "ClawTasker streams",
      version: VERSION,
      description:
        "Every accepted write, in order and without a gap, as server-sent events or over a WebSocket. " +
        "The sequence number of the last one that was seen is where a client resumes.",
      license: { name: "MIT" },
    },
    defaultContentType: "application/json",
    servers: {
      sse: { ...HOST, protocol: "http", description: "Server-sent events." },
      ws: { ...HOST, protocol: "ws", description: "WebSocket." },
    },
    channels: {
      events: {
        address: STREAM_PATH,
        description:
          "Server-sent events. Resume with `Last-Event-ID`, or with `?since=`. A quiet stream carries " +
          `a comment every ${KEEPALIVE_MS / 1_000} seconds.`,
        servers: [{ $ref: "#/servers/sse" }],
        messages: pick(["event", "reset"]),
      },
      socket: {
        address: SOCKET_PATH,
        description:
          "WebSocket, for who follows the state. What clients send is ignored. Close codes: " +
          `${CLOSE_CODES.restart} the server restarts, ${CLOSE_CODES.policy} what was sent is not of ` +
          `this protocol, ${CLOSE_CODES.tooSlow} the reader was too slow, ${CLOSE_CODES.crowded} others need its place, ${CLOSE_CODES.revoked} its token was revoked.`,
        servers: [{ $ref: "#/servers/ws" }],
        messages: pick(["hello", "commits", "keepalive"]),
        bindings: {
          ws: {
            method: "GET",
            query: { type: "object", properties: { since: SINCE, journal: JOURNAL } },
            bindingVersion: "0.1.0",
          },
        },
      },
    },
    operations: {
      sendEvents: {
        action: "send",
        channel: { $ref: "#/channels/events" },
        summary: "Tells every reader of each write.",
        bindings: {
          http: {
            method: "GET",
            query: { type: "object", properties: { since: SINCE } },
            bindingVersion: "0.3.0",
          },
        },
      },
      sendCommits: {
        action: "send",
        channel: { $ref: "#/channels/socket" },
        summary: "Greets with the state, then sends each change of it.",
      },
    },
    components: { schemas: named(), messages },
  };
}

function pick(names: readonly string[]): Record<string, Reference> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }]));
}
