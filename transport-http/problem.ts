/**
 * Everything that is not a yes: the status and the JSON of each refusal. Neighbours: all of this
 * folder. Invariant: a problem is `{"error": <one sentence>, "code": <word>}` and shows no internals,
 * whatever the environment.
 */
import type { Duplex } from "node:stream";
import { lastWords, type Rejection, statusOf } from "../core/index.ts";
import type { Answer } from "./answer.ts";
import type { TooMuch } from "./limits.ts";

/** A problem of the transport's own; those of the core come by `toProblem`. */
export function problem(
  status: number,
  code: string,
  error: string,
  headers: NonNullable<Answer["headers"]> = {},
): Answer {
  return { status, body: JSON.stringify({ error, code }), headers };
}

export function toProblem({
  ok: _no,
  code,
  message,
  missingTask: _task,
  ...details
}: Rejection): Answer {
  const status = statusOf(code);
  return {
    status,
    body: JSON.stringify({ error: message, code, ...details }),
    headers: status === 503 ? { "Retry-After": "1" } : {},
  };
}

export const INTERNAL = problem(500, "internal", "internal error");

export const MALFORMED = problem(400, "bad_request", "the URL is not well-formed");

export const UNAUTHORISED = problem(
  401,
  "unauthorised",
  "missing or invalid write token; send Authorization: Bearer <token>, or write_token in the body",
  { "WWW-Authenticate": "Bearer" },
);

/** Where reading asks for a token too. */
export const READING_ASKS = problem(
  401,
  "unauthorised",
  "reading needs a token here (CLAWTASKER_READ_AUTH); send Authorization: Bearer <token>",
  { "WWW-Authenticate": "Bearer" },
);

export function tooMany({ message, waitSeconds }: TooMuch): Answer {
  return problem(429, "rate_limited", message, { "Retry-After": waitSeconds });
}

export function unknownRoute(path: string): Answer {
  return problem(
    404,
    "unknown_route",
    `unknown route: ${path.slice(0, 200)}; GET /api/openclaw/contract lists them`,
  );
}

export function methodNotAllowed(method: string, path: string, allow: string): Answer {
  return problem(405, "method_not_allowed", `${method} is not allowed on ${path}; use ${allow}`, {
    Allow: allow,
  });
}

/** What the error says about a request that never became one. */
const CLIENT_ERRORS: Record<string, [status: string, error: string]> = {
  HPE_HEADER_OVERFLOW: ["431 Request Header Fields Too Large", "the headers are too large"],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ["413 Payload Too Large", "the chunk extensions are too large"],
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "the request took too long to arrive"],
};

/**
 * For the server's `clientError`: what the parser refused before there was a request is answered in
 * JSON too, and the connection ended.
 */
export function answerClientError(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, sentence] = CLIENT_ERRORS[error.code ?? ""] ?? [
    "400 Bad Request",
    "the request is not valid HTTP",
  ];
  const text = lastWords(status, { error: sentence, code: "bad_request" });
  socket.end(text, () => socket.destroy());
}

/** For who is let go because too much is under way, before anything of the answer was sent. */
export const LET_GO = lastWords(
  "503 Service Unavailable",
  {
    error:
      "too much is under way, here or on all connections; send fewer requests at once, and try again",
    code: "unavailable",
  },
  { "Retry-After": "1" },
);
