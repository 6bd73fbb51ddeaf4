/**
 * What is carried along with each commit equals what is made anew from the whole state, over random
 * writes; `SEED=` runs one again.
 */
import { createRoot, createSignal } from "solid-js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { createReading } from "../../client-solid/src/sync/reading.ts";
import { createSortedList } from "../../client-solid/src/sync/sorted-list.ts";
import { createMirror, type Mirror } from "../../client-solid/src/sync/store.ts";
import type { Commit, Hello } from "../../client-solid/src/sync/wire.ts";
import { orderBy, toSort } from "../../client-solid/src/views/pipeline/model.ts";
import {
  createMemoryJournal,
  type Engine,
  openEngine,
  PROTOCOL_VERSION,
  toCommit,
  toWireState,
} from "../../core/index.ts";
import {
  focusOf,
  missionControl,
  missionViews,
  toMissionView,
} from "../../core/state/missions/views.ts";
import { projectHealth } from "../../core/state/projects/views.ts";
import { burndown } from "../../core/state/sprints/views.ts";
import { PRIORITIES, TASK_STATUSES, type Task } from "../../core/state/tasks/task.ts";
import { list, values } from "../../core/table.ts";
import { createRandom, type Random, seedOf } from "../support/random.ts";

const FROM = Date.parse("2026-03-21T09:30:00Z");
const HOUR_MS = 3_600_000;
const ROUNDS = 80;
const TASKS = 80;

function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function helloOf(engine: Engine, now: number): Hello {
  const { state, seq } = engine.view();
  const greeting = {
    type: "hello",
    protocol: PROTOCOL_VERSION,
    version: "0",
    journal: "j",
    now,
  } as const;
  return copy({ ...greeting, seq, head: seq, state: toWireState(state) });
}

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

/** A write that a company could see; one that the core refuses changes nothing. */
function writeOf(random: Random, { tasks, agents, projects, missions, sprints }: Names) {
  const task_id = random.pick(tasks);
  const update = (fields: object): [string, object] => ["tasks/update", { task_id, ...fields }];
  const day = `2026-03-${String(18 + random.whole(8)).padStart(2, "0")}`;
  return random.pick<() => [string, object]>([
    () => update({ status: random.pick(TASK_STATUSES) }),
    () => update({ priority: random.pick(PRIORITIES) }),
    () => update({ title: `${random.pick(["a", "B", "c"])} ${random.whole(40)}` }),
    () => update({ progress: random.whole(100) }),
    () => update({ due_date: random.pick([null, day]) }),
    () => update({ owner: random.pick([null, ...agents]) }),
    () => update({ project_id: random.pick(projects) }),
    () => update({ mission_id: random.pick([null, ...missions]) }),
    () => update({ sprint_id: random.pick([null, ...sprints]), story_points: random.whole(5) }),
    () => update({ blocked: true, blockers: ["a key"] }),
    () => update({ blocked: false, blockers: [] }),
    () => ["tasks/create", { title: `new ${random.whole(40)}`, project_id: random.pick(projects) }],
    () => ["tasks/delete", { task_id }],
    () => [
      "agents/heartbeat",
      { agent_id: random.pick(agents), status: random.pick(["working", "idle", "offline"]) },
    ],
  ])();
}

interface Names {
  tasks: string[];
  agents: string[];
  projects: string[];
  missions: string[];
  sprints: string[];
}

/** Plays random writes into an engine and a mirror of it, and has `check` look after each burst. */
async function live(
  seed: number,
  look: (mirror: Mirror) => (state: Engine["view"], now: number) => void,
): Promise<void> {
  const random = createRandom(seed);
  let now = FROM;
  let id = 0;
  const engine = await openEngine({
    journal: createMemoryJournal(),
    clock: () => now,
    newId: () => `a-${++id}`,
  });
  await engine.dispatch("demo/reset", {});
  // So many that few of them change at once.
  const owners = list(engine.view().state.agents).map((agent) => agent.id);
  for (let n = 0; n < TASKS; n++) {
    const status = n % 3 === 0 ? "ready" : "in_progress";
    const body = { title: `Task ${n}`, status, owner: random.pick(owners) } as const;
    assert.ok((await engine.dispatch("tasks/create", body)).ok);
  }
  const mirror = createMirror();
  mirror.exceptions.tick(now);
  mirror.replaceState(helloOf(engine, now));
  const [check, dispose] = createRoot((end) => [look(mirror), end] as const);
  for (let round = 0; round < ROUNDS; round++) {
    const from = engine.view().seq;
    for (let n = random.whole(4); n >= 0; n--) {
      const { state } = engine.view();
      const idsOf = (table: "tasks" | "agents" | "projects" | "missions" | "sprints") =>
        list<{ id: string }>(state[table]).map((record) => record.id);
      const [name, body] = writeOf(random, {
        tasks: idsOf("tasks"),
        agents: idsOf("agents"),
        projects: idsOf("projects"),
        missions: idsOf("missions"),
        sprints: idsOf("sprints"),
      });
      await engine.dispatch(name as "tasks/update", body as { task_id: string });
    }
    if (random.whole(30) === 0) mirror.replaceState(helloOf(engine, now));
    else mirror.applyCommits(await commitsSince(engine, from));
    if (random.whole(5) === 0) {
      now += random.whole(20) * HOUR_MS;
      mirror.exceptions.tick(now);
    }
    try {
      check(engine.view, now);
    } catch (error) {
      throw new Error(`SEED=${seed}, round ${round}`, { cause: error });
    }
  }
  dispose();
  await engine.close();
}

test("PAGE-8: the sums of the dashboard that are carried along are the core's own", async () => {
  await live(seedOf(7), (mirror) => {
    const read = createReading(mirror, () => 0);
    return (view, now) => {
      const { state } = view();
      const health = list(state.projects).flatMap(({ id }) => read.projectHealth(id) ?? []);
      health.sort((a, b) => (a.name < b.name ? -1 : 1));
      assert.equal(health, projectHealth(state, now));
      const missions = list(state.missions);
      assert.is(focusOf(missions), missionControl(state, now).focus);
      const views = missions.map((mission) =>
        toMissionView(state, mission, read.tasksBy("mission", mission.id), now),
      );
      assert.equal(views, missionViews(state, now));
      for (const sprint of list(state.sprints)) {
        const ofSprint = read.tasksBy("sprint", sprint.id);
        assert.equal(burndown(state, sprint, now, ofSprint), burndown(state, sprint, now));
      }
    };
  });
});

test("PAGE-8: a list in an order of one's own is at every moment as if sorted anew", async () => {
  await live(seedOf(8), (mirror) => {
    const [owner, setOwner] = createSignal<string>("");
    const members = () =>
      owner() === "" ? mirror.tasks.ids("all", "") : mirror.tasks.ids("owner", owner());
    const sorts = ["title", "-title", "due", "-due", "status", "-updated", "progress", "-id"].map(
      (text) => {
        const order = orderBy(toSort(text) ?? { field: "id", down: false });
        return { text, order, ids: createSortedList(mirror, members, order) };
      },
    );
    let round = 0;
    return (view) => {
      const { state } = view();
      // Now and then other tasks are looked at.
      if (++round % 20 === 0) setOwner(owner() === "" ? "codex" : "");
      const shown: Task[] = [...values(state.tasks)].filter(
        (task) => owner() === "" || task.owner === owner(),
      );
      for (const { text, order, ids } of sorts) {
        const anew = shown.map(order.rankOf).sort(order.compare);
        assert.equal(
          ids(),
          anew.map(({ id }) => id),
          text,
        );
      }
    };
  });
});

test("PAGE-8: a sorted list is told only when its order changed", async () => {
  const engine = await openEngine({
    journal: createMemoryJournal(),
    clock: () => FROM,
    newId: () => "a",
  });
  await engine.dispatch("demo/reset", {});
  const mirror = createMirror();
  mirror.replaceState(helloOf(engine, FROM));
  const [ids, dispose] = createRoot((end) => {
    const order = orderBy({ field: "progress", down: true });
    return [createSortedList(mirror, () => mirror.tasks.ids("all", ""), order), end] as const;
  });
  const before = ids();
  const play = async (body: { task_id: string; [field: string]: unknown }) => {
    const from = engine.view().seq;
    assert.ok((await engine.dispatch("tasks/update", body)).ok);
    mirror.applyCommits(await commitsSince(engine, from));
  };
  await play({ task_id: "T-203", title: "Another" });
  assert.is(ids(), before, "it does not hang on the title");
  await play({ task_id: "T-203", progress: 99 });
  const after = ids();
  assert.is.not(after, before);
  assert.is(after.length, before.length);
  const at = after.indexOf("T-203");
  await play({ task_id: "T-203", progress: 98 });
  assert.is(ids(), after, "its place is the same");
  assert.is(after[at], "T-203");
  dispose();
  await engine.close();
});

test.run();
