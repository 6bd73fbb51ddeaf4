/**
 * The large answers that are being sent, by their bodies: many readers share one, such as the snapshot as of
 * a number, and it stays in memory until the last of them has taken it. Neighbours: `answer.ts` says what it
 * sends; what is an answer's alone the server bounds (`server/room.ts`). Invariant: a bounded number of
 * bodies is held; who would hold one more is let go, the oldest first.
 */
import type { ServerResponse } from "node:http";

/** So many later ones are being taken before a reader is cut off; each has its new parts alone to itself. */
const MAX_BODIES = 32;

/** Of the whole process, whose memory it is; in the order in which they were first sent. */
const bodies = new Map<readonly Uint8Array[], Set<ServerResponse>>();

/** Those whose bodies others have too. */
const sharing = new WeakSet<ServerResponse>();

/** For an answer whose body is not its own, such as the frames of a stream. */
export function markShared(res: ServerResponse): void {
  sharing.add(res);
}

/** What waits of it to be taken costs no memory of its own, and is bounded elsewhere. */
export function isShared(res: ServerResponse): boolean {
  return sharing.has(res);
}

/** To be called before the body is written. */
export function holdUntilSent(body: readonly Uint8Array[], res: ServerResponse): void {
  markShared(res);
  const readers = bodies.get(body) ?? new Set();
  bodies.set(body, readers.add(res));
  res.once("close", () => {
    readers.delete(res);
    if (readers.size === 0 && bodies.get(body) === readers) bodies.delete(body);
  });
  if (bodies.size <= MAX_BODIES) return;
  for (const [oldest, slow] of bodies) {
    bodies.delete(oldest);
    for (const each of slow) letGo(each);
    break;
  }
}

/** With its connection: the answer may be behind others, and those behind it would be taken for it. */
function letGo({ req }: ServerResponse): void {
  req.socket.destroy();
}
