/**
 * What a task keeps of what happened to it. Neighbours: `actions-tasks.spec.ts`, `core/state/tasks/activity.ts`.
 * Invariant: it has a bound, and what tells whose word counts is never what falls out.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { State } from "../../core/index.ts";
import { approverOf } from "../../core/state/tasks/approver.ts";
import type { Task } from "../../core/state/tasks/task.ts";
import { asBefore, demoState, frozen, record, run } from "../support/core.ts";

const test = suite("activity");
frozen(test);

const taskOf = (state: State, id: string): Task => record(state.tasks, id);

test("CORE-27: what the CEO last did and said stays in the activity of a task, whatever agents do after it", () => {
  const task_id = "T-208";
  let state = demoState();
  for (let n = 0; n < 40; n++) {
    state = run(state, "tasks/update", { task_id, note: `reason ${n}` }).state;
  }
  for (let n = 0; n < 300; n++) {
    const fields = { task_id, agent_id: "violet", priority: `P${n % 3}`, note: "x".repeat(n * 60) };
    state = run(state, "tasks/update", fields).state;
  }
  const { activity } = taskOf(state, task_id);
  const reasons = activity.filter(({ author }) => author === "ceo").map(({ to }) => to);
  assert.equal(
    reasons,
    Array.from({ length: 25 }, (_, n) => `reason ${n + 15}`),
  );
  assert.ok(activity.length <= 100, `${activity.length} entries`);
  assert.ok(JSON.stringify(activity).length < 220_000, "together they have a bound too");
  assert.is(activity.at(-1)?.author, "violet");
  const long = run(state, "tasks/update", { task_id, note: "y".repeat(20_000) });
  assert.is(taskOf(long.state, task_id).activity.at(-1)?.to, "y".repeat(20_000));
});

test("CORE-27: what people say in their own names stays as the CEO's does", () => {
  const task_id = "T-208";
  const say = (author: string, count: number, from: State) => {
    let state = from;
    for (let n = 0; n < count; n++) {
      state = run(state, "tasks/update", { task_id, author, note: `${author} ${n}` }).state;
    }
    return state;
  };
  const state = say("codex", 300, say("alice", 3, demoState()));
  const said = taskOf(state, task_id).activity.filter(({ author }) => author === "alice");
  assert.is(said.length, 3);
  const codex = { task_id, author: "codex", note: "x" };
  const before = asBefore(state, "tasks/update", codex, undefined, undefined, 1).state;
  assert.ok(taskOf(before, task_id).activity.length <= 100);
});

test("CORE-27 ACC-28: who was an agent then is none of the people, and who was a person then is one, whoever is an agent since", () => {
  const task_id = "T-208";
  const say = (state: State, author: string, more: object = { note: "x" }) =>
    run(state, "tasks/update", { task_id, author, ...more }).state;
  const doneBy = (author: string) =>
    ["in_progress", "validation", "done"].reduce(
      (state, status) => say(state, author, { status }),
      demoState(),
    );
  const done = doneBy("echo");
  const gone = run(done, "agents/delete", { agent_id: "echo" }).state;
  assert.is(approverOf(taskOf(gone, task_id)), taskOf(gone, task_id).validation_owner);
  const persons = doneBy("alice");
  const known = run(persons, "agents/register", { agent_id: "alice", name: "Alice", role: "QA" });
  assert.is(approverOf(taskOf(known.state, task_id)), "ceo");
});

test("AGT-13: a person in a name of their own ends what waits for a human, by approving and by handing in", () => {
  const waiting = run(demoState(), "tasks/update", {
    ...{ task_id: "T-203", agent_id: "codex", needs_human: true },
  }).state;
  const handedIn = run(waiting, "tasks/update", {
    ...{ task_id: "T-203", agent_id: "codex", status: "validation" },
  }).state;
  for (const [state, status] of [
    [waiting, "validation"],
    [handedIn, "done"],
  ] as const) {
    const { needs_human, ...task } = taskOf(
      run(state, "tasks/update", { task_id: "T-203", author: "alice", status }).state,
      "T-203",
    );
    assert.equal([needs_human, "asked_by" in task], [false, false], status);
  }
});

test("ACC-28: whose word it was that a task is done stays in its activity, whoever writes how much after it, and from its making on", () => {
  const made = run(demoState(), "tasks/create", { title: "x", status: "done" });
  const task_id = (made.reply as { task: { id: string } }).task.id;
  const of = ({ activity }: Task) =>
    activity.flatMap(({ author, field, to }) =>
      field === "status" && to === "done" ? [author] : [],
    );
  let { state } = made;
  for (const status of ["done", "validation"]) {
    for (let n = 0; n < 130; n++) {
      const author = n % 2 ? "ceo" : "codex";
      state = run(state, "tasks/update", { task_id, author, note: `${status} ${n}`, status }).state;
    }
    assert.equal(of(taskOf(state, task_id)), ["ceo"]);
    assert.ok(taskOf(state, task_id).activity.length <= 100);
  }
  const first = asBefore(demoState(), "tasks/create", { title: "x", status: "done" });
  assert.equal(taskOf(first.state, task_id).activity, []);
});

test("CORE-1: every step of one change is in the activity, also where the list is halved in the midst of it", () => {
  const state = structuredClone(demoState());
  const task = taskOf(state, "T-208");
  const entry = { action: "note" as const, field: null, from: null, timestamp: task.created_at };
  task.activity = Array.from({ length: 99 }, (_, n) => ({
    ...entry,
    id: `AC-1-${n}`,
    author: n === 0 ? "ceo" : "violet",
    to: `note ${n}`,
  }));
  const said = { agent_id: "violet", status: "in_progress", priority: "P0", note: "Begun" };
  const after = run(state, "tasks/update", { task_id: "T-208", ...said }).state;
  const fields = taskOf(after, "T-208")
    .activity.slice(-4)
    .map(({ field, to }) => field ?? to);
  for (const field of ["priority", "status", "Begun"]) assert.ok(fields.includes(field), field);
  assert.is(taskOf(after, "T-208").activity[0]?.author, "ceo");
});

test("CORE-1: the activity of a task is bounded", () => {
  let state = demoState();
  for (let n = 0; n < 130; n++) {
    state = run(state, "tasks/update", { task_id: "T-208", note: `note ${n}` }).state;
  }
  const { activity } = taskOf(state, "T-208");
  assert.ok(activity.length <= 100, `${activity.length} entries`);
  assert.is(activity.at(-1)?.to, "note 129");
  assert.is(new Set(activity.map(({ id }) => id)).size, activity.length, "ids are unique");
});

test.run();
