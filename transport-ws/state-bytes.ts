/**
 * The state as frames, shared by all who join at about the same time: compressed for those who take
 * that, as text for the others. Neighbours: `deflate.ts` keeps what is compressed, `session.ts` sends
 * the frames behind the first one of a hello. Invariant: the frames are the state as of their `seq`; the
 * commits after it lead to now.
 */
import { promisify } from "node:util";
import { inflateRaw } from "node:zlib";
import type { Engine, Holding } from "../core/index.ts";
import { deflateState, END_OF_MESSAGE, END_OF_STREAM, toDeflated, toStored } from "./deflate.ts";
import { headerSize, writeFrameHeader } from "./frame.ts";

export interface StateFrames {
  seq: number;
  /** One behind the other: they go on a message that has begun with the greeting, and end it. */
  bytes: Buffer;
  /** The same, as it is held. */
  body: readonly Uint8Array[];
}

export interface StateSource {
  /** What is being sent of states to those who join. */
  holding: Holding;
  /** The state as of `atLeast` or later, behind a greeting that ends in a comma. */
  take(atLeast: number, compressed: boolean): Promise<StateFrames>;
  close(): void;
}

/**
 * A large state is costly to put together, a few commits are not: it is used again while there is no more
 * than one commit after it for each so many of its bytes, so that the commits are an eighth of what is
 * sent at most. A small one is never used again.
 */
const BYTES_PER_COMMIT = 4 * 1024;
const SMALL_BYTES = 32 * 1024;
/** Kept this long, for a crowd that comes back together. */
const KEEP_MS = 10_000;
/** A state goes out in frames of this size, so that a slow line shows that it moves, and can be closed. */
const PAYLOAD_BYTES = 64 * 1024;
/** With what stands before it. */
export const FRAME_BYTES = PAYLOAD_BYTES + headerSize(PAYLOAD_BYTES);
/** The latest events that come with a state. */
const EVENTS = 100;

const inflate = promisify(inflateRaw);

interface Kept {
  seq: number;
  /** Null while it is being made. */
  bytes: number | null;
  made: Promise<StateFrames>;
}

export function createStateSource(engine: Engine, holding: Holding): StateSource {
  const kept = new Map<boolean, Kept>();
  let timer: NodeJS.Timeout | undefined;

  function close(): void {
    clearTimeout(timer);
    kept.clear();
  }

  async function make(compressed: boolean): Promise<StateFrames> {
    const { state, seq } = engine.view();
    const events = engine.recentEvents(EVENTS).filter(({ id }) => id <= seq);
    const opening = toDeflated(`"events":${JSON.stringify(events)},"state":`);
    const stream = Buffer.concat([opening, ...(await deflateState(state)), toStored("}")]);
    const payload = compressed
      ? Buffer.concat([stream, END_OF_MESSAGE])
      : // Off the loop, which writing out the text would hold.
        await inflate(Buffer.concat([stream, END_OF_STREAM]));
    const bytes = toFrames(payload);
    return { seq, bytes, body: [bytes] };
  }

  return {
    holding,
    close,
    take(atLeast, compressed) {
      const { seq } = engine.view();
      const known = kept.get(compressed);
      if (known && known.seq >= atLeast) {
        // One that is being made is as good as a new one, which would be made just the same.
        const commitBytes = (seq - known.seq) * BYTES_PER_COMMIT;
        if (known.bytes === null || commitBytes + SMALL_BYTES <= known.bytes || commitBytes === 0) {
          return known.made;
        }
      }
      const made = make(compressed);
      const mine: Kept = { seq, bytes: null, made };
      kept.set(compressed, mine);
      made.then(
        ({ bytes }) => {
          mine.bytes = bytes.length;
        },
        () => kept.delete(compressed),
      );
      clearTimeout(timer);
      timer = setTimeout(close, KEEP_MS);
      timer.unref();
      return made;
    },
  };
}

function toFrames(payload: Buffer): Buffer {
  const full = Math.ceil(payload.length / PAYLOAD_BYTES) - 1;
  const rest = payload.length - full * PAYLOAD_BYTES;
  const bytes = Buffer.allocUnsafeSlow(full * FRAME_BYTES + headerSize(rest) + rest);
  let to = 0;
  for (let at = 0; at < payload.length; at += PAYLOAD_BYTES) {
    const some = payload.subarray(at, at + PAYLOAD_BYTES);
    const last = at + PAYLOAD_BYTES >= payload.length;
    to = writeFrameHeader(bytes, to, some.length, { first: false, last });
    to += some.copy(bytes, to);
  }
  return bytes;
}
