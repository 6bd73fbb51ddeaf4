/**
 * How long requests may take of one turn of the loop, all connections together: each is answered in one piece, so
 * many of them that came at once would hold up every write. Neighbours: `line.ts` has the requests of one connection
 * and asks here before it hands one out, `ahead.ts` says what need not wait. Invariants: once a turn has taken its
 * time, whoever took it, nothing begins before the next one but what goes ahead, one of each connection; those who
 * wait come by turns, one each, by address and then by connection, so that none has more for having sent more.
 */
export interface LoopShare {
  /** Whether a request has to wait for the next turn. */
  isSpent(): boolean;
  /** Whether one more of a connection may go ahead in a turn that is spent, which then counts. */
  goAhead(connection: object): boolean;
  /** Something is begun: what takes time from here on, also what follows from it, counts for this turn. */
  begin(): void;
  /**
   * In its turn, behind those who wait already.
   * @param who whose it is: what has several waits with one of them at a time
   */
  later(who: string, goOn: () => void): void;
  /** Others wait for a turn, too. */
  isShared(): boolean;
}

export interface LoopSharePorts {
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Runs once the loop has turned. */
  nextTurn(run: () => void): unknown;
  /** Runs once all is done that follows at once from what was begun, promises too. */
  afterThis(run: () => void): unknown;
}

const TURN_MS = 10;

/** @param ports other than the process's own, for specs */
export function createLoopShare({
  now = () => performance.now(),
  nextTurn = setImmediate,
  // A tick asked for by a microtask comes when no microtask is left.
  afterThis = (run) => queueMicrotask(() => process.nextTick(run)),
}: Partial<LoopSharePorts> = {}): LoopShare {
  let begun = 0;
  let isTurning = false;
  /** By whose they are; who comes next is first. */
  const lines = new Map<string, (() => void)[]>();
  let waiting = 0;
  /** Who went ahead in this turn. */
  const ahead = new Set<object>();

  const isSpent = () => isTurning && now() - begun >= TURN_MS;

  function turn(): void {
    if (isTurning) return;
    isTurning = true;
    begun = now();
    ahead.clear();
    nextTurn(() => {
      isTurning = false;
      if (waiting === 0) return;
      turn();
      letGoOn(waiting);
    });
  }

  function next(): (() => void) | undefined {
    for (const [who, line] of lines) {
      lines.delete(who);
      const goOn = line.shift();
      if (line.length > 0) lines.set(who, line);
      waiting--;
      return goOn;
    }
  }

  /** One after the other, so that the time of each is known before the next. */
  function letGoOn(count: number): void {
    if (count === 0 || isSpent()) return;
    next()?.();
    afterThis(() => letGoOn(count - 1));
  }

  return {
    isSpent,
    goAhead(connection) {
      if (ahead.has(connection)) return false;
      ahead.add(connection);
      return true;
    },
    begin: turn,
    later(who, goOn) {
      const line = lines.get(who) ?? [];
      lines.set(who, line);
      line.push(goOn);
      waiting++;
      turn();
    },
    isShared: () => waiting > 0,
  };
}
