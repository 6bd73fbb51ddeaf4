/**
 * The frames of the event stream, as bytes. Neighbours: `session.ts` sends them, the core's
 * fan-out hands the same pieces to all. Invariant: one entry is one frame, and no frame but an entry's
 * is of the type `clawtasker`.
 */
import type { Chunk, Entry, ResetReason } from "../core/index.ts";

/** How long a browser waits before it comes back. */
const RETRY_MS = 2_000;

/** Small frames go out together, up to about this size. */
export const CHUNK_BYTES = 16 * 1024;

/**
 * A stretch of the stream, with what HTTP/1.1 puts around it: chunked coding is the same for every reader,
 * so that its bytes are made once too, and written below the response.
 */
export interface Piece {
  chunked: Buffer;
  /** The stretch alone, a view of the same bytes. */
  plain: Buffer;
}

export function toPiece(text: string): Piece {
  const length = Buffer.byteLength(text);
  const size = `${length.toString(16)}\r\n`;
  const chunked = Buffer.from(`${size}${text}\r\n`);
  return { chunked, plain: chunked.subarray(size.length, size.length + length) };
}

export const KEEPALIVE = toPiece(": keepalive\n\n");

/** The last words: a comment, which no browser shows to its page; it comes back by itself. */
export function farewell(why: string): Piece {
  return toPiece(`: ${why}; come back with Last-Event-ID\n\n`);
}

/**
 * The first bytes. A stream without a starting point is given its own as a bare id, which no
 * listener sees but which the browser names when it comes back: nothing is missed in between.
 */
export function openingFrame(start: number | undefined): string {
  const id = start === undefined ? "" : `id: ${start}\n`;
  return `: clawtasker events\nretry: ${RETRY_MS}\n${id}\n`;
}

/** The frames of entries that follow one another, in pieces that all readers share. */
export function* toChunks(entries: readonly Entry[]): Generator<Chunk<Piece>> {
  let text = "";
  let first = entries[0]?.seq ?? 0;
  for (const entry of entries) {
    text += entryFrame(entry);
    if (text.length < CHUNK_BYTES) continue;
    yield { first, last: entry.seq, value: toPiece(text) };
    text = "";
    first = entry.seq + 1;
  }
  if (text) yield { first, last: entries.at(-1)?.seq ?? first, value: toPiece(text) };
}

function entryFrame(entry: Entry): string {
  return `id: ${entry.seq}\nevent: clawtasker\ndata: ${JSON.stringify(entry.event)}\n\n`;
}

export function resetFrame(reason: ResetReason, seq: number): string {
  const data = JSON.stringify({ reason, seq, message: "re-read /api/snapshot" });
  return `id: ${seq}\nevent: reset\ndata: ${data}\n\n`;
}
