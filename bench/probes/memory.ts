/**
 * What the state takes in memory: the heap after garbage collection against the JSON of its snapshot,
 * and whether it stays flat over many writes through the engine and a journal on disk.
 * Neighbour: `rows/start.ts`. Arguments: an empty folder, tasks, writes.
 */
import { openEngine } from "../../core/index.ts";
import { toParts } from "../../core/snapshot-parts.ts";
import { openSqliteJournal } from "../../journal/index.ts";
import { companyOf, fill, updateOf } from "../company.ts";
import type { Sample } from "../row.ts";
import { collect } from "./collect.ts";

export interface MemoryFound {
  jsonBytes: number;
  /** In the order of the writes. */
  samples: Sample[];
}

/** Dispatched at once, so that they are committed together. */
const AT_ONCE = 500;
const SAMPLES = 5;

async function measure(dir: string, tasks: number, writes: number): Promise<MemoryFound> {
  const heap = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const empty = heap();
  const begun = await openSqliteJournal({ dir, now: Date.now });
  await fill(begun, companyOf(tasks));
  await begun.close();
  const journal = await openSqliteJournal({ dir, now: Date.now });
  let ids = 0;
  const engine = await openEngine({ journal, clock: Date.now, newId: () => `id-${++ids}` });
  let json = 0;
  for (const part of toParts(engine.view().state)) json += part.length;
  const samples: Sample[] = [];
  const sample = (done: number) => {
    const beyond = heap() - empty;
    samples.push({
      writes: done,
      "heap MB": beyond / 1e6,
      "× its JSON": beyond / json,
      "resident MB": process.memoryUsage().rss / 1e6,
    });
  };
  // The first write makes what is made once.
  await engine.dispatch("tasks/update", updateOf(0, tasks));
  sample(0);
  for (let done = 0; done < writes; ) {
    const until = Math.min(writes, done + Math.ceil(writes / SAMPLES));
    while (done < until) {
      const count = Math.min(AT_ONCE, until - done);
      const first = done;
      const group = Array.from({ length: count }, (_, n) =>
        engine.dispatch("tasks/update", updateOf(first + n, tasks)),
      );
      done += count;
      for (const outcome of await Promise.all(group))
        if (!outcome.ok) throw new Error(outcome.message);
    }
    sample(done);
  }
  await engine.close();
  return { jsonBytes: json, samples };
}

const [dir = "", ...sizes] = process.argv.slice(2);
const [tasks = 100_000, writes = 1_000_000] = sizes.map(Number);
process.send?.(await measure(dir, tasks, writes), () => process.disconnect());
