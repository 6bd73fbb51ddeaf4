/**
 * Refusals: the ordinary, expected "no" of the system. A reducer throws one with `refuse`, `reduce`
 * turns it into a `Rejection`, and every transport shows the same code and sentence for it.
 * Invariant: a refused action has changed nothing.
 */

export const REJECTION_CODES = [
  "required",
  "invalid",
  "unknown_field_value",
  "unknown_id",
  "conflict",
  "transition",
  "protected",
  "key_reused",
  "held",
  "stale",
  "forbidden",
  "unavailable",
  "stopping",
] as const;
export type RejectionCode = (typeof REJECTION_CODES)[number];

export interface Rejection {
  ok: false;
  code: RejectionCode;
  /** One clear sentence that names the field and, where there is one, the remedy. */
  message: string;
  field?: string;
  allowed?: readonly string[];
  /** Who holds the task (code `held`). */
  holder?: string;
  /** The record as it is now (code `stale`). */
  current?: object;
  /** The task that is not there: whether it is archived, the engine looks up; told to nobody. */
  missingTask?: string;
  /** What else was noticed: a misspelt field beside the one that is missing. */
  warnings?: readonly string[];
  /** Which action of a batch it was, from 0. */
  index?: number;
}

type Details = Pick<
  Rejection,
  "field" | "allowed" | "holder" | "current" | "missingTask" | "index"
>;

/** Not an Error: a refusal is no fault, and a stack trace would cost more than the reduction. */
export class Refusal {
  readonly rejection: Rejection;
  constructor(rejection: Rejection) {
    this.rejection = rejection;
  }
}

export function rejection(code: RejectionCode, message: string, more: Details = {}): Rejection {
  return { ok: false, code, message, ...more };
}

/** Ends the running reducer with a refusal. */
export function refuse(code: RejectionCode, message: string, more: Details = {}): never {
  throw new Refusal(rejection(code, message, more));
}

export function refuseMissing(field: string): never {
  refuse("required", `${field} is required`, { field });
}

export function refuseUnknown(thing: string, id: string): never {
  refuse("unknown_id", `unknown ${thing}: ${id}`);
}
