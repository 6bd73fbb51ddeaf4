/**
 * The check of what a start did not wait for, in a thread of its own. Neighbours: `sqlite.ts` decides
 * when, `check-worker.ts` reads. Invariants: one answer, or the reason why there is none; it is asked to stop and
 * stops between two pages, for the reason that `sqlite-worker.ts` names.
 */
import { Worker } from "node:worker_threads";
import type { CheckOptions, CheckResult } from "./messages.ts";

export interface Check {
  /** What is wrong, or null. @throws Error when it could not be found out */
  result: Promise<string | null>;
  /** Resolves once its thread has ended. */
  stop(): Promise<void>;
}

export function startCheck(file: string): Check {
  const stopped = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const worker = new Worker(new URL("./check-worker.js", import.meta.url), {
    workerData: { file, stopped } satisfies CheckOptions,
    execArgv: [],
  });
  worker.unref();
  const result = new Promise<string | null>((resolve, reject) => {
    worker.once("message", ({ damage }: CheckResult) => resolve(damage));
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("the check of the journal was stopped")));
  });
  const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  return {
    result,
    stop() {
      worker.ref();
      const flag = new Int32Array(stopped);
      Atomics.store(flag, 0, 1);
      Atomics.notify(flag, 0);
      return ended;
    },
  };
}
