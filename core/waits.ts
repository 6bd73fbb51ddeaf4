/**
 * Dispatches that wait for something to do (tasks/claim with wait_seconds). Neighbour: `engine.ts` wakes
 * them when a commit may have brought something. Invariants: they are woken in the order in which they
 * came; each ends with its time, its caller or the engine, and leaves no listener.
 */
export interface Wait {
  ready(): boolean;
  ms: number;
  signal: AbortSignal | undefined;
}

export interface Waits {
  /**
   * Runs as soon as `ready` says so, at the latest after `ms` or when the signal is aborted; at once
   * where nothing can wait, or too many do. Between the last word of `ready` and the run nothing
   * comes: of many who wait for one thing the first gets it.
   */
  run<T>(wait: Wait, run: () => Promise<T>): Promise<T>;
  /** Lets all of them look again, soon. */
  wake(): void;
  /** The same, now. */
  look(): void;
  /** Ends all of them. */
  end(): void;
  count(): number;
}

/**
 * @param timeout aborted after so many milliseconds; without it nothing waits
 * @param max more of them do not wait
 */
export function createWaits(
  timeout: ((ms: number) => AbortSignal) | undefined,
  max: number,
): Waits {
  const waiting = new Set<AbortController>();
  /** In the order in which they came. */
  const sleeping = new Set<{ ready(): boolean; go(): void }>();
  let looking = false;

  /** A promise for each of them, most of whom find nothing, would take ten times as long. */
  function look(): void {
    looking = false;
    for (const one of [...sleeping]) if (one.ready()) one.go();
  }

  function sleep<T>({ signal }: AbortController, ready: () => boolean, run: () => Promise<T>) {
    return new Promise<T>((resolve) => {
      const one = {
        ready,
        go() {
          sleeping.delete(one);
          signal.removeEventListener("abort", one.go);
          resolve(run());
        },
      };
      sleeping.add(one);
      signal.addEventListener("abort", one.go);
    });
  }

  return {
    async run({ ready, ms, signal }, run) {
      if (ms === 0 || !timeout || signal?.aborted) return run();
      if (ready() || waiting.size >= max) return run();
      const end = new AbortController();
      const stop = () => end.abort();
      const ends = [timeout(ms), ...(signal ? [signal] : [])];
      for (const one of ends) one.addEventListener("abort", stop);
      waiting.add(end);
      try {
        return await sleep(end, ready, run);
      } finally {
        waiting.delete(end);
        for (const one of ends) one.removeEventListener("abort", stop);
      }
    },
    wake() {
      if (looking) return;
      looking = true;
      // Behind what woke them, which is not done yet.
      Promise.resolve().then(look);
    },
    look,
    end() {
      for (const end of waiting) end.abort();
    },
    count: () => waiting.size,
  };
}
