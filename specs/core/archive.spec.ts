/**
 * The archive of finished tasks: what goes, what stays behind of it, how it comes back, and that the
 * entries alone tell it.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type ArchivedRow,
  createMemoryJournal,
  type Engine,
  type Entry,
  type Journal,
  openEngine,
  type State,
  toArchiveChange,
  toWireState,
} from "../../core/index.ts";
import { missionViews } from "../../core/state/missions/views.ts";
import type { Task } from "../../core/state/tasks/task.ts";
import { get, has, list } from "../../core/table.ts";
import { AT, createIds, createStory, DAY_MS, frozen, record } from "../support/core.ts";
import { createHeldJournal } from "../support/journals.ts";
import { createRandom, seedOf } from "../support/random.ts";

const test = suite("archive");
frozen(test);

interface Company {
  engine: Engine;
  journal: Journal;
  time: { now: number };
  does(name: Parameters<Engine["dispatchUnknown"]>[0], body: object): Promise<number>;
  refused(name: string, body: object, sentence: string): Promise<void>;
  archives(...task_ids: string[]): Promise<void>;
}

async function withCompany(
  run: (company: Company) => Promise<void>,
  journal: Journal = createMemoryJournal(),
): Promise<void> {
  const time = { now: AT };
  const engine = await openEngine({ journal, clock: () => time.now, newId: createIds() });
  const company: Company = {
    engine,
    journal,
    time,
    async does(name, body) {
      time.now += 1_000;
      const outcome = await engine.dispatchUnknown(name, body);
      assert.ok(outcome.ok, outcome.ok ? "" : `${name}: ${outcome.message}`);
      return outcome.seq;
    },
    async refused(name, body, sentence) {
      const { seq } = engine.view();
      const outcome = await engine.dispatchUnknown(name, body);
      assert.is(outcome.ok ? "accepted" : outcome.message, sentence);
      assert.equal(Object.keys(outcome).includes("missingTask"), false);
      assert.is(engine.view().seq, seq);
    },
    async archives(...task_ids) {
      await company.does("system/archive", { task_ids, days: 0 });
      for (const id of task_ids) assert.not.ok(has(engine.view().state.tasks, id), id);
    },
  };
  try {
    await company.does("demo/reset", {});
    await run(company);
  } finally {
    await engine.close();
  }
}

const taskIn = (engine: Engine, id: string): Task => record(engine.view().state.tasks, id);

async function archivedIds(journal: Journal): Promise<string[]> {
  const rows: ArchivedRow[] = [];
  let after: { at: string; id: string } | undefined;
  do {
    const page = await journal.listArchived({ kind: "task", words: [], after, limit: 3 });
    rows.push(...page.rows);
    after = page.next ?? undefined;
  } while (after);
  return rows.map(({ id }) => id);
}

test("ARC-1: only tasks done for that long go, and none of a sprint that is not over", () => {
  const story = createStory();
  story.does("tasks/create", { title: "fresh", status: "done" });
  story.does("tasks/create", { title: "sprinted", status: "done", sprint_id: "SP-006" });
  story.does("sprints/update", { sprint_id: "SP-006", status: "active" });
  story.wait(30 * DAY_MS);
  story.does("tasks/create", { title: "too fresh", status: "done" });
  const asked = list(story.state.tasks).map(({ id }) => id);
  const { reply, event } = story.does("system/archive", { task_ids: asked, days: 30 });
  assert.equal(reply, { task_ids: ["T-202", "T-216"] });
  assert.is(event.title, "2 tasks archived");
  assert.is(story.state.archive.tasks, 2);
  const left = list(story.state.tasks).map(({ id }) => id);
  assert.equal(
    asked.filter((id) => !left.includes(id)),
    ["T-202", "T-216"],
  );
  assert.ok(story.does("system/archive", { task_ids: asked, days: 30 }).idle);
  story.does("sprints/update", { sprint_id: "SP-006", status: "completed" });
  const { reply: later } = story.does("system/archive", { task_ids: asked, days: 30 });
  assert.equal(later, { task_ids: ["T-214", "T-217"] });
});

test("ARC-3: missions and sprints count what is archived, dependencies on it are resolved, links stay", () => {
  const story = createStory();
  story.does("missions/plan", { title: "M", objective: "O", tasks: [{ title: "open" }] });
  const mission_id = list(story.state.missions).at(-1)?.id ?? "";
  story.does("sprints/create", { name: "S", status: "completed" });
  const sprint_id = list(story.state.sprints).at(-1)?.id ?? "";
  const done = { title: "done", status: "done", mission_id, sprint_id, story_points: 5 };
  story.does("tasks/create", done);
  const id = `T-${story.state.counters.task}`;
  story.does("tasks/create", { title: "after", status: "ready", owner: "codex", depends_on: [id] });
  const after = `T-${story.state.counters.task}`;
  story.does("tasks/link", { source_id: after, target_id: id, link_type: "relates-to" });
  story.does("agents/heartbeat", { agent_id: "codex", current_task_id: id });
  const counts = (state: State) =>
    missionViews(state, story.at)
      .filter((mission) => mission.id === mission_id)
      .map(({ progress, counts }) => ({ progress, counts }));
  const before = counts(story.state);
  story.wait(DAY_MS);
  story.does("system/archive", { task_ids: [id], days: 1 });
  assert.equal(counts(story.state), before);
  const day = "2026-03-21";
  assert.equal(record(story.state.sprints, sprint_id).archived, {
    tasks: 1,
    points: 5,
    points_by_day: { [day]: 5 },
  });
  const left = record(story.state.tasks, after);
  assert.equal(left.depends_on, [id]);
  assert.is(left.links[0]?.target_id, id);
  assert.is(record(story.state.agents, "codex").current_task_id, null);
  // Said again as it was read, it is no error; another archived one is unknown to the state.
  story.does("tasks/update", { task_id: after, depends_on: [id], status: "in_progress" });
});

test("ARC-2: what comes back is whole, and names nothing that is gone since", () =>
  withCompany(async ({ engine, does, archives, refused }) => {
    await does("missions/plan", { title: "M", objective: "O" });
    const mission_id = list(engine.view().state.missions).at(-1)?.id ?? "";
    await does("tasks/create", { title: "kept" });
    await does("tasks/create", { title: "going", status: "done" });
    await does("tasks/create", { title: "asleep", status: "done" });
    const { task: last } = engine.view().state.counters;
    const [kept, going, asleep, id] = [-2, -1, 0, 1].map((n) => `T-${last + n}`) as [
      string,
      string,
      string,
      string,
    ];
    await does("tasks/create", {
      title: "Long ago",
      description: "What was",
      owner: "codex",
      assignees: ["echo", "pixel"],
      validation_owner: "ceo",
      mission_id,
      depends_on: [kept, going, asleep],
      status: "validation",
      story_points: 3,
    });
    await does("tasks/comment", { task_id: id, text: "Remember this", author: "ralph" });
    await does("tasks/link", { source_id: id, target_id: going, link_type: "relates-to" });
    await does("tasks/link", { source_id: id, target_id: asleep, link_type: "blocks" });
    await does("tasks/update", { task_id: id, status: "done" });
    const before = taskIn(engine, id);
    await archives(asleep, id);
    await does("tasks/delete", { task_id: going });
    await does("missions/delete", { mission_id });
    await does("agents/retire", { agent_id: "codex" });
    await does("agents/delete", { agent_id: "echo" });
    // T-kept now waits for it: taken back with its own wait it would close a circle.
    await refused(
      "tasks/update",
      { task_id: kept, depends_on: [id] },
      `task ${id} is archived; reopen it first`,
    );
    const seq = await does("tasks/reopen", { task_id: id, agent_id: "ralph", note: "Once more" });
    const back = taskIn(engine, id);
    const { activity, ...rest } = back;
    const { activity: earlier, ...old } = before;
    assert.equal(rest, {
      ...old,
      status: "validation",
      owner: null,
      assignees: ["pixel"],
      mission_id: null,
      depends_on: [kept, asleep],
      links: old.links.filter(({ target_id }) => target_id !== going),
      done_at: null,
      status_since: back.updated_at,
      updated_at: back.updated_at,
      version: seq,
    });
    assert.equal(activity.slice(0, earlier.length), earlier);
    assert.is(activity.length, earlier.length + 2);
    assert.is(engine.view().state.archive.tasks, 1);
    await refused("tasks/reopen", { task_id: id }, `${id} is not done; it is in validation`);
  }));

test("ARC-2 ACC-28: what comes back is approved by the CEO where whoever it named is gone", () =>
  withCompany(async ({ engine, does, archives }) => {
    await does("tasks/create", { title: "old", status: "done", validation_owner: "iris" });
    const id = `T-${engine.view().state.counters.task}`;
    await archives(id);
    await does("agents/retire", { agent_id: "iris", successor_id: "echo" });
    await does("tasks/reopen", { task_id: id });
    assert.is(taskIn(engine, id).validation_owner, "ceo");
  }));

test("ARC-2: a dependency that would close a circle by now stays behind", () =>
  withCompany(async ({ engine, does, archives }) => {
    await does("tasks/create", { title: "first", status: "backlog" });
    const { task: last } = engine.view().state.counters;
    const [first, old, later] = [`T-${last}`, `T-${last + 1}`, `T-${last + 2}`];
    await does("tasks/create", { title: "old", status: "done", depends_on: [first] });
    await does("tasks/create", { title: "later", depends_on: [old] });
    await archives(old);
    await does("tasks/update", { task_id: first, depends_on: [later] });
    await does("tasks/reopen", { task_id: old });
    assert.equal(taskIn(engine, old).depends_on, []);
    assert.equal(taskIn(engine, later).depends_on, [old]);
  }));

test("CORE-27 ARC-2: what an agent brings back has its share of a mission, a sprint and of what waits for a task, no more; the CEO's room stays", () =>
  withCompany(async ({ engine, does, refused, archives }) => {
    const { task: last } = engine.view().state.counters;
    const [ofMission, ofSprint, waiting] = [1, 2, 3].map((n) => `T-${last + n}`) as [
      string,
      string,
      string,
    ];
    const [mission_id, sprint_id] = ["M-300", "SP-005"];
    const done = { title: "old", status: "done" };
    await does("tasks/create", { ...done, mission_id });
    await does("tasks/create", { ...done, sprint_id });
    await does("tasks/create", { ...done, depends_on: ["T-204"] });
    await does("sprints/update", { sprint_id, status: "completed" });
    await archives(ofMission, ofSprint, waiting);
    const has = (key: "mission" | "sprint" | "dependents", id: string) =>
      list(engine.view().state.tasks).filter((task) =>
        key === "dependents" ? task.depends_on.includes(id) : task[`${key}_id`] === id,
      ).length;
    const fill = async (fields: object, count: number) => {
      for (let rest = count; rest > 0; rest -= 500) {
        const one = { action: "tasks/create", body: { title: "x", ...fields } };
        await does("batch", { actions: Array(Math.min(rest, 500)).fill(one) });
      }
    };
    await fill({ mission_id }, 500 - has("mission", mission_id));
    await fill({ sprint_id }, 800 - has("sprint", sprint_id));
    await fill({ depends_on: ["T-204"] }, 100 - has("dependents", "T-204"));
    const back = (task_id: string) => ({ task_id, agent_id: "echo" });
    const rest = `and ${ofMission} comes back to it; move or delete some of them first`;
    const others = "(who works on it may add more, the CEO up to 1000)";
    await refused("tasks/reopen", back(ofMission), `M-300 has 500 tasks ${others}, ${rest}`);
    await refused(
      "tasks/reopen",
      back(ofSprint),
      `SP-005 has 800 tasks (the CEO may add up to 1000), ${rest.replace(ofMission, ofSprint)}`,
    );
    await does("tasks/reopen", back(waiting));
    assert.equal(taskIn(engine, waiting).depends_on, []);
    await does("tasks/reopen", { task_id: ofMission });
    await does("tasks/reopen", { task_id: ofSprint });
    assert.is(taskIn(engine, ofMission).mission_id, mission_id);
    assert.is(taskIn(engine, ofSprint).sprint_id, sprint_id);
  }));

test("ARC-6: whoever writes to an archived task is told so, others that it is unknown", () =>
  withCompany(async ({ archives, refused }) => {
    await archives("T-202");
    const sentence = "task T-202 is archived; reopen it first";
    for (const [name, body] of [
      ["tasks/update", { task_id: "T-202", progress: 1 }],
      ["tasks/comment", { task_id: "T-202", text: "x" }],
      ["tasks/link", { source_id: "T-203", target_id: "T-202", link_type: "blocks" }],
      ["tasks/delete", { task_id: "T-202" }],
      ["tasks/event", { task_id: "T-202", type: "started", agent_id: "codex" }],
      ["tasks/create", { title: "x", depends_on: ["T-202"] }],
      ["openclaw/publish", { task_id: "T-202", agent_id: "codex", title: "x" }],
    ] as const) {
      await refused(name, body, sentence);
    }
    await refused("tasks/update", { task_id: "T-999", progress: 1 }, "unknown task: T-999");
    await refused("tasks/reopen", { task_id: "T-999" }, "unknown task: T-999");
    await refused("tasks/reopen", { task_id: "T-203" }, "T-203 is not done; it is in in_progress");
  }));

test("ARC-6 HTTP-10: in a batch each action on an archived task is told so, as by itself", () =>
  withCompany(async ({ engine, archives }) => {
    await archives("T-202");
    const archived = "task T-202 is archived; reopen it first";
    const update = (task_id: string, progress: number) => ({
      action: "tasks/update",
      body: { task_id, progress },
    });
    const sent = [update("T-203", 1), update("T-202", 2), update("T-999", 3), update("T-203", 4)];
    const told = [[200], [400, archived], [400, "unknown task: T-999"], [200]];
    const send = async (actions: readonly object[], key?: string) => {
      const outcome = await engine.dispatchUnknown("batch", { actions }, { key });
      if (!outcome.ok) throw new Error(outcome.message);
      const { results } = outcome.reply as { results: Record<string, unknown>[] };
      return results;
    };
    const answers = (results: Record<string, unknown>[]) =>
      results.map(({ status, error }) => (error === undefined ? [status] : [status, error]));

    const { seq } = engine.view();
    assert.equal(answers(await send(sent)), told);
    assert.is(engine.view().seq, seq + 2);
    assert.is(taskIn(engine, "T-203").progress, 4);

    const first = await send(sent, "whole");
    assert.equal(answers(first), told);
    assert.equal(await send(sent, "whole"), first);

    const keyed = sent.map((one, n) => ({ ...one, idempotency_key: `own-${n}` }));
    assert.equal(answers(await send(keyed)), told);
    assert.is(engine.view().seq, seq + 6);
    // Refused, so not kept; and a refused batch says where.
    const atomic = { actions: sent, atomic: true };
    const outcome = await engine.dispatchUnknown("batch", atomic);
    assert.equal(outcome.ok ? "" : outcome.message, `actions[1]: ${archived}`);
  }));

test("ARC-6: what a batch rests on may still be on its way to the archive", () => {
  const journal = createHeldJournal();
  return withCompany(async ({ engine }) => {
    journal.hold();
    const going = engine.dispatch("system/archive", { task_ids: ["T-202"], days: 0 });
    const asked = engine.dispatchUnknown("batch", {
      actions: [{ action: "tasks/update", body: { task_id: "T-202", progress: 1 } }],
    });
    await journal.held();
    journal.release();
    assert.ok((await going).ok);
    const outcome = await asked;
    const { results } = (outcome.ok ? outcome.reply : {}) as { results?: { error: string }[] };
    assert.is(results?.[0]?.error, "task T-202 is archived; reopen it first");
  }, journal);
});

test("ARC-1: reopened while it is being archived, twice at once, and with a key again", () => {
  const journal = createHeldJournal();
  return withCompany(async ({ engine, does }) => {
    journal.hold();
    const going = engine.dispatch("system/archive", { task_ids: ["T-202"], days: 0 });
    const both = ["a", "b"].map((key) =>
      engine.dispatch("tasks/reopen", { task_id: "T-202", author: key }, { key }),
    );
    await journal.held();
    journal.release();
    assert.ok((await going).ok);
    const [one, other] = await Promise.all(both);
    assert.ok(one?.ok);
    assert.is(other?.ok === false && other.message, "T-202 is not done; it is in validation");
    const again = await engine.dispatch(
      "tasks/reopen",
      { task_id: "T-202", author: "a" },
      { key: "a" },
    );
    assert.ok(again.ok && again.replayed);
    assert.equal(await archivedIds(journal), []);
    await does("tasks/update", { task_id: "T-202", status: "done" });
  }, journal);
});

test("ARC-1: a reset empties the archive, and what was archived before is not brought back", () =>
  withCompany(async ({ engine, journal, does, archives, refused }) => {
    await archives("T-202");
    const seqBefore = engine.view().seq;
    await does("blank/reset", {});
    assert.equal(engine.view().state.archive, { tasks: 0, since: seqBefore + 1 });
    assert.equal(await archivedIds(journal), []);
    await refused("tasks/reopen", { task_id: "T-202" }, "unknown task: T-202");
  }));

const SEED = seedOf(20_261_124);

test("ARC-1 ARC-5: after any history state and archive share no task and lack none; entries tell both", () =>
  withCompany(async ({ engine, journal, does }) => {
    const random = createRandom(SEED);
    const known = new Set(list(engine.view().state.tasks).map(({ id }) => id));
    for (let step = 0; step < 200; step++) {
      const tasks = list(engine.view().state.tasks);
      const gone = await archivedIds(journal);
      const body = random.whole(8);
      if (body < 2) await does("tasks/create", { title: `t ${step}`, status: "done" });
      else if (body < 4 && tasks.length > 0) {
        const ids = Array.from({ length: 1 + random.whole(4) }, () => random.pick(tasks).id);
        await engine.dispatch("system/archive", { task_ids: ids, days: 0 });
      } else if (body < 6 && gone.length > 0) {
        const task_id = random.pick(gone);
        await does("tasks/reopen", { task_id });
        await does("tasks/update", { task_id, status: "done" });
      } else if (body === 6 && tasks.length > 0) {
        const { id } = random.pick(tasks);
        await does("tasks/delete", { task_id: id });
        known.delete(id);
      } else if (random.whole(40) === 0) {
        await does("blank/reset", {});
        known.clear();
      }
      const { state } = engine.view();
      for (const { id } of list(state.tasks)) known.add(id);
      const archived = await archivedIds(journal);
      const where = `SEED=${SEED} step ${step}`;
      assert.is(state.archive.tasks, archived.length, where);
      const all = [...list(state.tasks).map(({ id }) => id), ...archived];
      assert.is(new Set(all).size, all.length, `${where}: in both`);
      assert.equal(all.sort(), [...known].sort(), where);
    }
    // The entries as text, played into another journal.
    const replayed = createMemoryJournal("again");
    for (const { seq, json } of await journal.read(0, 10_000)) {
      const { archive } = JSON.parse(json) as Entry;
      const change = archive && { archive: toArchiveChange(archive) };
      await replayed.append(seq - 1, [{ seq, json, key: null, ...change }]);
    }
    const query = { kind: "task", words: [], limit: 10_000 } as const;
    assert.equal(await replayed.listArchived(query), await journal.listArchived(query));
    const again = await openEngine({
      journal: replayed,
      clock: () => AT,
      newId: createIds(),
    });
    assert.equal(toWireState(again.view().state), toWireState(engine.view().state));
    await again.close();
  }));

test("ARC-2: an id is never given out twice, also while its task is archived", () =>
  withCompany(async ({ engine, does, archives }) => {
    await does("tasks/create", { title: "x", status: "done" });
    const id = `T-${engine.view().state.counters.task}`;
    await archives(id);
    await does("tasks/create", { title: "y" });
    assert.not.ok(get(engine.view().state.tasks, id));
  }));

test.run();
