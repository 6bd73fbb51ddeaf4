/** The core's selectors on the live store: they notice also what was not there when they first ran. */
import { createMemo, createRoot } from "solid-js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { columns, rosterIds } from "../../client-solid/src/sync/reading.ts";
import { createMirror } from "../../client-solid/src/sync/store.ts";
import type { Hello } from "../../client-solid/src/sync/wire.ts";
import { createMemoryJournal, openEngine, type Patch, toWireState } from "../../core/index.ts";
import { nameOf } from "../../core/state/lookup.ts";
import { exceptionDashboard } from "../../core/state/tasks/views.ts";

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
  const greeting = { type: "hello", protocol: 1, version: "0", journal: "j", now: NOW } as const;
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
    const event = { id: seq, timestamp: "", kind: "state_saved" as const, title: "", details: "" };
    mirror.applyCommit({ type: "commit", seq, event: { ...event, meta: {} }, patches: [patch] });
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

test.run();
