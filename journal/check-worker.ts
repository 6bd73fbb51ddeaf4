/**
 * The thread that checks what the start did not wait for: every entry, every digest, the structure of
 * the file. Neighbours: `sqlite.ts` starts it, the journal's worker keeps the file still meanwhile.
 * Invariant: it only reads, takes no lock, and leaves half of a processor to others.
 */
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import Database from "libsql";
import type { CheckOptions, CheckResult } from "./messages.ts";
import { inspect } from "./recover.ts";

function check({ file, stopped }: CheckOptions): CheckResult | null {
  let worked = performance.now();
  const stop = new Int32Array(stopped);
  const isStopped = () => Atomics.load(stop, 0) !== 0;
  const rest = () => {
    Atomics.wait(stop, 0, 0, performance.now() - worked);
    if (isStopped()) throw new Error("the check was stopped");
    worked = performance.now();
  };
  try {
    const db = new Database(`${pathToFileURL(file).href}?immutable=1`, { timeout: 0 });
    const { damage } = inspect(db, null, rest);
    db.close();
    return { damage: damage?.reason ?? null };
  } catch (error) {
    return isStopped() ? null : { damage: (error as Error).message };
  }
}

const result = check(workerData as CheckOptions);
if (result) parentPort?.postMessage(result);
