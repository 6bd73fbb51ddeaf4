/**
 * What a start costs: a company and so many entries in the journal, opened and recovered, against
 * `JSON.parse` of the snapshot's own text in the same process. Neighbour: `rows/start.ts`.
 * Arguments: an empty folder, tasks, entries, rounds.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { type JournalRecord, openEngine } from "../../core/index.ts";
import { toParts } from "../../core/snapshot-parts.ts";
import { toTime } from "../../core/time.ts";
import { openSqliteJournal } from "../../journal/index.ts";
import { AT, agentId, companyOf, fill, taskId } from "../company.ts";
import type { Measured, Sample } from "../row.ts";
import { collect } from "./collect.ts";

export interface StartFound {
  subjects: Measured[];
  databaseBytes: number;
  snapshotBytes: number;
}

const AT_ONCE = 10_000;

/** A `tasks/update` as the server writes it, without a change of the state. */
function entryAt(seq: number, tasks: number): JournalRecord {
  const id = taskId(1 + (seq % tasks));
  const time = toTime(AT + seq * 1_000);
  const payload = {
    task_id: id,
    progress: seq % 100,
    agent_id: agentId(seq),
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

/** By the clock, and in all threads' processor time. */
async function timed<T>(work: () => T | Promise<T>): Promise<[Sample, T]> {
  const cpu = process.cpuUsage();
  const from = performance.now();
  const made = await work();
  const { user, system } = process.cpuUsage(cpu);
  return [{ ms: performance.now() - from, "CPU ms": (user + system) / 1_000 }, made];
}

async function measure(
  dir: string,
  tasks: number,
  entries: number,
  rounds: number,
): Promise<StartFound> {
  const state = companyOf(tasks);
  const parts = [...toParts(state)];
  const journal = await openSqliteJournal({ dir, now: Date.now });
  await fill(journal, state);
  for (let seq = 1; seq < entries; ) {
    const from = seq + 1;
    const count = Math.min(AT_ONCE, entries - seq);
    const some = Array.from({ length: count }, (_, n) => entryAt(from + n, tasks));
    await journal.append(seq, some);
    seq += count;
  }
  await journal.saveSnapshot(entries, toTime(AT), parts);
  await journal.close();
  const whole = `[${parts.join(",")}]`;
  const samples = { parse: [] as Sample[], open: [] as Sample[], start: [] as Sample[] };
  for (let round = 0; round < rounds; round++) {
    collect();
    samples.parse.push((await timed(() => JSON.parse(whole)))[0]);
    collect();
    const [start, engine] = await timed(async () => {
      const [open, journal] = await timed(() => openSqliteJournal({ dir, now: Date.now }));
      samples.open.push(open);
      return openEngine({ journal, clock: Date.now, newId: () => "id" });
    });
    samples.start.push(start);
    if (engine.view().seq !== entries) throw new Error("not all was recovered");
    await engine.close();
  }
  return {
    subjects: [
      { name: "JSON.parse of the snapshot", samples: samples.parse },
      { name: "of the start: opening and verifying", samples: samples.open },
      { name: "start, ready to serve", samples: samples.start },
    ],
    databaseBytes: statSync(join(dir, "clawtasker.db")).size,
    snapshotBytes: whole.length,
  };
}

const [dir = "", ...sizes] = process.argv.slice(2);
const [tasks = 100_000, entries = 1_000_000, rounds = 3] = sizes.map(Number);
process.send?.(await measure(dir, tasks, entries, rounds), () => process.disconnect());
