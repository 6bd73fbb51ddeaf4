/**
 * The check of what a start did not wait for, in a thread of its own. Neighbours: `sqlite.ts` decides
 * when, `check-worker.ts` reads. Invariant: one answer, or the reason why there is none.
 */
import { Worker } from "node:worker_threads";
import type { CheckOptions, CheckResult } from "./messages.ts";

export interface Check {
  /** What is wrong, or null. @throws Error when it could not be found out */
  result: Promise<string | null>;
  stop(): Promise<unknown>;
}

export function startCheck(options: CheckOptions): Check {
  const worker = new Worker(new URL("./check-worker.js", import.meta.url), {
    workerData: options,
    execArgv: [],
  });
  worker.unref();
  const result = new Promise<string | null>((resolve, reject) => {
    worker.once("message", ({ damage }: CheckResult) => resolve(damage));
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("the check of the journal was stopped")));
  });
  return { result, stop: () => worker.terminate() };
}
