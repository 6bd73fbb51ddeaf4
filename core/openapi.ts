/**
 * The OpenAPI 3.1 document, made of the declarations: what is not declared is not in it. Neighbours:
 * `queries.ts` serves it at `GET /api/openapi.json`, `replies.ts` has the answers, `problems.ts` the
 * refusals. Invariant: a pure function of the declarations; the specs hold it against the live server.
 */
import { Type } from "typebox";
import type { AnyAction } from "./action.ts";
import {
  type Problem,
  problems,
  problemsOfAction,
  problemsOfQuery,
  toErrorSchema,
} from "./problems.ts";
import { createPublisher, type Publisher } from "./published.ts";
import type { AnyQuery } from "./query.ts";
import { answers, replies } from "./replies.ts";
import { VERSION } from "./version.ts";
import { SOCKET_PATH } from "./wire.ts";

export const STREAM_PATH = "/api/events/stream";

export interface Declarations {
  actions: Iterable<AnyAction>;
  queries: Iterable<AnyQuery>;
}

export interface Parameter {
  name: string;
  in: "query" | "header";
  required?: boolean;
  description?: string;
  schema: object;
  example?: unknown;
}

export interface Media {
  schema: object;
  examples?: Record<string, { value: unknown; description?: string }>;
}

export interface Response {
  description: string;
  headers?: Record<string, object>;
  content?: Record<string, Media>;
}

interface Reference {
  $ref: string;
}

export interface Operation {
  operationId: string;
  summary: string;
  description?: string;
  tags: string[];
  security?: Record<string, string[]>[];
  parameters?: (Parameter | Reference)[];
  requestBody?: { required: boolean; content: Record<string, Media> };
  responses: Record<string, Response | Reference>;
}

export type PathItem = { get: Operation } | { post: Operation };

export interface OpenApiDocument {
  openapi: "3.1.1";
  info: { title: string; version: string; description: string; license: object };
  servers: { url: string }[];
  tags: { name: string }[];
  paths: Record<string, PathItem>;
  components: {
    schemas: Record<string, object>;
    parameters: Record<string, Parameter>;
    headers: Record<string, object>;
    responses: Record<string, Response>;
    securitySchemes: Record<string, object>;
  };
}

const JSON_TYPE = "application/json";
const BEARER = [{ bearer: [] }];

export function toOpenApi({ actions, queries }: Declarations): OpenApiDocument {
  const publisher = createPublisher();
  const paths: Record<string, PathItem> = {};
  for (const query of queries) paths[`/api/${query.name}`] = { get: toRead(query, publisher) };
  paths[STREAM_PATH] = { get: stream };
  paths[SOCKET_PATH] = { get: socket };
  for (const action of actions) {
    if (!action.internal) paths[`/api/${action.name}`] = { post: toWrite(action, publisher) };
  }
  const tags = new Set(Object.values(paths).flatMap((item) => operationOf(item).tags));
  return {
    openapi: "3.1.1",
    info: {
      title: "ClawTasker",
      version: VERSION,
      description: ABOUT,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    tags: [...tags].sort().map((name) => ({ name })),
    paths,
    components: {
      schemas: { Error: toErrorSchema(), ...publisher.named() },
      parameters,
      headers,
      responses: Object.fromEntries(problems.map((one) => [one.name, toProblemResponse(one)])),
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          description: "The server's write token; write_token in the body does the same.",
        },
      },
    },
  };
}

export function operationOf(item: PathItem): Operation {
  return "get" in item ? item.get : item.post;
}

const ABOUT =
  "Mission control for one human CEO and many AI agents. Every POST is one entry of a durable " +
  "journal and one event of the streams. Fields that are not described here are ignored, and " +
  "named in `warnings`. Bodies hold at most 163,840 bytes of JSON.";

function toWrite(action: AnyAction, { publish }: Publisher): Operation {
  const { name, summary, body } = action;
  const description = describe(action);
  const reply = replies.get(name)?.properties ?? {};
  return {
    ...heading(name, summary),
    ...(description && { description }),
    security: BEARER,
    parameters: [
      { $ref: "#/components/parameters/IdempotencyKey" },
      ...(has(body, "expected_version") ? [{ $ref: "#/components/parameters/IfMatch" }] : []),
    ],
    requestBody: {
      required: requiredOf(body).length > 0,
      content: {
        [JSON_TYPE]: { schema: publish(withToken(body)), examples: toExamples(action) },
      },
    },
    responses: {
      200: {
        description: "Done, and durable.",
        headers: {
          "ClawTasker-Seq": { $ref: "#/components/headers/Seq" },
          "Idempotency-Replayed": { $ref: "#/components/headers/Replayed" },
        },
        content: {
          [JSON_TYPE]: {
            schema: publish(
              Type.Object({ ok: YES, ...reply, warnings: reply.warnings ?? WARNINGS }),
            ),
          },
        },
      },
      ...refer(problemsOfAction(action)),
    },
  };
}

function toRead(query: AnyQuery, { publish }: Publisher): Operation {
  const { name, summary, params, auth, bare, cached, examples } = query;
  const answer = answers.get(name);
  const required = requiredOf(params);
  const parameters = Object.entries(propertiesOf(params)).map(([field, schema]): Parameter => {
    const { description, ...rest } = publish(schema) as { description?: string };
    const example = (examples[0] as Record<string, unknown> | undefined)?.[field];
    return {
      name: field,
      in: "query",
      required: required.includes(field),
      ...(description && { description }),
      schema: rest,
      ...(example !== undefined && { example }),
    };
  });
  const schema = bare
    ? (answer ?? { type: "object" })
    : Type.Object({ ok: YES, ...(answer?.properties ?? {}) });
  return {
    ...heading(name, summary),
    ...(auth && { security: BEARER }),
    ...(parameters.length > 0 && { parameters }),
    responses: {
      200: {
        description: "The answer.",
        ...(cached && { headers: { ETag: { $ref: "#/components/headers/ETag" } } }),
        content: { [JSON_TYPE]: { schema: publish(schema) } },
      },
      ...(cached && { 304: { description: "It is as If-None-Match says." } }),
      ...refer(problemsOfQuery(query)),
    },
  };
}

const YES = Type.Literal(true);
const WARNINGS = Type.Optional(
  Type.Array(Type.String(), { description: "Fields that were ignored." }),
);

const stream: Operation = {
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
    ...refer(problems.filter(({ status }) => [400, 403, 503].includes(status))),
  },
};

const socket: Operation = {
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

const parameters: Record<string, Parameter> = {
  IdempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    description: "However often the request is sent with it: one effect, one answer.",
    schema: { type: "string", pattern: "^[\\x21-\\x7e]{1,200}$" },
  },
  IfMatch: {
    name: "If-Match",
    in: "header",
    description: "The version that was seen, as `expected_version` in the body; 409 for another.",
    schema: { type: "string", pattern: '^(\\*|(W/)?"?\\d{1,15}"?)$' },
  },
};

const headers = {
  Seq: {
    description: "The sequence number of the entry.",
    schema: { type: "string", pattern: "^\\d+$" },
  },
  Replayed: {
    description: "This is the answer to an earlier request with the same key.",
    schema: { type: "string", const: "true" },
  },
  ETag: { description: "Send it back as If-None-Match.", schema: { type: "string" } },
  RetryAfter: { description: "In seconds.", schema: { type: "string", pattern: "^\\d+$" } },
};

function toProblemResponse({ status, description, codes }: Problem): Response {
  const retry = { "Retry-After": { $ref: "#/components/headers/RetryAfter" } };
  return {
    description,
    ...((status === 429 || status === 503) && { headers: retry }),
    content: {
      [JSON_TYPE]: {
        schema: {
          allOf: [
            { $ref: "#/components/schemas/Error" },
            { properties: { code: { enum: codes } } },
          ],
        },
      },
    },
  };
}

function refer(list: readonly Problem[]): Record<string, Reference> {
  return Object.fromEntries(
    list.map(({ status, name }) => [status, { $ref: `#/components/responses/${name}` }]),
  );
}

function heading(
  name: string,
  summary: string,
): Pick<Operation, "operationId" | "summary" | "tags"> {
  const [first = "", second] = name.split("/");
  return { operationId: toOperationId(name), summary, tags: [second ? first : "system"] };
}

/** `openclaw/roster_sync` → `openclawRosterSync`. */
export function toOperationId(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9]+(\w)/g, (_all, letter: string) => letter.toUpperCase());
}

/** What the schema of the body cannot say. */
function describe({ forms, wait }: AnyAction): string {
  const { envelope, id, metadata = [], aliases = {} } = forms ?? {};
  const also = [
    envelope && `all of it in an envelope \`${envelope}\``,
    id && `\`id\` for \`${id}\``,
    metadata.length > 0 && `${quoted(metadata)} under \`metadata\``,
    ...Object.entries(aliases).map(([sent, name]) => `\`${sent}\` for \`${name}\``),
  ].filter(Boolean);
  return [
    also.length > 0 && `Also taken: ${also.join(", ")}.`,
    wait && "The answer may wait as long as the body asks it to.",
  ]
    .filter(Boolean)
    .join(" ");
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}

function toExamples({ given, examples }: AnyAction): NonNullable<Media["examples"]> {
  const first = (given ?? []).map(([name, body]) => `POST /api/${name} ${JSON.stringify(body)}`);
  const description = first.length > 0 && `After ${first.join(", then ")}.`;
  return Object.fromEntries(
    examples.map((value, index) => [
      `example${index + 1}`,
      { ...(description && { description }), value },
    ]),
  );
}

const TOKEN = Type.Optional(
  Type.String({ description: "The write token, for who cannot send the Authorization header." }),
);

/** The very schema that validates the body, and the field that is taken out before. */
function withToken(body: object): object {
  return { ...body, properties: { ...propertiesOf(body), write_token: TOKEN } };
}

function propertiesOf(schema: object): Record<string, object> {
  return (schema as { properties?: Record<string, object> }).properties ?? {};
}

function requiredOf(schema: object): readonly string[] {
  return (schema as { required?: string[] }).required ?? [];
}

function has(schema: object, field: string): boolean {
  return Object.hasOwn(propertiesOf(schema), field);
}
