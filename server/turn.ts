/**
 * When a batch lets the event loop turn: not after each action, which would cost as much as a small one,
 * but once it has used up its time. Neighbour: the engine asks between the actions of a batch.
 * Invariant: between two turns no more is decided than one action beyond the time.
 */
export interface TurnPorts {
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Runs once the loop has turned. */
  nextTurn(run: () => void): unknown;
}

/** Reads, streams and pings wait so long at most, and for the action under way. */
export const TURN_MS = 5;

/** @returns what waits for the turn where one is due, else null */
export function createTurn({ now, nextTurn }: TurnPorts): () => Promise<void> | null {
  /** A batch that begins later has used up some of it: it then turns early, never late. */
  let turnedAt = now();
  return () => {
    if (now() - turnedAt < TURN_MS) return null;
    return new Promise((resolve) =>
      nextTurn(() => {
        turnedAt = now();
        resolve();
      }),
    );
  };
}
