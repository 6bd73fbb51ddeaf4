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

function check({ file }: CheckOptions): CheckResult {
  let worked = performance.now();
  const sleeping = new Int32Array(new SharedArrayBuffer(4));
  const rest = () => {
    Atomics.wait(sleeping, 0, 0, performance.now() - worked);
    worked = performance.now();
  };
  try {
    const db = new Database(`${pathToFileURL(file).href}?immutable=1`, { timeout: 0 });
    const { damage } = inspect(db, null, rest);
    db.close();
    return { damage: damage?.reason ?? null };
  } catch (error) {
    return { damage: (error as Error).message };
  }
}

parentPort?.postMessage(check(workerData as CheckOptions));
