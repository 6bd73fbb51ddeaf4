/** The page's mirror of the state: true to the patches, fine in its signals, safe against their paths. */
import { createEffect, createRoot } from "solid-js";
import { unwrap } from "solid-js/store";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { createMirror, MAX_EVENTS, type Mirror } from "../../client-solid/src/sync/store.ts";
import type { Commit, Hello } from "../../client-solid/src/sync/wire.ts";
import {
  createMemoryJournal,
  type Engine,
  openEngine,
  type Patch,
  PROTOCOL_VERSION,
  toCommit,
  toWireState,
} from "../../core/index.ts";

const NOW = Date.parse("2026-03-21T09:30:00Z");

async function openDemo(): Promise<Engine> {
  let id = 0;
  const engine = await openEngine({
    journal: createMemoryJournal(),
    clock: () => NOW,
    newId: () => `a-${++id}`,
  });
  await engine.dispatch("demo/reset", {});
  return engine;
}

function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function helloOf(engine: Engine): Hello {
  const { state, seq } = engine.view();
  const events = engine.recentEvents(100);
  const greeting = {
    type: "hello",
    protocol: PROTOCOL_VERSION,
    version: "0",
    journal: "j",
    now: NOW,
  } as const;
  return copy({ ...greeting, seq, head: seq, events: [...events], state: toWireState(state) });
}

function commitOf(seq: number, patches: Patch[]): Commit {
  const event = { timestamp: "2026-03-21T09:30:00+00:00", kind: "state_saved" as const };
  return { seq, event: { ...event, title: "t", details: "", meta: {} }, patches };
}

/** The commits of all that was written since `after`, as they come over the wire. */
async function commitsSince(engine: Engine, after: number): Promise<Commit[]> {
  const end = new AbortController();
  const commits: Commit[] = [];
  const head = engine.view().seq;
  if (after === head) return commits;
  for await (const item of engine.feed.subscribe({ since: after, signal: end.signal })) {
    if (item.type !== "entries") throw new Error("reset");
    for (const entry of item.entries) commits.push(copy(toCommit(entry)));
    if (commits.at(-1)?.seq === head) end.abort();
  }
  return commits;
}

/** How often each reader ran again, after `act`. */
function runsDuring(readers: Record<string, () => unknown>, act: () => void) {
  return createRoot((dispose) => {
    const runs: Record<string, number> = {};
    let counting = false;
    for (const [name, read] of Object.entries(readers)) {
      runs[name] = 0;
      createEffect(() => {
        read();
        if (counting) runs[name] = (runs[name] ?? 0) + 1;
      });
    }
    return {
      run() {
        counting = true;
        act();
        dispose();
        return runs;
      },
    };
  });
}

const readable = (mirror: Mirror) => copy(unwrap(mirror.wire));

test("PAGE-5: a mirror that plays every commit equals the server's state", async () => {
  const engine = await openDemo();
  const mirror = createMirror();
  mirror.replaceState(helloOf(engine));
  const from = engine.view().seq;
  await engine.dispatch("tasks/update", { task_id: "T-203", status: "validation", note: "look" });
  await engine.dispatch("tasks/create", {
    title: "New",
    labels: ["a", "b"],
    depends_on: ["T-203"],
  });
  await engine.dispatch("tasks/update", { task_id: "T-216", labels: ["b"], blockers: ["x/y~z"] });
  await engine.dispatch("tasks/delete", { task_id: "T-203" });
  await engine.dispatch("agents/register", { name: "Nova", role: "Tester" });
  await engine.dispatch("missions/plan", { title: "M", objective: "o", tasks: [{ title: "one" }] });
  await engine.dispatch("agents/delete", { agent_id: "echo" });
  await engine.dispatch("demo/reset", {});
  for (const commit of await commitsSince(engine, from)) mirror.applyCommit(commit);
  assert.equal(readable(mirror), copy(toWireState(engine.view().state)));
  assert.is(mirror.seq(), engine.view().seq);
  await engine.close();
});

test("PAGE-1: a commit for one task touches that task's signals alone", async () => {
  const engine = await openDemo();
  const mirror = createMirror();
  mirror.replaceState(helloOf(engine));
  const { wire } = mirror;
  const from = engine.view().seq;
  await engine.dispatch("tasks/update", { task_id: "T-203", progress: 71 });
  const commits = await commitsSince(engine, from);
  const watched = runsDuring(
    {
      changed: () => wire.tasks["T-203"]?.progress,
      sameTask: () => wire.tasks["T-203"]?.title,
      otherTask: () => JSON.stringify(wire.tasks["T-204"]),
      ids: () => Object.keys(wire.tasks),
      agents: () => Object.keys(wire.agents),
    },
    () => {
      for (const commit of commits) mirror.applyCommit(commit);
    },
  );
  const runs = watched.run();
  assert.is(wire.tasks["T-203"]?.progress, 71);
  assert.equal(runs, { changed: 1, sameTask: 0, otherTask: 0, ids: 0, agents: 0 });
  await engine.close();
});

test("PAGE-1: one commit of several patches is one batch", () => {
  const mirror = createMirror();
  const seen: string[] = [];
  const watched = runsDuring(
    {
      both: () => {
        seen.push(`${mirror.wire.company.name} ${mirror.wire.counters.task}`);
      },
    },
    () => {
      mirror.applyCommit(
        commitOf(1, [
          { op: "replace", path: "/company/name", value: "Acme" },
          { op: "replace", path: "/counters/task", value: 9 },
        ]),
      );
    },
  );
  assert.equal(watched.run(), { both: 1 });
  assert.equal(seen, [" 0", "Acme 9"]);
});

test("PAGE-3: a new state after a gap leaves equal records and known events in place", async () => {
  const engine = await openDemo();
  const mirror = createMirror();
  mirror.replaceState(helloOf(engine));
  const { wire } = mirror;
  const kept = unwrap(wire.tasks["T-204"]);
  const event = mirror.events().at(-1);
  await engine.dispatch("tasks/update", { task_id: "T-203", progress: 72 });
  await engine.dispatch("tasks/delete", { task_id: "T-211" });
  const watched = runsDuring(
    {
      changed: () => wire.tasks["T-203"]?.progress,
      equal: () => JSON.stringify(wire.tasks["T-205"]),
      gone: () => wire.tasks["T-211"],
    },
    () => mirror.replaceState(helloOf(engine)),
  );
  assert.equal(watched.run(), { changed: 1, equal: 0, gone: 1 });
  assert.is(unwrap(wire.tasks["T-204"]), kept);
  assert.is(mirror.events().at(-1), event);
  assert.equal(readable(mirror), copy(toWireState(engine.view().state)));
  await engine.close();
});

test("PAGE-1: a table sent whole again keeps the records that are equal", async () => {
  const engine = await openDemo();
  const mirror = createMirror();
  mirror.replaceState(helloOf(engine));
  const tasks = copy(toWireState(engine.view().state).tasks);
  const changed = tasks["T-203"];
  if (changed) changed.title = "Another";
  const watched = runsDuring(
    {
      changed: () => mirror.wire.tasks["T-203"]?.title,
      equal: () => mirror.wire.tasks["T-204"]?.title,
    },
    () => mirror.applyCommit(commitOf(2, [{ op: "replace", path: "/tasks", value: tasks }])),
  );
  assert.equal(watched.run(), { changed: 1, equal: 0 });
  await engine.close();
});

test("CORE-10: no path of a commit reaches a prototype", () => {
  const paths = [
    "/__proto__/polluted",
    "/tasks/__proto__/polluted",
    "/constructor/prototype/polluted",
    "/tasks/constructor",
    "/tasks/__proto__",
    "/company/__proto__/polluted",
  ];
  for (const path of paths) {
    const mirror = createMirror();
    const hostile = commitOf(1, [{ op: "add", path, value: { polluted: true } }]);
    assert.throws(() => mirror.applyCommit(hostile), /refused|nowhere/, path);
    assert.is((Object.prototype as Record<string, unknown>).polluted, undefined, path);
    assert.is(mirror.seq(), 0, path);
  }
  const value: unknown = JSON.parse('{"T-1":{"id":"T-1","__proto__":{"polluted":true}}}');
  const mirror = createMirror();
  mirror.applyCommit(commitOf(1, [{ op: "replace", path: "/tasks", value }]));
  assert.is((mirror.wire.tasks as unknown as Record<string, unknown>).polluted, undefined);
  assert.is(({} as Record<string, unknown>).polluted, undefined);
});

test("PAGE-3: a patch that leads nowhere is told, so that the page asks for a new state", () => {
  const mirror = createMirror();
  const astray = commitOf(1, [{ op: "replace", path: "/tasks/T-9/title", value: "x" }]);
  assert.throws(() => mirror.applyCommit(astray), /nowhere/);
});

test("PAGE-5: the events kept are bounded, newest first", () => {
  const mirror = createMirror();
  for (let seq = 1; seq <= MAX_EVENTS + 10; seq++) mirror.applyCommit(commitOf(seq, []));
  assert.is(mirror.events().length, MAX_EVENTS);
  assert.is(mirror.events()[0]?.id, MAX_EVENTS + 10);
});

test.run();
