/**
 * The state as bytes, shared by all who join at about the same time. Neighbours: `session.ts` takes
 * them, `codec.ts` puts them into a hello. Invariant: the bytes are the state as of their `seq`;
 * the commits after it lead to now.
 */
import { type Engine, toWireJson } from "../core/index.ts";

export interface StateBytes {
  seq: number;
  bytes: Buffer;
}

export interface StateSource {
  /** The state as of `atLeast` or later. */
  take(atLeast: number): StateBytes;
  close(): void;
}

/**
 * A large state is costly to write out, a few commits are not: a state is used again while there is
 * no more than one commit after it for each so many of its bytes. A small one is never used again.
 */
const BYTES_PER_COMMIT = 64 * 1024;
/** Kept this long, for a crowd that comes back together. */
const KEEP_MS = 10_000;

export function createStateSource(engine: Engine): StateSource {
  let kept: StateBytes | null = null;
  let timer: NodeJS.Timeout | undefined;

  function close(): void {
    clearTimeout(timer);
    kept = null;
  }

  return {
    close,
    take(atLeast) {
      const { state, seq } = engine.view();
      if (kept && kept.seq >= atLeast) {
        if ((seq - kept.seq) * BYTES_PER_COMMIT <= kept.bytes.length) return kept;
      }
      close();
      kept = { seq, bytes: Buffer.from(toWireJson(state)) };
      timer = setTimeout(close, KEEP_MS);
      timer.unref();
      return kept;
    },
  };
}
