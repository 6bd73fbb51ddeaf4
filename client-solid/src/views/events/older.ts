/**
 * Events from before those the page keeps, out of the journal by the event stream. Neighbours: the typed
 * client reads the stream. Invariant: the connection ends with what was asked for.
 */
import { createClient } from "../../../../client/client.ts";
import type { WireEvent } from "../../sync/wire.ts";

export interface Older {
  /** Newest first. */
  events: WireEvent[];
  /** Whether the journal has more before them. */
  more: boolean;
}

/**
 * The `count` events before the given one.
 * @throws ClawTaskerError when the stream is refused
 */
export async function readOlder(
  before: number,
  count: number,
  token: string | null,
): Promise<Older> {
  const since = Math.max(0, before - count - 1);
  if (before - since <= 1) return { events: [], more: false };
  const ending = new AbortController();
  const client = createClient({ url: location.origin, ...(token !== null && { token }) });
  const events: WireEvent[] = [];
  let more = since > 0;
  try {
    for await (const item of client.subscribe({ since, signal: ending.signal })) {
      if (item.type === "reset") {
        // The journal begins later than that.
        more = false;
        if (item.seq >= before - 1) break;
      } else {
        if (item.seq < before) events.unshift(item.event);
        if (item.seq >= before - 1) break;
      }
    }
  } finally {
    ending.abort();
  }
  return { events, more };
}
