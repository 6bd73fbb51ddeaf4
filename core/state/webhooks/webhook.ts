/**
 * The webhook: an address outside that is told of events. Neighbours: the actions beside declare it,
 * `server/webhooks` delivers. Invariant: the state is open to read, so address and secret are kept out
 * of it; it holds two ids, by which the server finds them in its vault.
 */
import type { EventKind } from "../../action.ts";

export const MAX_WEBHOOKS = 50;
/** So many entries may be asked for again at once. */
export const MAX_REDELIVERED = 10_000;

export interface Webhook {
  id: string;
  /**
   * Scheme, host and port of its address, where nobody keeps that elsewhere or an earlier release wrote
   * it; else empty, since many receivers are known by a host name that is their secret.
   */
  origin: string;
  /** Names the whole address in the vault; null where nobody keeps one, as in an embedded core. */
  url_id: string | null;
  /** Names the secret in the vault. */
  secret_id: string | null;
  /** Only events of these kinds; all of them when empty. */
  kinds: EventKind[];
  description: string;
  active: boolean;
  /** The entry that made it: what came before is not delivered. */
  created_seq: number;
  /** The entry that last asked for deliveries; a pause from before it is over. */
  activated_seq: number;
  version: number;
  created_at: string;
  updated_at: string;
}

/** Scheme, host and port as written; an address that is none stands for nothing. */
export function originOf(url: string): string {
  return /^https?:\/\/[^/?#]+/i.exec(url)?.[0].toLowerCase() ?? "";
}
