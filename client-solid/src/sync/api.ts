/**
 * The typed client: the page writes through the same routes as every agent. Payload and reply are
 * typed by the declarations of the core. Neighbours: `token.ts` holds the token, the views call it.
 * Invariant: however often one call is sent, it has one key, so it happens once; a refusal is a result
 * with the server's sentence, never an exception.
 */
import type { ActionName, PayloadOf, ReplyOf } from "../../../core/registry.ts";

export type ApiResult<R> =
  | { ok: true; reply: R; warnings: readonly string[] }
  /** `status` is 0 when the server was not reached. */
  | { ok: false; status: number; code: string | null; message: string };

export interface ApiPorts {
  fetch(path: string, init: RequestInit): Promise<Response>;
  token(): string | null;
  /** Asks the person for a token; null when they would rather not. */
  requestToken(): Promise<string | null>;
  /** A new idempotency key. */
  newKey(): string;
  wait(ms: number): Promise<void>;
  /** Milliseconds since the epoch. */
  clock(): number;
}

export interface Api {
  post<N extends ActionName>(name: N, payload: PayloadOf<N>): Promise<ApiResult<ReplyOf<N>>>;
}

const MAX_ATTEMPTS = 4;
/** A person does not wait longer than this without a word; the server's sentence is shown instead. */
export const MAX_WAIT_MS = 10_000;
const FIRST_WAIT_MS = 500;
const MAX_TOKEN_REQUESTS = 3;

export function createApi(ports: ApiPorts): Api {
  async function post<N extends ActionName>(
    name: N,
    payload: PayloadOf<N>,
  ): Promise<ApiResult<ReplyOf<N>>> {
    const key = ports.newKey();
    const body = JSON.stringify(payload);
    let token = ports.token() ?? (await ports.requestToken());
    let requests = 1;
    let attempt = 1;
    for (;;) {
      if (token === null)
        return refused(401, null, "Not sent: a token is needed to change things.");
      const answer = await send(`/api/${name}`, body, key, token);
      if (answer.status === 401 && requests++ < MAX_TOKEN_REQUESTS) {
        token = await ports.requestToken();
        continue;
      }
      const waitMs = toWaitMs(answer, attempt);
      if (waitMs === null || attempt++ >= MAX_ATTEMPTS) return toResult<ReplyOf<N>>(answer);
      await ports.wait(waitMs);
    }
  }

  async function send(path: string, body: string, key: string, token: string): Promise<Answer> {
    try {
      const response = await ports.fetch(path, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          Authorization: `Bearer ${token}`,
          "Idempotency-Key": key,
        },
        body,
      });
      const json: unknown = await response.json().catch(() => null);
      return { status: response.status, json, retryAfter: response.headers.get("Retry-After") };
    } catch {
      return { status: 0, json: null, retryAfter: null };
    }
  }

  /** How long to wait before the next try; null when there is none. */
  function toWaitMs({ status, retryAfter }: Answer, attempt: number): number | null {
    if (status !== 0 && status !== 429 && status !== 503) return null;
    if (retryAfter === null) return FIRST_WAIT_MS * 2 ** (attempt - 1);
    const seconds = Number(retryAfter);
    const waitMs = Number.isFinite(seconds)
      ? seconds * 1_000
      : Date.parse(retryAfter) - ports.clock();
    if (Number.isNaN(waitMs)) return FIRST_WAIT_MS * 2 ** (attempt - 1);
    return waitMs <= MAX_WAIT_MS ? Math.max(0, waitMs) : null;
  }

  return { post };
}

interface Answer {
  status: number;
  json: unknown;
  retryAfter: string | null;
}

function toResult<R>({ status, json, retryAfter }: Answer): ApiResult<R> {
  const said = (typeof json === "object" && json !== null ? json : {}) as Record<string, unknown>;
  if (status === 200 && said.ok === true) {
    const { ok: _ok, warnings, ...reply } = said;
    return { ok: true, reply: reply as R, warnings: Array.isArray(warnings) ? warnings : [] };
  }
  if (status === 0) {
    return refused(0, null, "The server could not be reached; nothing is known to have changed.");
  }
  const message =
    typeof said.error === "string" ? said.error : `The server answered ${status} without a word.`;
  const later = status === 429 && retryAfter ? ` (again in ${retryAfter} s)` : "";
  return refused(status, typeof said.code === "string" ? said.code : null, message + later);
}

function refused(status: number, code: string | null, message: string) {
  return { ok: false as const, status, code, message };
}
