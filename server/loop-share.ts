/**
 * How long reads may take of one turn of the loop, all connections together: each is answered in one piece, so
 * many of them that came at once would hold up every write. Neighbours: `line.ts` has the requests of one connection
 * and asks here before it hands one out. Invariants: between two turns reads take no longer than the time and one
 * of them; whose requests wait come by turns, one each, so that none has more for having sent more.
 */
export interface LoopShare {
  /** Whether a read has to wait for the next turn. */
  isSpent(): boolean;
  /** Does the work, and counts its time. */
  run(work: () => void): void;
  /** In its turn, behind those who wait already. */
  later(goOn: () => void): void;
  /** Others wait for a turn, too. */
  isShared(): boolean;
}

export interface LoopSharePorts {
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Runs once the loop has turned. */
  nextTurn(run: () => void): unknown;
}

const READS_MS = 10;

export function createLoopShare(
  { now, nextTurn }: LoopSharePorts = { now: () => performance.now(), nextTurn: setImmediate },
): LoopShare {
  let used = 0;
  let isTurning = false;
  const waiting: (() => void)[] = [];

  const isSpent = () => used >= READS_MS;

  function turn(): void {
    if (isTurning) return;
    isTurning = true;
    nextTurn(() => {
      isTurning = false;
      used = 0;
      // Who waits again comes behind all others, and not before the loop has turned once more.
      for (let left = waiting.length; left > 0 && !isSpent(); left--) waiting.shift()?.();
      if (waiting.length > 0) turn();
    });
  }

  return {
    isSpent,
    run(work) {
      const from = now();
      try {
        work();
      } finally {
        used += now() - from;
        turn();
      }
    },
    later(goOn) {
      waiting.push(goOn);
      turn();
    },
    isShared: () => waiting.length > 0,
  };
}
