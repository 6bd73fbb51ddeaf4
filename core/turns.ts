/**
 * Who decides now. A batch is decided over many turns of the event loop, so that reads, streams and
 * pings go on between its actions; who comes meanwhile to write waits here, in the order of coming.
 * Neighbours: `engine.ts` and `batch-dispatch.ts` decide through it. Invariant: while a job under way is
 * decided in part, nothing else is decided, and nobody is judged by what it has decided so far.
 */
import type { View } from "./view.ts";

export interface Turns {
  /** Runs a job that decides before it first awaits anything: at once, or after those before it. */
  run<T>(job: () => Promise<T>): Promise<T>;
  /** The same for one that decides until it ends; the others wait as long. */
  hold<T>(job: () => Promise<T>): Promise<T>;
  /** What was decided, without the part of a job that is under way. */
  settled(): View;
  busy(): boolean;
  /** Jobs that wait. */
  waiting(): number;
}

/** @param onFree told whenever a job that held the others has ended and those who waited have run */
export function createTurns(view: () => View, onFree: () => void): Turns {
  let before: View | null = null;
  let jobs: (() => void)[] = [];

  function inTurn<T>(job: () => Promise<T>): Promise<T> {
    if (before === null) return job();
    return new Promise((resolve, reject) => {
      jobs.push(() => job().then(resolve, reject));
    });
  }

  function free(): void {
    before = null;
    const waited = jobs;
    jobs = [];
    // One of them may hold again: those after it then wait once more, before who comes later.
    for (const [index, job] of waited.entries()) {
      if (before !== null) {
        jobs = [...waited.slice(index), ...jobs];
        return;
      }
      job();
    }
    onFree();
  }

  return {
    run: inTurn,
    hold: (job) =>
      inTurn(() => {
        before = view();
        return job().finally(free);
      }),
    settled: () => before ?? view(),
    busy: () => before !== null,
    waiting: () => jobs.length,
  };
}
