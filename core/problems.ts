/**
 * The refusals as the HTTP documents describe them: each status, when it comes, with which codes.
 * Neighbours: `errors.ts` has the core's codes, transport-http answers with them, `openapi.ts` publishes.
 * Invariant: the specs hold every code and status here against those of the live server.
 */
import type { AnyWrite } from "./action.ts";
import { REJECTION_CODES, type RejectionCode } from "./errors.ts";
import type { AnyQuery } from "./query.ts";

/** Codes of what is refused before the core is asked. */
const TRANSPORT_CODES = [
  "bad_request",
  "unauthorised",
  "unknown_route",
  "method_not_allowed",
  "too_large",
  "unsupported_media_type",
  "upgrade_required",
  "rate_limited",
  "other_journal",
  "internal",
] as const;

export const PROBLEM_CODES = [...REJECTION_CODES, ...TRANSPORT_CODES] as const;
type ProblemCode = RejectionCode | (typeof TRANSPORT_CODES)[number];

export interface Problem {
  status: number;
  /** Of the response in the document. */
  name: string;
  description: string;
  codes: readonly ProblemCode[];
}

const BAD_REQUEST: readonly ProblemCode[] = [
  "required",
  "invalid",
  "unknown_field_value",
  "unknown_id",
  "conflict",
  "transition",
  "protected",
  "bad_request",
];

const of = (
  status: number,
  name: string,
  description: string,
  codes: readonly ProblemCode[],
): Problem => ({ status, name, description, codes });

export const problems: readonly Problem[] = [
  of(
    400,
    "BadRequest",
    "A field is missing or wrong, an id unknown, a change not allowed.",
    BAD_REQUEST,
  ),
  of(401, "Unauthorised", "The token is missing or wrong.", ["unauthorised"]),
  of(
    403,
    "Forbidden",
    "The Host or Origin is not one of this server, or the token's role may not do this.",
    ["forbidden"],
  ),
  of(
    409,
    "Conflict",
    "Somebody else holds the task, or the version is not the one that was seen.",
    ["held", "stale"],
  ),
  of(412, "OtherJournal", "The ClawTasker-Journal is not the one of this server.", [
    "other_journal",
  ]),
  of(413, "TooLarge", "The body is too large.", ["too_large"]),
  of(415, "UnsupportedMediaType", "The body is no plain JSON in UTF-8.", [
    "unsupported_media_type",
  ]),
  of(422, "KeyReused", "The Idempotency-Key was used with another request.", ["key_reused"]),
  of(426, "UpgradeRequired", "This route speaks WebSocket.", ["upgrade_required"]),
  of(
    429,
    "RateLimited",
    "Too much of one address: writes, actions in batches, or characters for the journal.",
    ["rate_limited"],
  ),
  of(500, "Internal", "A fault of the server.", ["internal"]),
  of(503, "Unavailable", "Not now; nothing was changed. Try again.", ["unavailable", "stopping"]),
];

/** The status of each code. */
const STATUS = new Map<string, number>(
  problems.flatMap(({ status, codes }) => codes.map((code) => [code, status] as const)),
);

export function statusOf(code: RejectionCode): number {
  return STATUS.get(code) ?? 500;
}

const ALWAYS = [400, 403, 500];

/** Those that a POST may meet; 409 where the body can speak of a lease or a version. */
export function problemsOfWrite({ body, wait, contended: said }: AnyWrite): Problem[] {
  const { properties = {} } = body as { properties?: object };
  const contended = said || wait || "lease_token" in properties || "expected_version" in properties;
  const statuses = [...ALWAYS, 401, 412, 413, 415, 422, 429, 503, ...(contended ? [409] : [])];
  return problems.filter(({ status }) => statuses.includes(status));
}

/** Where reading asks for a token, every read does. */
export function problemsOfQuery({ open, searches }: AnyQuery): Problem[] {
  const statuses = [...ALWAYS, ...(open ? [] : [401]), ...(searches ? [503] : [])];
  return problems.filter(({ status }) => statuses.includes(status));
}

/** The shape of every refusal. */
export function toErrorSchema(): object {
  return {
    title: "Error",
    type: "object",
    required: ["error", "code"],
    properties: {
      error: { type: "string", description: "One clear sentence." },
      code: { enum: [...PROBLEM_CODES] },
      field: { type: "string", description: "The field that is wrong." },
      allowed: { type: "array", items: { type: "string" } },
      holder: { type: "string", description: "Who holds the task (code held)." },
      current: { type: "object", description: "The record as it is now (code stale)." },
      index: { type: "integer", description: "Which action of a batch was refused, from 0." },
    },
  };
}
