/**
 * What a start costs: 100,000 tasks and a million entries in the journal, opened and recovered, against
 * `JSON.parse` of the snapshot's own text in the same process. Neighbours: `company.ts` makes the
 * company, `main.ts` of this folder calls. Invariant: ratios of one run only.
 * Alone: `node dist/bench/start.js [tasks] [entries]`.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type JournalRecord, openEngine } from "../core/index.ts";
import { toParts } from "../core/snapshot-parts.ts";
import { toTime } from "../core/time.ts";
import { openSqliteJournal } from "../journal/index.ts";
import { AT, companyOf, fill, median, taskId } from "./company.ts";

const ROUNDS = 3;
const AT_ONCE = 10_000;

/** A `tasks/update` as the server writes it, without a change of the state. */
function entryAt(seq: number, tasks: number): JournalRecord {
  const id = taskId(1 + (seq % tasks));
  const time = toTime(AT + seq * 1_000);
  const payload = {
    task_id: id,
    progress: seq % 100,
    agent_id: `agent-${seq % 50}`,
    note: "going on",
  };
  const stamp = { at: AT + seq * 1_000, seq, actor: "agent-1", actionId: `action-${seq}` };
  const patches = [
    { op: "replace", path: `/tasks/${id}/progress`, value: seq % 100 },
    { op: "replace", path: `/tasks/${id}/updated_at`, value: time },
    { op: "replace", path: `/tasks/${id}/version`, value: seq },
  ];
  const meta = { action: "tasks/update", task_id: id, agent_id: "agent-1" };
  const event = {
    id: seq,
    timestamp: time,
    kind: "task_updated",
    title: `Agent updated ${id}`,
    details: "progress",
    meta,
  };
  const action = { name: "tasks/update", payload, stamp };
  const key = seq % 2 === 0 ? `key-${seq}` : null;
  return { seq, json: JSON.stringify({ seq, action, patches, event }), key };
}

/** How long the work takes, in milliseconds of the clock and of all threads' processor time. */
async function timed<T>(
  work: () => T | Promise<T>,
): Promise<{ wall: number; cpu: number; made: T }> {
  const cpu = process.cpuUsage();
  const from = performance.now();
  const made = await work();
  const { user, system } = process.cpuUsage(cpu);
  return { wall: performance.now() - from, cpu: (user + system) / 1_000, made };
}

export interface StartRow {
  measured: string;
  tasks: number;
  entries: number;
  /** Milliseconds. */
  wall: number;
  cpu: number;
  /** Against parsing the snapshot, by the clock. */
  ratio: number;
}

export async function measureStart(tasks = 100_000, entries = 1_000_000): Promise<StartRow[]> {
  const dir = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), "clawtasker-start-"));
  try {
    const state = companyOf(tasks);
    const parts = [...toParts(state)];
    const journal = await openSqliteJournal({ dir, now: Date.now });
    await fill(journal, state);
    for (let seq = 1; seq < entries; ) {
      const count = Math.min(AT_ONCE, entries - seq);
      const from = seq;
      await journal.append(
        from,
        Array.from({ length: count }, (_, n) => entryAt(from + 1 + n, tasks)),
      );
      seq += count;
    }
    await journal.saveSnapshot(entries, toTime(AT), parts);
    await journal.close();
    const shown = { tasks, entries };
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    process.stderr.write(
      `database ${(statSync(join(dir, "clawtasker.db")).size / 1e6).toFixed(0)} MB, snapshot ${(bytes / 1e6).toFixed(0)} MB\n`,
    );
    const whole = `[${parts.join(",")}]`;
    parts.length = 0;
    const runs = {
      parse: [] as number[],
      parseCpu: [] as number[],
      open: [] as number[],
      start: [] as number[],
      startCpu: [] as number[],
    };
    for (let round = 0; round < ROUNDS; round++) {
      const parse = await timed(() => JSON.parse(whole));
      runs.parse.push(parse.wall);
      runs.parseCpu.push(parse.cpu);
      let open = 0;
      const start = await timed(async () => {
        const { wall, made } = await timed(() => openSqliteJournal({ dir, now: Date.now }));
        open = wall;
        return openEngine({ journal: made, clock: Date.now, newId: () => "id" });
      });
      if (start.made.view().seq !== entries) throw new Error("not all was recovered");
      await start.made.close();
      runs.open.push(open);
      runs.start.push(start.wall);
      runs.startCpu.push(start.cpu);
    }
    const parse = median(runs.parse);
    const row = (measured: string, wall: number[], cpu: number[]): StartRow => ({
      measured,
      ...shown,
      wall: median(wall),
      cpu: median(cpu),
      ratio: median(wall) / parse,
    });
    return [
      row("JSON.parse of the snapshot", runs.parse, runs.parseCpu),
      row("opening and verifying", runs.open, runs.open),
      row("start, ready to serve", runs.start, runs.startCpu),
    ];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [tasks = 100_000, entries = 1_000_000] = process.argv.slice(2).map(Number);
  for (const { measured, wall, cpu, ratio } of await measureStart(tasks, entries)) {
    process.stdout.write(
      `${measured.padEnd(30)} ${wall.toFixed(0).padStart(7)} ms  cpu ${cpu.toFixed(0).padStart(7)} ms  ${ratio.toFixed(2)} ×\n`,
    );
  }
}
