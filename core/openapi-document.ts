/**
 * The shape of an OpenAPI document as far as ours goes, and the parts that all operations share.
 * Neighbours: `openapi.ts` and `openapi-streams.ts` write operations in it, the specs read it.
 */
import type { Problem } from "./problems.ts";

export const STREAM_PATH = "/api/events/stream";

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

export interface Reference {
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

export const JSON_TYPE = "application/json";

export function operationOf(item: PathItem): Operation {
  return "get" in item ? item.get : item.post;
}

export const parameters: Record<string, Parameter> = {
  IdempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    description: "However often the request is sent with it: one effect, one answer.",
    schema: { type: "string", pattern: "^[\\x21-\\x7e]{1,200}$" },
  },
  Journal: {
    name: "ClawTasker-Journal",
    in: "header",
    description: "The journal that is meant, as hello names it; 412 where the server has another.",
    schema: { type: "string", minLength: 1, maxLength: 200 },
  },
  IfMatch: {
    name: "If-Match",
    in: "header",
    description: "The version that was seen, as `expected_version` in the body; 409 for another.",
    schema: { type: "string", pattern: '^(\\*|(W/)?"?\\d{1,15}"?)$' },
  },
};

export const headers = {
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

export function toProblemResponse({ status, description, codes }: Problem): Response {
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

export function refer(list: readonly Problem[]): Record<string, Reference> {
  return Object.fromEntries(
    list.map(({ status, name }) => [status, { $ref: `#/components/responses/${name}` }]),
  );
}

/** What every operation has, from its name. */
export function heading(
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
