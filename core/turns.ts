/**
 * Who decides now. A batch is decided over many turns of the event loop, so that reads, streams and
 * pings go on between its actions; who comes meanwhile to write waits here. Neighbours: `engine.ts` and
 * `batch-dispatch.ts` decide through it. Invariants: while a job under way is decided in part, nothing else is decided,
 * and nobody is judged by what it has decided so far; what one caller sends goes in the order of coming; between two
 * batches, whoever sent them, goes each single write that is first of its caller's, and batches go by caller in turn.
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

interface Waiting {
  /** It decides until it ends. */
  holds: boolean;
  start(): void;
}

export function createTurns(view: () => View): Turns {
  let before: View | null = null;
  /** By caller, who is next first. */
  const lines = new Map<string, Waiting[]>();
  let waiting = 0;

  function inTurn<T>(who: string, holds: boolean, job: () => Promise<T>): Promise<T> {
    if (before === null) return job();
    return new Promise((resolve, reject) => {
      const line = lines.get(who) ?? [];
      lines.set(who, line);
      line.push({ holds, start: () => job().then(resolve, reject) });
      waiting++;
    });
  }

  function startFirst(who: string, line: Waiting[]): void {
    const first = line.shift();
    waiting--;
    if (line.length === 0) lines.delete(who);
    first?.start();
  }

  function free(): void {
    before = null;
    for (const [who, line] of lines) {
      while (line[0] && !line[0].holds) startFirst(who, line);
    }
    const [next] = lines;
    if (!next) return;
    const [who, line] = next;
    // What is behind it of the same caller comes after all others.
    lines.delete(who);
    lines.set(who, line);
    startFirst(who, line);
  }

  return {
    run: (who, job) => inTurn(who, false, job),
    hold: (who, job) =>
      inTurn(who, true, () => {
        before = view();
        return job().finally(free);
      }),
    settled: () => before ?? view(),
    busy: () => before !== null,
    waiting: () => waiting,
  };
}
