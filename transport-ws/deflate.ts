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

/** As long as the leaf lives. */
const leaves = new WeakMap<object, Buffer>();

function deflateLeaf(records: object): Buffer {
  let bytes = leaves.get(records);
  if (!bytes) {
    bytes = deflateRawSync(JSON.stringify(records).slice(1, -1), OPTIONS);
    leaves.set(records, bytes);
  }
  return bytes;
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
  for (const piece of toWirePieces(state)) {
    if (typeof piece === "string") {
      text += piece;
      continue;
    }
    flush();
    parts.push(deflateLeaf(piece.records));
    if (performance.now() < until) continue;
    await new Promise((resolve) => setImmediate(resolve));
    until = performance.now() + SLICE_MS;
  }
  flush();
  return parts;
}

/** The end of a stream by itself. */
export const END_OF_STREAM = EMPTY_LAST;
/** The end of a message of RFC 7692: an empty block whose last four bytes the receiver knows. */
export const END_OF_MESSAGE = EMPTY_STORED.subarray(0, 1);
