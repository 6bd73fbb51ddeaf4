/**
 * Texts as raw DEFLATE: messages, and a state as one stream of parts that are compressed once, a leaf of
 * records again only after a write has touched it. Neighbours: `commits.ts`, `state-bytes.ts`.
 * Invariants: a part ends on a byte and refers to nothing before it, so that parts can be joined in
 * any order; the loop is never held for long, however large the state is.
 */
import { constants, deflateRawSync } from "node:zlib";
import { type State, toWirePieces } from "../core/index.ts";

/** The loop is let go after this much work. */
const SLICE_MS = 4;
/** What a stored block can hold. */
const MAX_STORED = 65_535;
/** Little work, for parts as small as these: a third of the time of the usual level. */
const OPTIONS = { level: 3, finishFlush: constants.Z_SYNC_FLUSH, memLevel: 7, windowBits: 14 };

const EMPTY_STORED = Buffer.from([0, 0, 0, 0xff, 0xff]);
const EMPTY_LAST = Buffer.from([1, 0, 0, 0xff, 0xff]);

/** A longer record is compressed by itself, so much at a time. */
const LONG_CHARS = 64 * 1024;
const AT_ONCE_BYTES = 256 * 1024;

/** As long as the leaf lives, or a long record. */
const kept = new WeakMap<object, readonly Buffer[]>();

/** Null where the loop need not turn yet. */
type Pause = () => Promise<void> | null;

async function deflateLeaf(
  records: Record<string, unknown>,
  pause: Pause,
): Promise<readonly Buffer[]> {
  const known = kept.get(records);
  if (known) return known;
  const parts: Buffer[] = [];
  let text = "";
  const flush = () => {
    if (text) parts.push(toDeflated(text));
    text = "";
  };
  for (const [index, [id, record]] of Object.entries(records).entries()) {
    text += `${index > 0 ? "," : ""}${JSON.stringify(id)}:`;
    let long = kept.get(record as object);
    const json = long ? "" : JSON.stringify(record);
    if (!long && json.length > LONG_CHARS) {
      long = await deflateLong(Buffer.from(json), pause);
      kept.set(record as object, long);
    }
    text += json.length > LONG_CHARS ? "" : json;
    if (!long) continue;
    flush();
    parts.push(...long);
  }
  flush();
  kept.set(records, parts);
  return parts;
}

async function deflateLong(bytes: Buffer, pause: Pause): Promise<Buffer[]> {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += AT_ONCE_BYTES) {
    parts.push(toDeflated(bytes.subarray(at, at + AT_ONCE_BYTES)));
    await pause();
  }
  return parts;
}

/** A short text as it is, in blocks of a stream. */
export function toStored(text: string): Buffer {
  const bytes = Buffer.from(text);
  const blocks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += MAX_STORED) {
    const some = bytes.subarray(at, at + MAX_STORED);
    const header = Buffer.alloc(5);
    header.writeUInt16LE(some.length, 1);
    header.writeUInt16LE(some.length ^ 0xffff, 3);
    blocks.push(header, some);
  }
  return Buffer.concat(blocks);
}

/** A longer text, compressed. */
export function toDeflated(text: string | Buffer): Buffer {
  return deflateRawSync(text, OPTIONS);
}

/** A text that is a message of RFC 7692 by itself: the receiver knows the last four bytes. */
export function toDeflatedMessage(text: Buffer): Buffer {
  return toDeflated(text).subarray(0, -4);
}

const COMMA = toStored(",");

/** The text of the state as parts of a stream; more has to follow, or an end. */
export async function deflateState(state: State): Promise<Buffer[]> {
  const parts: Buffer[] = [];
  let text = "";
  const flush = () => {
    if (text === ",") parts.push(COMMA);
    else if (text) parts.push(text.length < 200 ? toStored(text) : toDeflated(text));
    text = "";
  };
  let until = performance.now() + SLICE_MS;
  const pause: Pause = () => {
    if (performance.now() < until) return null;
    return new Promise((resolve) =>
      setImmediate(() => {
        until = performance.now() + SLICE_MS;
        resolve();
      }),
    );
  };
  for (const piece of toWirePieces(state)) {
    if (typeof piece === "string") {
      text += piece;
      continue;
    }
    flush();
    // At hand most of them are: to wait for each would take longer than all else.
    const atHand = kept.get(piece.records);
    parts.push(...(atHand ?? (await deflateLeaf(piece.records, pause))));
    const due = pause();
    if (due) await due;
  }
  flush();
  return parts;
}

/** The end of a stream by itself. */
export const END_OF_STREAM = EMPTY_LAST;
/** The end of a message of RFC 7692: an empty block whose last four bytes the receiver knows. */
export const END_OF_MESSAGE = EMPTY_STORED.subarray(0, 1);
