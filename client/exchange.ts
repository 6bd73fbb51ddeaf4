/**
 * One call: sent until there is an answer that counts, with one idempotency key for all its tries.
 * Neighbours: `client.ts` gives it types, `ports.ts` time and chance.
 * Invariants: however often a call is sent, it happens once, so with one token, whose own its key is; what the
 * server refuses is not sent again; the tries have an end.
 */
import { ClawTaskerError, toError } from "./errors.ts";
import {
  backoffMs,
  type ClientPorts,
  retryAfterMs,
  type TokenSource,
  withTimeout,
} from "./ports.ts";

export interface Request {
  method: "GET" | "POST";
  /** Path and query. */
  path: string;
  body?: object;
  /** The key of an earlier call that is to be finished; a new one when absent, none for null. */
  key?: string | null;
  /** The journal that is meant: of another one it is refused with 412. */
  journal?: string | undefined;
  signal?: AbortSignal;
  /** For each try. */
  timeoutMs?: number;
  attempts?: number;
  /** Told of the headers of each answer, before its body is taken. */
  onHeaders?(headers: Headers): void;
}

export interface ExchangeOptions extends ClientPorts {
  url: string;
  token?: TokenSource;
  /** For each try. */
  timeoutMs: number;
  attempts: number;
  /** A longer wait than this is told instead of waited. */
  maxWaitMs: number;
}

/** @throws ClawTaskerError on a refusal or without an answer; the signal's reason once it is aborted */
export type Exchange = (request: Request) => Promise<unknown>;

const FIRST_WAIT_MS = 500;
/** Backing off beyond this is no help to anybody. */
const MAX_BACKOFF_MS = 15_000;
const MAX_TOKEN_REQUESTS = 3;

export function createExchange(options: ExchangeOptions): Exchange {
  const { url, token: source, maxWaitMs } = options;

  return async (request) => {
    const { method, signal, attempts = options.attempts } = request;
    const { key: given = options.newKey() } = request;
    const key = method === "POST" ? (given ?? undefined) : undefined;
    // A person is asked for a token to read only where reading turns out to need one.
    let token = method === "POST" || typeof source === "string" ? await ask(false) : undefined;
    let asked = 1;
    let mayHaveArrived = false;
    for (let attempt = 1; ; ) {
      signal?.throwIfAborted();
      const outcome = await send(request, key, token);
      if (!(outcome instanceof ClawTaskerError)) return outcome.json;
      if (outcome.status === 401 && typeof source === "function" && asked++ < MAX_TOKEN_REQUESTS) {
        const next = await ask(token !== undefined);
        if (mayHaveArrived && method === "POST" && next !== token) throw toUnsure(outcome);
        token = next;
        continue;
      }
      if (!outcome.isTemporary || attempt >= attempts) throw outcome;
      // Turned away at the door it has left no trace.
      if (outcome.status !== 429) mayHaveArrived = true;
      const backoff = backoffMs(attempt++, options.random, FIRST_WAIT_MS, MAX_BACKOFF_MS);
      const waitMs = outcome.retryAfterMs ?? backoff;
      if (waitMs > maxWaitMs) throw outcome;
      await options.wait(waitMs, signal);
    }
  };

  async function ask(refused: boolean): Promise<string | undefined> {
    if (source === undefined || typeof source === "string") return source;
    const given = await source(refused);
    if (given !== null) return given;
    throw new ClawTaskerError("Not sent: a token is needed to change things.", {
      status: 401,
      code: null,
    });
  }

  async function send(request: Request, key: string | undefined, token: string | undefined) {
    const { method, path, body, journal, signal, timeoutMs = options.timeoutMs } = request;
    try {
      return await withTimeout(signal, timeoutMs, async (either) => {
        const response = await options.fetch(url + path, {
          method,
          headers: {
            ...(body && { "Content-Type": "application/json" }),
            ...(token !== undefined && { Authorization: `Bearer ${token}` }),
            ...(key !== undefined && { "Idempotency-Key": key }),
            ...(journal !== undefined && { "ClawTasker-Journal": journal }),
          },
          signal: either,
          ...(body && { body: JSON.stringify(body) }),
        });
        request.onHeaders?.(response.headers);
        const text = await response.text();
        const json = parse(text);
        if (response.ok && json !== undefined) return { json };
        return toError(response.status, json, retryAfterMs(response.headers, options.clock()));
      });
    } catch (cause) {
      signal?.throwIfAborted();
      return new ClawTaskerError(
        "The server could not be reached; nothing is known to have changed.",
        { status: 0, code: null },
        cause,
      );
    }
  }
}

function toUnsure(cause: ClawTaskerError): ClawTaskerError {
  const why = "its answer was lost, and then its token was refused";
  const text = `It is not known whether this was done: ${why}. Look, and do it again if it was not.`;
  return new ClawTaskerError(text, { status: cause.status, code: cause.code }, cause);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
