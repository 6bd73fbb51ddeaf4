/**
 * The large answers that are being sent: each stays in memory until its readers have taken it. Many readers
 * share one body, such as the snapshot as of a number; a text is its reader's alone. Neighbour: `answer.ts` says
 * what it sends. Invariant: a bounded number of bodies is held, and a bounded number of characters in texts, of
 * all connections together; who would hold more is let go, the oldest first.
 */
import type { ServerResponse } from "node:http";

/** So many later ones are being taken before a reader is cut off; each has its new parts alone to itself. */
const MAX_BODIES = 32;
/** A character is one byte or two. */
const MAX_TEXT_CHARS = 64 * 1024 * 1024;
/** Of shorter texts all connections together hold no more than that. */
const SHORT_TEXT_CHARS = 2_000;

/** Of the whole process, whose memory it is; in the order in which they were first sent. */
const bodies = new Map<readonly Uint8Array[], Set<ServerResponse>>();
const texts = new Map<ServerResponse, number>();
let chars = 0;

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

/** To be called before the text is written. */
export function holdTextUntilSent(text: string, res: ServerResponse): void {
  if (text.length < SHORT_TEXT_CHARS) return;
  texts.set(res, text.length);
  chars += text.length;
  res.once("close", () => forget(res));
  for (const oldest of texts.keys()) {
    if (chars <= MAX_TEXT_CHARS || oldest === res) return;
    forget(oldest);
    letGo(oldest);
  }
}

function forget(res: ServerResponse): void {
  chars -= texts.get(res) ?? 0;
  texts.delete(res);
}

/** With its connection: the answer may be behind others, and those behind it would be taken for it. */
function letGo({ req }: ServerResponse): void {
  req.socket.destroy();
}
