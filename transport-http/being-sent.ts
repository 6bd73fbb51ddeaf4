/**
 * The large answers that are being sent, by their bodies: many readers share one, such as the snapshot as of
 * a number, and it stays in memory until the last of them has taken it. Neighbour: `answer.ts` says what it
 * sends. Invariant: a bounded number of bodies is held; who would hold one more is let go, the oldest first.
 */
import type { ServerResponse } from "node:http";

/** So many later ones are being taken before a reader is cut off; each has its new parts alone to itself. */
const MAX_BODIES = 32;

/** Of the whole process, whose memory it is; in the order in which they were first sent. */
const beingSent = new Map<readonly Uint8Array[], Set<ServerResponse>>();

/** To be called before the body is written. */
export function holdUntilSent(body: readonly Uint8Array[], res: ServerResponse): void {
  const readers = beingSent.get(body) ?? new Set();
  beingSent.set(body, readers.add(res));
  res.once("close", () => {
    readers.delete(res);
    if (readers.size === 0 && beingSent.get(body) === readers) beingSent.delete(body);
  });
  if (beingSent.size <= MAX_BODIES) return;
  for (const [oldest, slow] of beingSent) {
    beingSent.delete(oldest);
    for (const each of slow) each.destroy();
    break;
  }
}
