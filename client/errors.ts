/**
 * The one error of the client: a refusal in the server's words, or a server that was not reached.
 * Neighbours: `exchange.ts` throws it, callers look at `code` and `status`.
 * Invariant: whoever catches it knows whether trying again can help, and after how long.
 */
import type { Rejection } from "../core/errors.ts";

/** What stands beside the sentence in the body of a refusal. */
type Details = Pick<Rejection, "field" | "allowed" | "holder" | "current">;

export interface Failure extends Details {
  /** Of the last answer; 0 when there was none. */
  status: number;
  /** The server's word for it, such as `held`, `stale` or `required`; null when it gave none. */
  code: string | null;
  /** How long the server asks to be left alone. */
  retryAfterMs?: number;
}

/** 502 and 504 are of a proxy whose server is away; our own never answers with them. */
const TEMPORARY = new Set([0, 429, 502, 503, 504]);

export class ClawTaskerError extends Error implements Failure {
  readonly status: number;
  readonly code: string | null;
  readonly retryAfterMs?: number;
  /** The field that is wrong, and what it may be. */
  readonly field?: string;
  readonly allowed?: readonly string[];
  /** Who has the task instead (code `held`). */
  readonly holder?: string;
  /** The record as it is now (code `stale`). */
  readonly current?: object;

  constructor(message: string, failure: Failure, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "ClawTaskerError";
    this.status = failure.status;
    this.code = failure.code;
    if (failure.retryAfterMs !== undefined) this.retryAfterMs = failure.retryAfterMs;
    if (failure.field !== undefined) this.field = failure.field;
    if (failure.allowed !== undefined) this.allowed = failure.allowed;
    if (failure.holder !== undefined) this.holder = failure.holder;
    if (failure.current !== undefined) this.current = failure.current;
  }

  /** Whether the same request may succeed later: nobody answered, too many writes, or a restart. */
  get isTemporary(): boolean {
    return TEMPORARY.has(this.status);
  }
}

/** The error for an answer that is no yes. */
export function toError(status: number, json: unknown, retryAfterMs?: number): ClawTaskerError {
  const said = (typeof json === "object" && json !== null ? json : {}) as Record<string, unknown>;
  const { error, code, field, allowed, holder, current } = said;
  return new ClawTaskerError(
    typeof error === "string" ? error : `The server answered ${status} without a word.`,
    {
      status,
      code: typeof code === "string" ? code : null,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(typeof field === "string" && { field }),
      ...(Array.isArray(allowed) && { allowed: allowed.map(String) }),
      ...(typeof holder === "string" && { holder }),
      ...(typeof current === "object" && current !== null && { current }),
    },
  );
}
