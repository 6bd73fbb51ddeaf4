/** The core's selectors on the live store: they notice also what was not there when they first ran. */
import { createEffect, createMemo, createRoot } from "solid-js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  columns,
  createReading,
  filterTasks,
  rosterIds,
} from "../../client-solid/src/sync/reading.ts";
import { createMirror } from "../../client-solid/src/sync/store.ts";
import type { Hello } from "../../client-solid/src/sync/wire.ts";
import {
  createMemoryJournal,
  openEngine,
  type Patch,
  PROTOCOL_VERSION,
  toWireState,
} from "../../core/index.ts";
import { workloads } from "../../core/state/agents/views.ts";
import { nameOf } from "../../core/state/lookup.ts";
import { TASK_STATUSES } from "../../core/state/tasks/task.ts";
import { EXCEPTION_BUCKETS, exceptionDashboard } from "../../core/state/tasks/views.ts";

const NOW = Date.parse("2026-03-21T09:30:00Z");

async function demoMirror() {
  let id = 0;
  const engine = await openEngine({
    journal: createMemoryJournal(),
    clock: () => NOW,
    newId: () => `a-${++id}`,
  });
  await engine.dispatch("demo/reset", {});
  const state = JSON.parse(JSON.stringify(toWireState(engine.view().state))) as unknown;
  const mirror = createMirror();
  mirror.exceptions.tick(NOW);
  const greeting = {
    type: "hello",
    protocol: PROTOCOL_VERSION,
    version: "0",
    journal: "j",
    now: NOW,
  } as const;
  mirror.replaceState({ ...greeting, seq: 1, head: 1, state } satisfies Hello);
  await engine.close();
  return { mirror, state: engine.view().state };
}

test("PAGE-5: the page's exceptions are the server's own", async () => {
  const { mirror, state } = await demoMirror();
  assert.equal(exceptionDashboard(mirror.wire, NOW), exceptionDashboard(state, NOW));
});

test("PAGE-1: the board holds every task once, by status and priority; the chief leads the roster", async () => {
  const { mirror } = await demoMirror();
  const by = columns(mirror.wire);
  assert.equal(by.ready, ["T-210", "T-208", "T-212"]);
  assert.is(new Set(Object.values(by).flat()).size, 15);
  const roster = rosterIds(mirror.wire);
  assert.is(roster[0], "orion");
  assert.is(roster.length, 13);
});

test("PAGE-1: a name that is not known yet is shown as soon as it is", async () => {
  const { mirror } = await demoMirror();
  const { wire } = mirror;
  let seq = 1;
  const commit = (patch: Patch) => {
    seq += 1;
    const event = { timestamp: "", kind: "state_saved" as const, title: "", details: "" };
    mirror.applyCommit({ seq, event: { ...event, meta: {} }, patches: [patch] });
  };
  const agent = { ...JSON.parse(JSON.stringify(wire.agents.codex)), id: "nova", name: "Nova" };
  createRoot((dispose) => {
    const name = createMemo(() => nameOf(wire, "nova"));
    const bucket = createMemo(() => exceptionDashboard(wire, NOW).blocked[0]?.owner_name);
    commit({ op: "replace", path: "/tasks/T-209/owner", value: "nova" });
    assert.equal([name(), bucket()], ["nova", "nova"]);
    commit({ op: "add", path: "/agents/nova", value: agent });
    assert.equal([name(), bucket()], ["Nova", "Nova"]);
    dispose();
  });
});

test("PAGE-8: lists and counts that are carried along are those of the core's selectors", async () => {
  const { mirror, state } = await demoMirror();
  const read = createReading(mirror, () => NOW);
  const by = columns(mirror.wire);
  for (const status of TASK_STATUSES) assert.equal(read.taskIdsBy("status", status), by[status]);
  const loads = workloads(state);
  for (const [id, load] of loads) assert.equal(read.workloadOf(id), load);
  assert.is(read.openCountOf("codex"), loads.get("codex")?.open);
  const dashboard = exceptionDashboard(state, NOW);
  for (const bucket of EXCEPTION_BUCKETS) {
    const items = read.exceptionIds(bucket).map((id) => read.exception(bucket, id));
    assert.equal(items, dashboard[bucket]);
  }
  assert.is(read.exceptionCount(), dashboard.total);
  assert.is(read.taskCount(), 15);
});

test("PAGE-8: a change of one task tells only the lists it leaves and enters", async () => {
  const { mirror } = await demoMirror();
  const read = createReading(mirror, () => NOW);
  const runs: Record<string, number> = {};
  let asked: string[] = [];
  const look: Record<string, () => unknown> = {
    ready: () => read.taskIdsBy("status", "ready"),
    active: () => read.taskIdsBy("status", "in_progress"),
    done: () => read.taskIdsBy("status", "done"),
    owner: () => read.taskIdsBy("owner", mirror.wire.tasks["T-210"]?.owner ?? ""),
    overdue: () => read.exceptionIds("overdue"),
    owners: () => read.keysBy("owner"),
    all: () => read.taskCount(),
  };
  const [kept, dispose] = createRoot((end) => {
    const priority = filterTasks(
      mirror,
      () => read.taskIdsBy("all", ""),
      (task) => {
        asked.push(task.id);
        return task.priority === "P0";
      },
    );
    for (const [name, run] of Object.entries({ ...look, filtered: priority })) {
      runs[name] = -1;
      createEffect(() => {
        run();
        runs[name] = (runs[name] ?? 0) + 1;
      });
    }
    return [priority, end] as const;
  });
  const still = { ...runs };
  asked = [];
  const event = { timestamp: "", kind: "state_saved" as const, title: "", details: "" };
  const move = (path: string, value: unknown) =>
    mirror.applyCommit({
      seq: 2,
      event: { ...event, meta: {} },
      patches: [{ op: "replace", path, value }],
    });
  move("/tasks/T-210/status", "in_progress");
  assert.equal(runs, { ...still, ready: 1, active: 1 });
  assert.equal(asked, [], "a filter is not asked about what it does not read");
  move("/tasks/T-210/title", "Another");
  assert.equal(runs, { ...still, ready: 1, active: 1 });
  move("/tasks/T-212/priority", "P0");
  assert.equal(asked, ["T-212"]);
  assert.is(runs.filtered, 1);
  assert.ok(kept().includes("T-212"));
  dispose();
});

test.run();
