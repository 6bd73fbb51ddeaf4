/**
 * What a dispatch is given besides its body, and what it answers. Neighbours: `engine.ts` dispatches,
 * the transports turn an outcome into a response.
 */

import type { Rejection } from "./errors.ts";
import type { Principal } from "./permissions.ts";

export interface Accepted<R extends object = object> {
  ok: true;
  /** Of the entry; of the head where nothing had to be written. */
  seq: number;
  reply: R;
  /** Answered from an earlier dispatch with the same idempotency key. */
  replayed: boolean;
}
export type Outcome<R extends object = object> = Accepted<R> | Rejection;

export interface DispatchOptions {
  /** The caller's `Idempotency-Key`, its token's own: however often it is sent, one effect and one answer. */
  key?: string | undefined;
  /** Who acts where the payload does not say; `ceo`, or the caller's agent, when absent. */
  actor?: string;
  /** Who calls, and may do no more than its role; the owner when absent. */
  by?: Principal | undefined;
  /** Whether it may still call: asked anew whenever it is decided, which may be long after it came. */
  isKnown?(): boolean;
  /** Whether a token that counts was made for an agent, there or not, whose id is seen so. */
  isBound?(plain: string): boolean;
  /** Aborted when the caller is gone: what only waits for something to do then does nothing. */
  signal?: AbortSignal;
  /** Told how many characters it has the journal write, where it writes. */
  wrote?(characters: number): void;
}
