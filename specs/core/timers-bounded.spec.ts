/**
 * What time does to many at once: agents that fall silent, tasks that come due, leases that run out.
 * Neighbours: `notices.spec.ts` and `leases.spec.ts` for what is done to one.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type ActionName,
  createRelations,
  expiredTasks,
  type Look,
  MAX_SWEPT_AT_ONCE,
  type Passed,
  type State,
  toSweep,
  toTime,
  whatPassed,
} from "../../core/index.ts";
import type { Task } from "../../core/state/tasks/task.ts";
import { atOnce } from "../../core/steps.ts";
import { createTable, list, put } from "../../core/table.ts";
import {
  AT,
  act,
  createStory,
  DAY_MS,
  demoState,
  frozen,
  MINUTE_MS,
  record,
  run,
  SEQ,
} from "../support/core.ts";

const test = suite("timers, bounded");
frozen(test);

/** With so many more tasks, each of the fields. */
function withTasks(state: State, count: number, fields: object): State {
  let now = state;
  for (let n = 0; n < count; n++) {
    now = run(now, "tasks/create", { title: `x ${n}`, status: "ready", ...fields }).state;
  }
  return now;
}

const activeOf = (state: State, kind: string) =>
  list(state.notifications)
    .filter((notice) => notice.active && notice.kind === kind)
    .map(({ task_id, agent_id }) => task_id ?? agent_id)
    .sort();

/** The states on the way, each by one more entry of so many of what a look found. */
function sweepAll(state: State, at: number, staleSeconds: number, most: number): State[] {
  const silence = { staleMs: staleSeconds * 1_000, heardFrom: 0 };
  const passed = atOnce(whatPassed(state, createRelations(state), at, silence));
  const states = [state];
  for (let from = 0; from < passed.length; from += most) {
    const isLast = from + most >= passed.length;
    const body = toSweep(
      passed.slice(from, from + most),
      silence,
      isLast ? { until: at, seen: 0 } : undefined,
    );
    states.push(run(states.at(-1) as State, "system/sweep", body, at).state);
  }
  return states;
}

const isDue = (state: State, at: number, staleSeconds: number) =>
  atOnce(
    whatPassed(state, createRelations(state), at, {
      staleMs: staleSeconds * 1_000,
      heardFrom: 0,
    }),
  ).length > 0;

test("CORE-22: what comes due at one moment is told in entries of so many, all of it, nothing twice", () => {
  const state = withTasks(demoState(), 25, { owner: "", due_date: "2026-03-22" });
  const at = AT + 2 * DAY_MS;
  const whole = run(state, "system/sweep", { stale_seconds: 9e6 }, at).state;
  for (const most of [1, 4, 7, 1_000]) {
    const states = sweepAll(state, at, 9e6, most);
    const last = states.at(-1) as State;
    assert.equal(activeOf(last, "task_overdue"), activeOf(whole, "task_overdue"), `${most}`);
    assert.is(last.counters.notification, whole.counters.notification, "none is raised twice");
    assert.is(last.swept_at, whole.swept_at);
    assert.not.ok(isDue(last, at, 9e6));
    for (const [index, now] of states.slice(1).entries()) {
      const before = states[index] as State;
      const raised = now.counters.notification - before.counters.notification;
      assert.ok(raised <= most, `${raised} in one entry of ${most}`);
      assert.ok(now === last || now.swept_at === state.swept_at, "it moves on with the last");
    }
  }
});

test("CORE-22: what a stop left undone is found again, and what was told is not told twice", () => {
  const state = withTasks(demoState(), 25, { owner: "", due_date: "2026-03-22" });
  const at = AT + 2 * DAY_MS;
  const half = sweepAll(state, at, 9e6, 10)[2] as State;
  assert.ok(isDue(half, at, 9e6));
  const whole = sweepAll(state, at, 9e6, 1_000).at(-1) as State;
  const last = sweepAll(half, at, 9e6, 10).at(-1) as State;
  assert.equal(activeOf(last, "task_overdue"), activeOf(whole, "task_overdue"));
  assert.is(last.counters.notification, whole.counters.notification);
});

test("CORE-22: what comes due while many are being told is told too", () => {
  const state = withTasks(demoState(), 9, { owner: "", due_date: "2026-03-22" });
  const at = AT + 2 * DAY_MS;
  const silence = { staleMs: 9e9, heardFrom: 0 };
  const passed = atOnce(whatPassed(state, createRelations(state), at, silence));
  const body = (some: readonly Passed[], look?: Look) => toSweep(some, silence, look);
  const first = run(state, "system/sweep", body(passed.slice(0, 3)), at).state;
  // Meanwhile one that was told is closed and comes back, some come that were decided before the look and were
  // not overdue then, and some that will be.
  const past = activeOf(first, "task_overdue")[0] as string;
  const closed = run(first, "tasks/update", { task_id: past, due_date: null }, at).state;
  const again = run(closed, "tasks/update", { task_id: past, due_date: "2026-03-22" }, at).state;
  const late = withTasks(again, 2, { owner: "", due_date: "2026-03-21" });
  const more = withTasks(late, 2, { owner: "", due_date: "2026-03-23" });
  const told = run(more, "system/sweep", body(passed.slice(3), { until: at, seen: 0 }), at).state;
  const last = sweepAll(told, at + DAY_MS, 9e6, 3).at(-1) as State;
  const overdue = list(last.tasks).filter(({ status, due_date }) => status !== "done" && due_date);
  assert.equal(
    activeOf(last, "task_overdue"),
    overdue.flatMap(({ id, due_date }) => ((due_date ?? "") < "2026-03-24" ? [id] : [])).sort(),
  );
});

test("CORE-22: an agent that falls silent gives so many tasks back at once, and is told silent with the last", () => {
  const specialists = { agent_id: "echo", specialists: ["knots"] };
  const knows = run(demoState(), "agents/update", specialists).state;
  const state = withTasks(knows, 10, { specialist: "knots" });
  const at = AT + 10 * MINUTE_MS;
  const ofEcho = (now: State) => list(now.tasks).filter(({ owner }) => owner === "echo").length;
  const had = ofEcho(state);
  const states = sweepAll(state, at, 180, 4);
  for (const [index, now] of states.slice(1).entries()) {
    const before = states[index] as State;
    assert.ok(ofEcho(before) - ofEcho(now) <= 4);
    if (ofEcho(now) > had - 10) assert.is(record(now.agents, "echo").silent, false);
  }
  const whole = run(state, "system/sweep", { stale_seconds: 180 }, at).state;
  const last = states.at(-1) as State;
  assert.equal([ofEcho(last), ofEcho(whole)], [had - 10, had - 10]);
  assert.equal(activeOf(last, "agent_silent"), activeOf(whole, "agent_silent"));
});

test("CORE-22: what an agent is given after the look that found it silent is given back with the last, too", () => {
  const specialists = { agent_id: "echo", specialists: ["knots"] };
  const knows = run(demoState(), "agents/update", specialists).state;
  const at = AT + 10 * MINUTE_MS;
  const silence = { staleMs: 180_000, heardFrom: 0 };
  const passed = atOnce(whatPassed(knows, createRelations(knows), at, silence));
  const made = run(knows, "tasks/create", { title: "x", status: "ready", specialist: "knots" }, at);
  const { id, owner } = (made.reply as { task: { id: string; owner: string | null } }).task;
  assert.is(owner, "echo");
  const body = toSweep(passed, silence, { until: at, seen: 0 });
  const { state } = run(made.state, "system/sweep", body, at);
  assert.equal([record(state.agents, "echo").silent, record(state.tasks, id).owner], [true, null]);
});

test("DUR-18: a sweep that names nothing, as releases before wrote it, is decided as they did, one agent after the other", () => {
  const hour = 60 * MINUTE_MS;
  const sweep = (state: State, at: number) =>
    run(state, "system/sweep", { stale_seconds: 180 }, at).state;
  let state = sweep(demoState(), AT + hour);
  for (const agent_id of ["codex", "ralph"]) {
    state = run(state, "agents/heartbeat", { agent_id, status: "idle" }, AT + hour).state;
  }
  for (const specialist of ["qa", "code", "qa", "code"]) {
    const task = { title: "x", status: "ready", specialist };
    state = run(state, "tasks/create", task, AT + hour).state;
  }
  const had = list(state.notifications).length;
  const raised = list(sweep(state, AT + 2 * hour).notifications).slice(had);
  assert.equal(
    raised.map(({ agent_id }) => agent_id),
    ["ralph", "codex"],
  );
});

test("CORE-22: who is heard of, and what is begun, while many are being told keeps what it has", () => {
  const specialists = { agent_id: "echo", specialists: ["knots"] };
  const knows = run(demoState(), "agents/update", specialists).state;
  const state = withTasks(knows, 6, { specialist: "knots" });
  const at = AT + 10 * MINUTE_MS;
  const silence = { staleMs: 180_000, heardFrom: 0 };
  const passed = atOnce(whatPassed(state, createRelations(state), at, silence));
  const body = toSweep(passed, silence, { until: at, seen: 0 });
  const heard = run(state, "agents/heartbeat", { agent_id: "echo", status: "idle" }, at).state;
  const after = run(heard, "system/sweep", body, at).state;
  const ofEcho = (now: State) => list(now.tasks).filter(({ owner }) => owner === "echo").length;
  assert.is(ofEcho(after), ofEcho(state));
  assert.is(record(after.agents, "echo").silent, false);
  assert.not.ok(activeOf(after, "agent_silent").includes("echo"));
  // Begun, or named by a person meanwhile: it is nobody's to give back.
  const [task_id = ""] = body.given ?? [];
  for (const said of [{ status: "in_progress" }, { owner: "echo" }]) {
    const moved = run(state, "tasks/update", { task_id, ...said }, at).state;
    const swept = run(moved, "system/sweep", body, at).state;
    assert.is(record(swept.tasks, task_id).owner, "echo", Object.keys(said)[0]);
    assert.is(ofEcho(swept), ofEcho(state) - 5);
  }
});

test("CORE-22: what comes due between the look and its last entry is found by the next look", () => {
  const dated = (due_date: string) => ({ owner: "", due_date });
  const state = withTasks(withTasks(demoState(), 1, dated("2026-03-22")), 1, dated("2026-03-23"));
  const at = AT + 2 * DAY_MS;
  const silence = { staleMs: 9e9, heardFrom: 0 };
  const passed = atOnce(whatPassed(state, createRelations(state), at, silence));
  const body = toSweep(passed, silence, { until: at, seen: 0 });
  const late = run(state, "system/sweep", body, at + DAY_MS).state;
  const last = sweepAll(late, at + DAY_MS, 9e6, 10).at(-1) as State;
  const whole = run(state, "system/sweep", { stale_seconds: 9e6 }, at + DAY_MS).state;
  assert.equal(activeOf(last, "task_overdue"), activeOf(whole, "task_overdue"));
});

test("CORE-22: the last entry of a look tells anew only what changed since it was looked, not all that the others told", () => {
  const state = withTasks(demoState(), 9, { owner: "", due_date: "2026-03-22" });
  const at = AT + 2 * DAY_MS;
  const silence = { staleMs: 9e9, heardFrom: 0 };
  const passed = atOnce(whatPassed(state, createRelations(state), at, silence));
  const seen = SEQ;
  const body = { title: "x", owner: "", due_date: "2026-03-22" };
  const first = run(state, "system/sweep", toSweep(passed.slice(0, 4), silence), at).state;
  const late = act(first, "tasks/create", body, at, seen + 1);
  if (!late.ok) throw new Error(late.message);
  const { id } = (late.reply as { task: { id: string } }).task;
  const rest = toSweep(passed.slice(4), silence, { until: at, seen });
  const { reply } = run(late.state, "system/sweep", rest, at);
  assert.equal((reply as { task_ids: string[] }).task_ids, [...new Set([...(rest.due ?? []), id])]);
});

/** A look, and so many that are made and come due behind it, at the entries from `seq` on. */
function overrun(late: number) {
  const state = withTasks(demoState(), 3, { owner: "", due_date: "2026-03-22" });
  const at = AT + 2 * DAY_MS;
  const silence = { staleMs: 9e9, heardFrom: 0 };
  const passed = atOnce(whatPassed(state, createRelations(state), at, silence));
  const look = { until: at, seen: SEQ };
  const body = { title: "late", owner: "", due_date: "2026-03-22" };
  let now = state;
  for (let n = 0; n < late; n++) {
    const made = act(now, "tasks/create", body, at, SEQ + 1 + n);
    if (!made.ok) throw new Error(made.message);
    now = made.state;
  }
  return { before: state, state: now, at, silence, passed, look };
}

type Swept = { task_ids: string[]; more: boolean };

test("CORE-22: where more changed since a look than its last entry may tell, it tells none of that, and a look for that alone goes on", () => {
  const fits = MAX_SWEPT_AT_ONCE - overrun(0).passed.length;
  for (const late of [fits, fits + 1]) {
    const { before, state, at, silence, passed, look } = overrun(late);
    const last = run(state, "system/sweep", toSweep(passed, silence, look), at);
    const { task_ids, more } = last.reply as Swept;
    assert.is(more, late > fits);
    assert.is(task_ids.length, more ? passed.length : MAX_SWEPT_AT_ONCE);
    assert.is(last.state.swept_at === before.swept_at, more, "it moves on once all is told");
    if (!more) continue;
    // Some more are made before it is looked again, some behind that.
    const seen = SEQ + late + 1;
    const next = atOnce(
      whatPassed(last.state, createRelations(last.state), at + 5_000, silence, look),
    );
    assert.is(next.length, late, "what was told is not told again");
    const made = act(
      last.state,
      "tasks/create",
      { title: "later", due_date: "2026-03-22" },
      at,
      seen + 1,
    );
    if (!made.ok) throw new Error(made.message);
    const half = run(made.state, "system/sweep", toSweep(next.slice(0, 150), silence), at);
    const rest = toSweep(next.slice(150), silence, { until: at, seen });
    const end = run(half.state, "system/sweep", rest, at + 5_000);
    assert.equal((end.reply as Swept).more, false);
    assert.is(end.state.swept_at, toTime(at));
    const whole = run(made.state, "system/sweep", { stale_seconds: 9e6 }, at).state;
    assert.equal(activeOf(end.state, "task_overdue"), activeOf(whole, "task_overdue"));
    assert.is(end.state.counters.notification, whole.counters.notification, "none twice");
    // What a stop left undone is found by the first look behind it.
    const anew = sweepAll(last.state, at, 9e6, 150).at(-1) as State;
    const all = run(last.state, "system/sweep", { stale_seconds: 9e6 }, at).state;
    assert.equal(activeOf(anew, "task_overdue"), activeOf(all, "task_overdue"));
    assert.is(anew.counters.notification, all.counters.notification, "none twice");
  }
});

test("CORE-22: an agent that is given more behind a look than an entry may give back is told silent by the next", () => {
  const specialists = { agent_id: "echo", specialists: ["knots"] };
  const knows = run(demoState(), "agents/update", specialists).state;
  const at = AT + 10 * MINUTE_MS;
  const silence = { staleMs: 180_000, heardFrom: 0 };
  const passed = atOnce(whatPassed(knows, createRelations(knows), at, silence));
  const given = withTasks(knows, MAX_SWEPT_AT_ONCE, { specialist: "knots" });
  const ofEcho = (now: State) => list(now.tasks).filter(({ owner }) => owner === "echo").length;
  const body = toSweep(passed, silence, { until: at, seen: 0 });
  const { state, reply } = run(given, "system/sweep", body, at);
  assert.is(ofEcho(state), ofEcho(given));
  assert.is(record(state.agents, "echo").silent, false);
  assert.not.ok((reply as { agent_ids: string[] }).agent_ids.includes("echo"));
  const last = sweepAll(state, at, 180, 100).at(-1) as State;
  assert.is(record(last.agents, "echo").silent, true);
  assert.is(ofEcho(given) - ofEcho(last), MAX_SWEPT_AT_ONCE);
});

test("DUR-18: the last entry of a look, as releases before wrote it, tells all that changed since", () => {
  const { state, at, silence, passed, look } = overrun(MAX_SWEPT_AT_ONCE + 10);
  const { most, ...body } = toSweep(passed, silence, look);
  assert.is(most, MAX_SWEPT_AT_ONCE);
  const last = run(state, "system/sweep", body, at);
  const { task_ids } = last.reply as Swept;
  assert.is(task_ids.length, passed.length + MAX_SWEPT_AT_ONCE + 10);
  assert.is(last.state.swept_at, toTime(at));
});

test("CORE-22: leases that run out together are taken back in entries that name them, as far as they have run out", () => {
  const story = createStory();
  const ids: string[] = [];
  for (let n = 0; n < 10; n++) {
    const made = story.does("tasks/create", { title: "x", owner: "codex", status: "ready" });
    const { id } = (made.reply as { task: { id: string } }).task;
    story.does("tasks/claim" as ActionName, { agent_id: "codex", task_id: id, ttl_seconds: 60 });
    ids.push(id);
  }
  story.wait(2 * MINUTE_MS);
  const [renewed = "", ...others] = ids;
  const { lease } = record(story.state.tasks, renewed);
  assert.ok(lease);
  story.does("tasks/release" as ActionName, {
    task_id: renewed,
    lease_token: lease.token,
    reason: "another comes first",
  });
  const { reply } = story.does("system/expire", { max_expiries: 3, task_ids: ids.slice(0, 4) });
  assert.equal((reply as { task_ids: string[] }).task_ids, others.slice(0, 3));
  const { reply: rest } = story.does("system/expire", { max_expiries: 3 });
  assert.equal((rest as { task_ids: string[] }).task_ids, others.slice(3));
});

test("CORE-22: a look for leases that ran out passes those that end or began in this minute, not all that are held", () => {
  const tasks = createTable<Task>();
  const state: State = { ...demoState(), tasks };
  const one = record(demoState().tasks, "T-203");
  const hold = (n: number, ends: number, ttl_seconds: number) => {
    const lease = { holder: "codex", token: n, ttl_seconds, expires_at: toTime(ends) };
    put(tasks, `T-${n}`, { ...one, id: `T-${n}`, lease });
  };
  const at = AT + 2 * DAY_MS;
  for (let n = 0; n < 400; n++) hold(n, at + DAY_MS - (n + 1) * MINUTE_MS, 86_400);
  for (let n = 400; n < 405; n++) hold(n, at - n, 300);
  hold(405, at + 5 * MINUTE_MS, 300);
  const relations = createRelations(state);
  let looks = 0;
  const look = expiredTasks(state, relations, at);
  let step = look.next();
  for (; !step.done; step = look.next()) looks++;
  assert.is(step.value.length, 5);
  assert.ok(looks <= 6, `${looks} looks`);
});

test.run();
