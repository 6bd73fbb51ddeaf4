/**
 * How long reads may take of one turn of the loop, all connections together: each is answered in one piece, so
 * many of them that came at once would hold up every write. Neighbours: `line.ts` has the requests of one connection
 * and asks here before it hands one out. Invariants: once a turn has taken its time, whoever took it, no read begins
 * before the next one; whose requests wait come by turns, one each, so that none has more for having sent more.
 */
export interface LoopShare {
  /** Whether a read has to wait for the next turn. */
  isSpent(): boolean;
  /** Something is begun: what takes time from here on, also what follows from it, counts for this turn. */
  begin(): void;
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

const TURN_MS = 10;

export function createLoopShare(
  { now, nextTurn }: LoopSharePorts = { now: () => performance.now(), nextTurn: setImmediate },
): LoopShare {
  let begun = 0;
  let isTurning = false;
  const waiting: (() => void)[] = [];

  const isSpent = () => isTurning && now() - begun >= TURN_MS;

  function turn(): void {
    if (isTurning) return;
    isTurning = true;
    begun = now();
    nextTurn(() => {
      isTurning = false;
      if (waiting.length > 0) turn();
      // Who waits again comes behind all others, and not before the loop has turned once more.
      for (let left = waiting.length; left > 0 && !isSpent(); left--) waiting.shift()?.();
    });
  }

  return {
    isSpent,
    begin: turn,
    later(goOn) {
      waiting.push(goOn);
      turn();
    },
    isShared: () => waiting.length > 0,
  };
}
