/**
 * The frames of the event stream, as text. Neighbours: `session.ts` sends them; core/entry.ts makes
 * an event's text once for all readers. Invariant: one entry is one frame, and no frame but an
 * entry's is of the type `clawtasker`.
 */
import {
  type Chunk,
  type Entry,
  eventJson,
  type FeedItem,
  type ResetReason,
} from "../core/index.ts";

/** How long a browser waits before it comes back. */
const RETRY_MS = 2_000;

/** Small frames go out together, up to about this size. */
export const CHUNK_BYTES = 16 * 1024;

export const KEEPALIVE = ": keepalive\n\n";

/**
 * The first bytes. A stream without a starting point is given its own as a bare id, which no
 * listener sees but which the browser names when it comes back: nothing is missed in between.
 */
export function openingFrame(start: number | undefined): string {
  const id = start === undefined ? "" : `id: ${start}\n`;
  return `: clawtasker events\nretry: ${RETRY_MS}\n${id}\n`;
}

export function* toFrames(item: FeedItem): Generator<string> {
  if (item.type === "reset") yield resetFrame(item.reason, item.seq);
  else for (const entry of item.entries) yield entryFrame(entry);
}

/** The frames of entries that follow one another, as bytes that all readers share. */
export function* toChunks(entries: readonly Entry[]): Generator<Chunk<Buffer>> {
  let text = "";
  let first = entries[0]?.seq ?? 0;
  for (const entry of entries) {
    text += entryFrame(entry);
    if (text.length < CHUNK_BYTES) continue;
    yield { first, last: entry.seq, value: Buffer.from(text) };
    text = "";
    first = entry.seq + 1;
  }
  if (text) yield { first, last: entries.at(-1)?.seq ?? first, value: Buffer.from(text) };
}

function entryFrame(entry: Entry): string {
  return `id: ${entry.seq}\nevent: clawtasker\ndata: ${eventJson(entry)}\n\n`;
}

function resetFrame(reason: ResetReason, seq: number): string {
  const data = JSON.stringify({ reason, seq, message: "re-read /api/snapshot" });
  return `id: ${seq}\nevent: reset\ndata: ${data}\n\n`;
}
