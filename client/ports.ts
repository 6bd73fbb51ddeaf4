/**
 * What the client needs of its surroundings, with what Node and browsers offer as the default: fetch,
 * clock, chance, waiting. Neighbours: `exchange.ts`, `stream.ts` and `agent.ts` use nothing else, so
 * that specs can steer all of it. Invariant: a wait that is aborted ends at once and leaves no timer.
 */

/** The token, or where to get one; `refused` says that the last one was not accepted. */
export type TokenSource = string | ((refused: boolean) => string | null | Promise<string | null>);

export interface ClientPorts {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Milliseconds since the epoch. */
  clock(): number;
  /** From 0 up to 1. */
  random(): number;
  /** Resolves after so long, or as soon as the signal is aborted. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
  /** A new idempotency key: 1 to 200 visible ASCII characters. */
  newKey(): string;
}

export const defaultPorts: ClientPorts = {
  // Looked up at each call: browsers want it called on the window.
  fetch: (url, init) => globalThis.fetch(url, init),
  clock: () => Date.now(),
  random: () => Math.random(),
  wait,
  // Not randomUUID, which a page without TLS does not have.
  newKey: () =>
    [...crypto.getRandomValues(new Uint32Array(4))].map((n) => n.toString(36)).join("-"),
};

function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
  });
}

/**
 * Full jitter: anything up to a limit that doubles with each try, so that clients which lost the
 * server together do not come back together.
 * @param attempt 1 for the first
 */
export function backoffMs(attempt: number, random: () => number, firstMs: number, maxMs: number) {
  return random() * Math.min(maxMs, firstMs * 2 ** Math.min(attempt - 1, 20));
}

/**
 * Runs with a signal that is aborted by the caller's or after so long; its timer and its listener are
 * gone when this settles. (AbortSignal.any would hold on to a signal that lives as long as an agent.)
 */
export async function withTimeout<R>(
  signal: AbortSignal | undefined,
  timeoutMs: number,
  run: (signal: AbortSignal) => Promise<R>,
): Promise<R> {
  const both = new AbortController();
  const onAbort = () => both.abort(signal?.reason);
  const timer = setTimeout(
    () => both.abort(new Error(`no answer within ${timeoutMs} ms`)),
    timeoutMs,
  );
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort);
  try {
    return await run(both.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** `Retry-After` in milliseconds from now: seconds or a date (RFC 9110); undefined when there is none. */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const given = headers.get("Retry-After");
  if (given === null || given.trim() === "") return undefined;
  const seconds = Number(given);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(given) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
