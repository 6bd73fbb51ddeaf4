/**
 * What time does to many at once: agents that fall silent, tasks that come due, leases that run out.
 * Neighbours: `notices.spec.ts` and `leases.spec.ts` for what is done to one.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type ActionName, createRelations, isSweepDue, type State } from "../../core/index.ts";
import { list } from "../../core/table.ts";
import {
  AT,
  createStory,
  DAY_MS,
  demoState,
  frozen,
  MINUTE_MS,
  record,
  run,
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

/** The states on the way, each by one more entry of the sweep, until none is due. */
function sweepAll(
  state: State,
  at: number,
  body: { stale_seconds: number; most: number },
): State[] {
  const silence = { staleMs: body.stale_seconds * 1_000, heardFrom: 0 };
  const states = [state];
  for (let now = state; isSweepDue(now, createRelations(now), at, silence); ) {
    now = run(now, "system/sweep", body, at).state;
    states.push(now);
    assert.ok(states.length < 100, "it comes to an end");
  }
  return states;
}

test("CORE-22: what comes due at one moment is told in entries of so many, all of it, nothing twice", () => {
  const state = withTasks(demoState(), 25, { owner: "", due_date: "2026-03-22" });
  const at = AT + 2 * DAY_MS;
  const whole = run(state, "system/sweep", { stale_seconds: 9e6 }, at).state;
  for (const most of [1, 4, 7, 1_000]) {
    const states = sweepAll(state, at, { stale_seconds: 9e6, most });
    const last = states.at(-1) as State;
    assert.equal(activeOf(last, "task_overdue"), activeOf(whole, "task_overdue"), `${most}`);
    assert.is(last.counters.notification, whole.counters.notification, "none is raised twice");
    assert.equal([last.swept_at, "swept_to" in last], [whole.swept_at, false]);
    for (const [index, now] of states.slice(1).entries()) {
      const before = states[index] as State;
      const raised = now.counters.notification - before.counters.notification;
      assert.ok(raised <= most, `${raised} in one entry of ${most}`);
    }
  }
});

test("CORE-22: what comes due while many are being told is told too", () => {
  const state = withTasks(demoState(), 9, { owner: "", due_date: "2026-03-22" });
  const at = AT + 2 * DAY_MS;
  const most = { stale_seconds: 9e6, most: 3 };
  const first = run(state, "system/sweep", most, at).state;
  // Of the very moment that is being told, by a task that was looked past and by a new one.
  const past = activeOf(first, "task_overdue")[0] as string;
  const closed = run(first, "tasks/update", { task_id: past, due_date: null }, at).state;
  const again = run(closed, "tasks/update", { task_id: past, due_date: "2026-03-22" }, at).state;
  const more = withTasks(again, 2, { owner: "", due_date: "2026-03-23" });
  const last = sweepAll(more, at + DAY_MS, most).at(-1) as State;
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
  const most = { stale_seconds: 180, most: 4 };
  const states = sweepAll(state, at, most);
  for (const [index, now] of states.slice(1).entries()) {
    const before = states[index] as State;
    assert.ok(ofEcho(before) - ofEcho(now) <= most.most);
    if (ofEcho(now) > had - 10) assert.is(record(now.agents, "echo").silent, false);
  }
  const whole = run(state, "system/sweep", { stale_seconds: 180 }, at).state;
  const last = states.at(-1) as State;
  assert.equal([ofEcho(last), ofEcho(whole)], [had - 10, had - 10]);
  assert.equal(activeOf(last, "agent_silent"), activeOf(whole, "agent_silent"));
});

test("CORE-22: leases that run out together are taken back in entries of so many", () => {
  const story = createStory();
  const ids: string[] = [];
  for (let n = 0; n < 10; n++) {
    const made = story.does("tasks/create", { title: "x", owner: "codex", status: "ready" });
    const { id } = (made.reply as { task: { id: string } }).task;
    story.does("tasks/claim" as ActionName, { agent_id: "codex", task_id: id, ttl_seconds: 60 });
    ids.push(id);
  }
  story.wait(2 * MINUTE_MS);
  const found: string[] = [];
  while (found.length < ids.length) {
    const { reply } = story.does("system/expire", { max_expiries: 3, most: 4 });
    const { task_ids } = reply as { task_ids: string[] };
    assert.ok(task_ids.length > 0 && task_ids.length <= 4);
    found.push(...task_ids);
  }
  assert.equal(found, ids);
});

test.run();
