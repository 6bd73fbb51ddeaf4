/**
 * A body that comes in pieces, up to its bounds. Neighbours: transport-http and mcp read theirs so. Invariants: no more
 * than the bound is held, and of a small piece no more than its own bytes, not the buffer that it came in; to take
 * many tiny ones costs more than their bytes say, so their number has a bound, too.
 */

/** Enough for who sends each word of a body by itself. */
export const MAX_PIECES = 2_048;

export interface Gathering {
  /** False where it is more than may come; it is held no more then. */
  add(piece: Uint8Array): boolean;
  /** What came, as one. */
  bytes(): Uint8Array;
  /** In how many pieces. */
  pieces(): number;
}

export function createGathering(maxBytes: number): Gathering {
  let bytes = new Uint8Array();
  let length = 0;
  let pieces = 0;

  return {
    add(piece) {
      const needed = length + piece.length;
      if (needed > maxBytes || ++pieces > MAX_PIECES) {
        bytes = new Uint8Array();
        length = 0;
        return false;
      }
      if (needed > bytes.length) {
        const larger = new Uint8Array(pieces === 1 ? needed : Math.min(maxBytes, 2 * needed));
        larger.set(bytes.subarray(0, length));
        bytes = larger;
      }
      bytes.set(piece, length);
      length = needed;
      return true;
    },
    bytes: () => bytes.subarray(0, length),
    pieces: () => pieces,
  };
}
