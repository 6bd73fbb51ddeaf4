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
}

/** Not an Error: a refusal is no fault, and a stack trace would cost more than the reduction. */
export class Refusal {
  readonly rejection: Rejection;
  constructor(rejection: Rejection) {
    this.rejection = rejection;
  }
}

export function rejection(
  code: RejectionCode,
  message: string,
  more: Pick<Rejection, "field" | "allowed"> = {},
): Rejection {
  return { ok: false, code, message, ...more };
}

/** Ends the running reducer with a refusal. */
export function refuse(
  code: RejectionCode,
  message: string,
  more: Pick<Rejection, "field" | "allowed"> = {},
): never {
  throw new Refusal(rejection(code, message, more));
}

export function refuseMissing(field: string): never {
  refuse("required", `${field} is required`, { field });
}

export function refuseUnknown(thing: string, id: string): never {
  refuse("unknown_id", `unknown ${thing}: ${id}`);
}
