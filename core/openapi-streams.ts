/**
 * What of the OpenAPI document no declaration tells: the two streams, for whose messages it has no words
 * (`asyncapi.ts` has), the backup, and what operators ask. Neighbours: `openapi.ts` puts them in, the
 * server mounts them.
 */
import { heading, type Operation, type Parameter, refer } from "./openapi-document.ts";
import { problems } from "./problems.ts";

const HOST_REFUSED = refer(problems.filter(({ status }) => status === 403));

export const stream: Operation = {
  ...heading("events/stream", "Server-sent events of every write."),
  description:
    "Each entry is a frame `event: clawtasker` whose `id` is its sequence number and whose `data` is " +
    "an `Event`. Where the history asked for is gone, a frame `event: reset` comes first. The " +
    "AsyncAPI document at `/api/asyncapi.json` has the messages.",
  parameters: [
    sinceParameter("Begin after this sequence number; now when absent."),
    {
      name: "Last-Event-ID",
      in: "header",
      description: "The same, as a browser that comes back sends it; it wins over `since`.",
      schema: { type: "string", pattern: "^\\d{1,15}$" },
    },
  ],
  responses: {
    200: {
      description: "A stream without an end.",
      content: { "text/event-stream": { schema: { type: "string" } } },
    },
    ...refer(problems.filter(({ status }) => [400, 401, 403, 503].includes(status))),
  },
};

export const socket: Operation = {
  ...heading("ws", "WebSocket: the state, then patches."),
  description: "The AsyncAPI document at `/api/asyncapi.json` has the messages.",
  parameters: [
    sinceParameter("Resume after this sequence number instead of getting the state."),
    {
      name: "journal",
      in: "query",
      description: "The journal that was counted in, from the last hello.",
      schema: { type: "string" },
    },
  ],
  responses: {
    101: { description: "It is a WebSocket now." },
    ...refer(problems.filter(({ status }) => [400, 403, 426, 503].includes(status))),
  },
};

export const backup: Operation = {
  ...heading("system/backup", "The journal as one file, as of one entry."),
  description: "For a token of the role owner; `clawtasker restore` takes the file.",
  security: [{ bearer: [] }],
  responses: {
    200: {
      description: "A SQLite database.",
      headers: { "ClawTasker-Seq": { $ref: "#/components/headers/Seq" } },
      content: { "application/vnd.sqlite3": { schema: { type: "string", format: "binary" } } },
    },
    ...refer(problems.filter(({ status }) => [400, 401, 403, 500, 503].includes(status))),
  },
};

/** Beside the API, and open to whoever reaches the port. */
export const probes: Readonly<Record<string, Operation>> = {
  "/livez": {
    ...heading("livez", "Whether the process lives."),
    responses: { 200: plain("It does."), ...HOST_REFUSED },
  },
  "/readyz": {
    ...heading("readyz", "Whether it takes work."),
    responses: {
      200: plain("It does."),
      503: plain("It is stopping, or its journal failed."),
      ...HOST_REFUSED,
    },
  },
};

/** Asks for a token where reading does. */
export const metrics: Operation = {
  ...heading("metrics", "Counters and gauges for Prometheus."),
  responses: {
    200: plain("In the text format of Prometheus."),
    ...refer(problems.filter(({ status }) => [401, 403].includes(status))),
  },
};

function plain(description: string) {
  return { description, content: { "text/plain": { schema: { type: "string" } } } };
}

function sinceParameter(description: string): Parameter {
  return { name: "since", in: "query", description, schema: { type: "integer", minimum: 0 } };
}
