/**
 * Who decides now. A batch is decided over many turns of the event loop, so that reads, streams and
 * pings go on between its actions; who comes meanwhile to write waits here. Neighbours: `engine.ts` and
 * `batch-dispatch.ts` decide through it. Invariants: while a job under way is decided in part, nothing else is decided,
 * and nobody is judged by what it has decided so far; what one caller sends goes in the order of coming, and of
 * several callers each has its turn after one batch, however many batches of another wait.
 */
import type { View } from "./view.ts";

export interface Turns {
  /**
   * Runs a job that decides before it first awaits anything: at once, or in its turn.
   * @param who whose it is
   */
  run<T>(who: string, job: () => Promise<T>): Promise<T>;
  /** The same for one that decides until it ends; the others wait as long. */
  hold<T>(who: string, job: () => Promise<T>): Promise<T>;
  /** What was decided, without the part of a job that is under way. */
  settled(): View;
  busy(): boolean;
  /** Jobs that wait. */
  waiting(): number;
}

export function createTurns(view: () => View): Turns {
  let before: View | null = null;
  /** By caller, who is next first. */
  const lines = new Map<string, (() => void)[]>();
  let waiting = 0;

  function inTurn<T>(who: string, job: () => Promise<T>): Promise<T> {
    if (before === null) return job();
    return new Promise((resolve, reject) => {
      const line = lines.get(who) ?? [];
      lines.set(who, line);
      line.push(() => job().then(resolve, reject));
      waiting++;
    });
  }

  function free(): void {
    before = null;
    for (const [who, line] of lines) {
      for (let job = line.shift(); job; job = before === null ? line.shift() : undefined) {
        waiting--;
        job();
      }
      lines.delete(who);
      // One of them holds again: what is behind it of the same caller comes after all others.
      if (line.length > 0) lines.set(who, line);
      if (before !== null) return;
    }
  }

  return {
    run: inTurn,
    hold: (who, job) =>
      inTurn(who, () => {
        before = view();
        return job().finally(free);
      }),
    settled: () => before ?? view(),
    busy: () => before !== null,
    waiting: () => waiting,
  };
}
