/**
 * The two streams in the OpenAPI document, which has no words for their messages: how they are asked
 * for, and how they refuse. Neighbour: `asyncapi.ts` has the messages.
 */
import { heading, type Operation, type Parameter, refer } from "./openapi-document.ts";
import { problems } from "./problems.ts";

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

function sinceParameter(description: string): Parameter {
  return { name: "since", in: "query", description, schema: { type: "integer", minimum: 0 } };
}
