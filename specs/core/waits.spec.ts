/**
 * A claim that waits: on an engine whose time is ended by hand, so that every way in which a wait ends
 * can be looked at. Neighbour: `engine.ts`, waitFor.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  createMemoryJournal,
  type Engine,
  type Outcome,
  openEngine,
  toWireState,
} from "../../core/index.ts";
import { get } from "../../core/table.ts";
import { createWaits } from "../../core/waits.ts";
import { AT, createIds, frozen } from "../support/core.ts";

const test = suite("waits");
frozen(test);

const opened: Engine[] = [];
test.after.each(async () => {
  for (const engine of opened.splice(0)) await engine.close();
});

interface Bench {
  engine: Engine;
  /** Ends the time of every wait so far. */
  timeOver(): void;
  /** Of each wait so far, in milliseconds. */
  asked: number[];
}

/** A company of these agents and no task. */
async function open(...agents: string[]): Promise<Bench> {
  const asked: number[] = [];
  const times: AbortController[] = [];
  let at = AT;
  const engine = await openEngine({
    journal: createMemoryJournal(),
    clock: () => (at += 1_000),
    newId: createIds(),
    timeout(ms) {
      asked.push(ms);
      const time = new AbortController();
      times.push(time);
      return time.signal;
    },
  });
  opened.push(engine);
  await engine.dispatch("blank/reset", {});
  for (const agent_id of agents) {
    await engine.dispatch("agents/register", { agent_id, name: agent_id, role: "Worker" });
  }
  const timeOver = () => {
    for (const time of times) time.abort();
  };
  return { engine, asked, timeOver };
}

const addTask = (engine: Engine, more: object = {}) =>
  engine.dispatch("tasks/create", { title: "x", status: "ready", ...more });

const waiting = (engine: Engine, agent_id: string, more: object = {}, signal?: AbortSignal) =>
  engine.dispatch(
    "tasks/claim",
    { agent_id, wait_seconds: 30, ...more },
    signal ? { signal } : {},
  ) as Promise<Outcome>;

/** The id of the task that the outcome gives; null for none. */
function taskOf(outcome: Outcome): string | null {
  if (!outcome.ok) throw new Error(outcome.message);
  return (outcome.reply as { task: { id: string } | null }).task?.id ?? null;
}

/** Whether the promise has an answer by now, without waiting for it. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const open = Symbol();
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  return (await Promise.race([promise, Promise.resolve(open)])) !== open;
}

test("AGT-8: what is there is claimed at once; what may not wait is answered at once", async () => {
  const { engine, asked } = await open("codex");
  assert.is(taskOf(await waiting(engine, "codex", { wait_seconds: 0 })), null);
  assert.is(taskOf(await waiting(engine, "codex", { wait_seconds: undefined })), null);
  const ghost = await waiting(engine, "ghost");
  assert.is(ghost.ok ? "" : ghost.message, "unknown agent: ghost");
  await addTask(engine);
  assert.is(taskOf(await waiting(engine, "codex")), "T-001");
  const named = await waiting(engine, "codex", { task_id: "T-9" });
  assert.is(named.ok ? "" : named.message, "unknown task: T-9");
  assert.equal(asked, []);
});

test("AGT-8: a waiting claim gets what becomes eligible, not what does not suit it", async () => {
  const { engine, asked } = await open("codex", "iris");
  const claim = waiting(engine, "codex");
  await addTask(engine, { owner: "iris" });
  await addTask(engine, { status: "backlog" });
  await addTask(engine, { specialist: "docs" });
  assert.not.ok(await isSettled(claim));
  assert.equal(asked, [30_000]);
  await engine.dispatch("tasks/update", { task_id: "T-002", status: "ready" });
  assert.is(taskOf(await claim), "T-002");
  assert.is(engine.feed.subscribers(), 0);
});

test("AGT-8 AGT-13: who holds as many leases as an agent may waits, and gets one when it has given one back", async () => {
  const { engine, asked } = await open("codex");
  for (let n = 0; n < 51; n++) await addTask(engine);
  for (let n = 0; n < 50; n++) assert.ok(taskOf(await waiting(engine, "codex")));
  assert.equal(asked, []);
  const claim = waiting(engine, "codex");
  await engine.dispatch("tasks/update", { task_id: "T-051", priority: "P0" });
  assert.not.ok(await isSettled(claim));
  assert.equal(asked, [30_000]);
  await engine.dispatch("tasks/event", {
    type: "needs-validation",
    task_id: "T-001",
    agent_id: "codex",
  });
  assert.is(taskOf(await claim), "T-051");
});

test("AGT-8: when its time is over a claim has nothing, and is no entry", async () => {
  const { engine, timeOver } = await open("codex");
  const { seq } = engine.view();
  const claim = waiting(engine, "codex");
  assert.not.ok(await isSettled(claim));
  timeOver();
  const outcome = await claim;
  assert.is(taskOf(outcome), null);
  assert.equal(outcome.ok && outcome.reply, {
    task: null,
    lease: null,
    message: "no eligible tasks",
  });
  assert.is(engine.view().seq, seq);
  assert.is(engine.feed.subscribers(), 0);
});

test("AGT-8: a caller that is gone claims nothing, before, while and after it waits", async () => {
  const { engine, timeOver } = await open("codex");
  const gone = new AbortController();
  const claim = waiting(engine, "codex", {}, gone.signal);
  assert.not.ok(await isSettled(claim));
  gone.abort();
  const outcome = await claim;
  assert.equal([outcome.ok, outcome.ok || outcome.code], [false, "unavailable"]);
  await addTask(engine);
  assert.is((await waiting(engine, "codex", {}, gone.signal)).ok, false, "gone from the start");
  assert.is(get(engine.view().state.tasks, "T-001")?.lease, null);

  const late = new AbortController();
  await engine.dispatch("tasks/update", { task_id: "T-001", blocked: true });
  const both = waiting(engine, "codex", {}, late.signal);
  assert.not.ok(await isSettled(both));
  late.abort();
  timeOver();
  await engine.dispatch("tasks/update", { task_id: "T-001", blocked: false });
  assert.is((await both).ok, false);
  assert.is(get(engine.view().state.tasks, "T-001")?.lease, null);
});

test("AGT-8: an engine that closes ends its waits", async () => {
  const { engine } = await open("codex");
  const claims = [waiting(engine, "codex"), waiting(engine, "codex")];
  assert.not.ok(await isSettled(Promise.race(claims)));
  const { seq } = engine.view();
  await engine.close();
  for (const outcome of await Promise.all(claims)) {
    assert.equal([outcome.ok, outcome.ok || outcome.code], [false, "stopping"]);
  }
  assert.is(engine.view().seq, seq);
});

test("AGT-1 AGT-8: of many who wait for one task one gets it, and the others go on waiting", async () => {
  const agents = Array.from({ length: 30 }, (_, n) => `agent-${n}`);
  const { engine, timeOver } = await open(...agents);
  let left = agents.map((id) => ({ id, claim: waiting(engine, id) }));
  for (let round = 1; round <= 3; round++) {
    await addTask(engine);
    const won = await Promise.race(left.map(({ claim }) => claim));
    const task = get(engine.view().state.tasks, taskOf(won) ?? "");
    assert.is(task?.id, `T-00${round}`);
    left = left.filter(({ id }) => id !== task?.lease?.holder);
    assert.is(left.length, agents.length - round);
    for (const { claim } of left) assert.not.ok(await isSettled(claim));
  }
  timeOver();
  for (const { claim } of left) assert.is(taskOf(await claim), null);
  assert.is(engine.feed.subscribers(), 0);
});

test("AGT-1 AGT-8: tasks that come together go to as many who wait", async () => {
  const { engine } = await open("a", "b", "c");
  const claims = ["a", "b", "c"].map((id) => waiting(engine, id));
  await Promise.all([addTask(engine), addTask(engine), addTask(engine)]);
  const got = (await Promise.all(claims)).map(taskOf).sort();
  assert.equal(got, ["T-001", "T-002", "T-003"]);
});

test("AGT-8 DUR-10: a waiting claim sent twice with one key has one effect and one answer", async () => {
  const { engine } = await open("codex");
  const body = { agent_id: "codex", wait_seconds: 30 };
  const claims = [1, 2].map(() => engine.dispatch("tasks/claim", body, { key: "k" }));
  await addTask(engine);
  await addTask(engine);
  const [first, second] = await Promise.all(claims);
  assert.ok(first?.ok && second?.ok);
  assert.equal(second.reply, first.reply);
  assert.equal([first.replayed, second.replayed], [false, true]);
  assert.is(get(engine.view().state.tasks, "T-002")?.lease, null);
});

test("AGT-8 DUR-10: a claim that got nothing leaves its key free", async () => {
  const { engine } = await open("codex");
  const claim = () => engine.dispatch("tasks/claim", { agent_id: "codex" }, { key: "k" });
  const { seq } = engine.view();
  assert.is(taskOf(await claim()), null);
  assert.is(engine.view().seq, seq);
  await addTask(engine);
  assert.is(taskOf(await claim()), "T-001");
});

test("AGT-8: an engine that was given no timeout never waits", async () => {
  const engine = await openEngine({
    journal: createMemoryJournal(),
    clock: () => AT,
    newId: createIds(),
  });
  opened.push(engine);
  await engine.dispatch("demo/reset", {});
  const before = toWireState(engine.view().state);
  assert.is(taskOf(await waiting(engine, "iris")), null);
  assert.equal(toWireState(engine.view().state), before);
});

test("AGT-8: those who wait are asked once for all that woke them, in their order, each on what those before it did", async () => {
  const waits = createWaits(() => new AbortController().signal, 100);
  let tasks = 0;
  const asked: number[] = [];
  const got: number[] = [];
  const all = [1, 2, 3, 4].map((n) =>
    waits.run(
      {
        ready() {
          asked.push(n);
          return tasks > 0;
        },
        ms: 1_000,
        signal: undefined,
      },
      async () => {
        tasks--;
        got.push(n);
      },
    ),
  );
  for (const end of all) assert.not.ok(await isSettled(end));
  asked.length = 0;
  waits.wake();
  waits.wake();
  for (const end of all) assert.not.ok(await isSettled(end));
  assert.equal(asked, [1, 2, 3, 4]);
  tasks = 2;
  waits.wake();
  assert.equal(got, [], "not before that is done which woke them");
  await Promise.all(all.slice(0, 2));
  assert.equal([got, tasks, waits.count()], [[1, 2], 0, 2]);
  waits.end();
  await Promise.all(all);
  assert.equal([got, waits.count()], [[1, 2, 3, 4], 0]);
});

test.run();
