/**
 * Commits as sockets are sent them: what is shown together is one message, made once for all, and
 * compressed once for all who take that. Neighbours: core/protocol.ts says what a message is, the
 * fan-out and `session.ts` send it. Invariants: the commits of a message follow one another; a message
 * is bounded, but for a single large commit.
 */
import { type Chunk, type Entry, toCommit } from "../core/index.ts";
import { toDeflatedMessage } from "./deflate.ts";
import { frameHeader } from "./frame.ts";

/** A message as the one frame it is, in the two forms that sockets take. */
export interface CommitsFrame {
  readonly plain: Buffer;
  /** For those who take it compressed; the plain one where that gains nothing. */
  packed(): Buffer;
}

/** Of the text of a message: of what waits for a slow reader one may be more than its bound. */
const MESSAGE_CHARS = 60 * 1024;
/** What fits into one packet costs the network no less when it is smaller. */
const PACK_FROM_BYTES = 1_400;
/** Messages that are kept for others who catch up from the same place. */
const KEPT = 16;

/** The messages of entries that follow one another, of as many of them as the size allows. */
export function* toMessages(entries: readonly Entry[]): Generator<Chunk<CommitsFrame>> {
  let texts = "";
  let first = entries[0]?.seq ?? 0;
  for (const entry of entries) {
    const text = JSON.stringify(toCommit(entry));
    if (texts && texts.length + text.length > MESSAGE_CHARS) {
      yield { first, last: entry.seq - 1, value: toFrame(texts) };
      texts = "";
      first = entry.seq;
    }
    texts += texts ? `,${text}` : text;
  }
  if (texts) yield { first, last: entries.at(-1)?.seq ?? first, value: toFrame(texts) };
}

/**
 * The same for those who catch up, each by itself but often many from one place: the latest messages are
 * used again by whoever needs all of one.
 */
export function createCatchUp(): typeof toMessages {
  const kept: Chunk<CommitsFrame>[] = [];
  return function* (entries) {
    const last = entries.at(-1)?.seq ?? 0;
    for (let rest = entries; rest.length > 0; ) {
      const from = rest[0]?.seq;
      let chunk = kept.find((one) => one.first === from && one.last <= last);
      if (!chunk) {
        chunk = toMessages(rest).next().value as Chunk<CommitsFrame>;
        kept.push(chunk);
        if (kept.length > KEPT) kept.shift();
      }
      yield chunk;
      rest = rest.slice(chunk.last - chunk.first + 1);
    }
  };
}

function toFrame(texts: string): CommitsFrame {
  const payload = Buffer.from(`{"type":"commits","commits":[${texts}]}`);
  const plain = Buffer.concat([frameHeader(payload.length), payload]);
  let packed: Buffer | null = payload.length < PACK_FROM_BYTES ? plain : null;
  return {
    plain,
    packed() {
      packed ??= pack(plain, plain.subarray(-payload.length));
      return packed;
    },
  };
}

function pack(plain: Buffer, payload: Buffer): Buffer {
  const deflated = toDeflatedMessage(payload);
  const header = frameHeader(deflated.length, { compressed: true });
  return deflated.length < payload.length ? Buffer.concat([header, deflated]) : plain;
}
