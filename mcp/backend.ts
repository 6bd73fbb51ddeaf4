/**
 * What the MCP server needs of ClawTasker: to do an action, to ask a query, to look. Two implementations: the
 * engine of this process (`engine-backend.ts`, for `/mcp`) and a server elsewhere
 * (`client-backend.ts`, for stdio). Invariant: both answer the same, and a refusal is a result.
 */

import type { Picture } from "../core/index.ts";

/** A yes with what the caller is told, or a no in the words of the core. */
export type Result = { ok: true; reply: Record<string, unknown> } | Refused;

export interface Refused {
  ok: false;
  code: string;
  /** One clear sentence. */
  message: string;
  /** The record as it is now (code `stale`). */
  current?: object;
}

export interface Asking {
  /** Aborted when the model's side is gone: a claim that waits then ends. */
  signal: AbortSignal;
}

export interface Backend {
  /** Dispatches an action by its name, such as `tasks/claim`. */
  act(name: string, body: object, asking: Asking): Promise<Result>;
  /** Answers a query by its name, such as `tasks/next`. */
  ask(name: string, params: Record<string, unknown>, asking: Asking): Promise<Result>;
  /** Looks at the company, for what no query answers. */
  look(at: (picture: Picture) => Result, asking: Asking): Promise<Result>;
}

export function refused(code: string, message: string): Refused {
  return { ok: false, code, message };
}
