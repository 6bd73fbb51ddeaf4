/**
 * The OpenAPI 3.1 document, made of the declarations: what is not declared is not in it. Neighbours:
 * `queries.ts` serves it at `GET /api/openapi.json`, `answers/` has the replies, `problems.ts` the
 * refusals. Invariant: a pure function of the declarations; the specs hold it against the live server.
 */
import { Type } from "typebox";
import type { AnyWrite } from "./action.ts";
import { answers, replies } from "./answers/replies.ts";
import {
  headers,
  heading,
  JSON_TYPE,
  type Media,
  type OpenApiDocument,
  type Operation,
  operationOf,
  type Parameter,
  type PathItem,
  parameters,
  refer,
  STREAM_PATH,
  toProblemResponse,
} from "./openapi-document.ts";
import { backup, metrics, probes, socket, stream } from "./openapi-streams.ts";
import { problems, problemsOfQuery, problemsOfWrite, toErrorSchema } from "./problems.ts";
import { createPublisher, type Publisher } from "./published.ts";
import type { AnyQuery } from "./query.ts";
import { VERSION } from "./version.ts";
import { SOCKET_PATH } from "./wire.ts";

export interface Declarations {
  writes: Iterable<AnyWrite>;
  queries: Iterable<AnyQuery>;
}

const BEARER = [{ bearer: [] }];

export function toOpenApi({ writes, queries }: Declarations): OpenApiDocument {
  const publisher = createPublisher();
  const paths: Record<string, PathItem> = {};
  for (const query of queries) paths[`/api/${query.name}`] = { get: toRead(query, publisher) };
  paths[STREAM_PATH] = { get: stream };
  paths[SOCKET_PATH] = { get: socket };
  paths["/api/system/backup"] = { get: backup };
  for (const [path, probe] of Object.entries(probes)) paths[path] = { get: probe };
  paths["/metrics"] = { get: metrics };
  for (const write of writes) paths[`/api/${write.name}`] = { post: toWrite(write, publisher) };
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
          description: SECURITY,
        },
      },
    },
  };
}

const SECURITY =
  "The server's own token, or a named one (tokens/create) with the rights of its role: owner, operator, " +
  "agent or observer; an agent's speaks for that agent alone. write_token in the body does the same. " +
  "Where reading asks for a token (CLAWTASKER_READ_AUTH, the rule off loopback) every GET under /api " +
  "and both streams take one too, but for GET /api/session, which says so; no token is taken from an address.";

const ABOUT =
  "Mission control for one human CEO and many AI agents. Every POST but a batch is one entry of a " +
  "durable journal and one event of the streams. Fields that are not described here are ignored, and " +
  "named in `warnings`. Bodies hold at most 163,840 bytes of JSON.";

function toWrite(write: AnyWrite, { publish }: Publisher): Operation {
  const { name, summary, body } = write;
  const description = describe(write);
  const reply = replies.get(name)?.properties ?? {};
  return {
    ...heading(name, summary),
    ...(description && { description }),
    security: BEARER,
    parameters: [
      { $ref: "#/components/parameters/IdempotencyKey" },
      { $ref: "#/components/parameters/Journal" },
      ...(has(body, "expected_version") ? [{ $ref: "#/components/parameters/IfMatch" }] : []),
    ],
    requestBody: {
      required: requiredOf(body).length > 0,
      content: {
        [JSON_TYPE]: { schema: publish(withToken(body)), examples: toExamples(write) },
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
      ...refer(problemsOfWrite(write)),
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
        ...(cached && { headers: TAGGED }),
        content: { [JSON_TYPE]: { schema: publish(schema) } },
      },
      ...(cached && { 304: { description: "It is as If-None-Match says.", headers: TAGGED } }),
      ...refer(problemsOfQuery(query)),
    },
  };
}

const TAGGED = { ETag: { $ref: "#/components/headers/ETag" } };
const YES = Type.Literal(true);
const WARNINGS = Type.Optional(
  Type.Array(Type.String(), { description: "Fields that were ignored." }),
);

/** What the schema of the body cannot say. */
function describe({ forms, wait }: AnyWrite): string {
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

function toExamples({ given, examples }: AnyWrite): NonNullable<Media["examples"]> {
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
  Type.String({ description: "The token, for who cannot send the Authorization header." }),
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
