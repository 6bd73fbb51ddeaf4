/**
 * What the state takes in memory: the heap after garbage collection at 100,000 tasks against the JSON
 * of its snapshot, and whether it stays flat over many writes through the engine and a journal on disk.
 * Neighbours: `company.ts`. Alone: `node --expose-gc dist/bench/memory.js [tasks] [writes]`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { openEngine } from "../core/index.ts";
import { toParts } from "../core/snapshot-parts.ts";
import { openSqliteJournal } from "../journal/index.ts";
import { companyOf, fill, taskId } from "./company.ts";

/** Dispatched at once, so that they are committed together. */
const AT_ONCE = 500;
const SAMPLES = 5;

export interface MemoryRow {
  writes: number;
  /** Bytes after garbage collection, above an empty process. */
  heap: number;
  /** Against the JSON of the state. */
  ratio: number;
  /** Of the whole process, threads included. */
  rss: number;
}

function heapAfterGc(): number {
  const gc = (globalThis as { gc?: () => void }).gc;
  if (!gc) throw new Error("run with --expose-gc");
  gc();
  gc();
  return process.memoryUsage().heapUsed;
}

export async function measureMemory(tasks = 100_000, writes = 1_000_000): Promise<MemoryRow[]> {
  const dir = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), "clawtasker-memory-"));
  const empty = heapAfterGc();
  let json = 0;
  const begun = await openSqliteJournal({ dir, now: Date.now });
  await fill(begun, companyOf(tasks));
  await begun.close();
  const journal = await openSqliteJournal({ dir, now: Date.now });
  let ids = 0;
  const engine = await openEngine({ journal, clock: Date.now, newId: () => `id-${++ids}` });
  try {
    for (const part of toParts(engine.view().state)) json += part.length;
    const rows: MemoryRow[] = [];
    const sample = (done: number) => {
      const heap = heapAfterGc() - empty;
      rows.push({ writes: done, heap, ratio: heap / json, rss: process.memoryUsage().rss });
    };
    // The first write makes what is made once.
    await engine.dispatch("tasks/update", { task_id: taskId(1), progress: 1 });
    sample(0);
    for (let done = 0; done < writes; ) {
      const until = Math.min(writes, done + Math.ceil(writes / SAMPLES));
      while (done < until) {
        const group = Array.from({ length: Math.min(AT_ONCE, until - done) }, (_, n) =>
          engine.dispatch("tasks/update", {
            task_id: taskId(1 + (((done + n) * 7_919) % tasks)),
            progress: (done + n) % 100,
          }),
        );
        done += group.length;
        for (const outcome of await Promise.all(group))
          if (!outcome.ok) throw new Error(outcome.message);
      }
      sample(done);
    }
    return rows;
  } finally {
    await engine.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [tasks = 100_000, writes = 1_000_000] = process.argv.slice(2).map(Number);
  for (const { writes: done, heap, ratio, rss } of await measureMemory(tasks, writes)) {
    process.stdout.write(
      `${String(done).padStart(9)} writes  heap ${(heap / 1e6).toFixed(0).padStart(5)} MB  ${ratio.toFixed(2)} × JSON  rss ${(rss / 1e6).toFixed(0)} MB\n`,
    );
  }
}
