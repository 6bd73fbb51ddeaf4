/** The pure parts of the views of tasks: where a card may go, what a filter lets through, order, the way back. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { toPredicate } from "../../client-solid/src/task/filter.ts";
import { mergeLines } from "../../client-solid/src/task/merge-lines.ts";
import { changedSince, isAsSeen, isDecision, seenOf } from "../../client-solid/src/task/seen.ts";
import { type TaskChange, undoOf } from "../../client-solid/src/task/undo.ts";
import { toVerdict } from "../../client-solid/src/views/board/model.ts";
import { nextSort, orderBy, toSort } from "../../client-solid/src/views/pipeline/model.ts";
import { toWireState } from "../../core/state/state.ts";
import { TASK_STATUSES, type Task, TRANSITIONS } from "../../core/state/tasks/task.ts";
import { demoState } from "../support/core.ts";

const state = demoState();
const { tasks } = toWireState(state);
const taskOf = (id: string): Task => {
  const task = tasks[id];
  if (!task) throw new Error(`no ${id}`);
  return task;
};

test("PAGE-74: what a person added and took out is done to the list as it is by now", () => {
  const rows: [opened: string, mine: string, theirs: string, merged: string][] = [
    ["a b", "a b c", "a b", "a b c"],
    ["a b", "b a", "a b", "b a"],
    ["a b", "a b c", "a b x", "a b c x"],
    ["a b", "b", "a b x", "b x"],
    ["a b", "a n b", "x a b", "x a n b"],
    ["a b", "n a b", "a b x", "n a b x"],
    ["a b", "a m", "a b x", "a m x"],
    ["a b", "a b x", "a b x", "a b x"],
    ["a b", "", "a b x", "x"],
    ["", "n", "x", "n x"],
    ["a b", "a b n", "", "n"],
    ["a b", "a b", "b", "b"],
  ];
  const lines = (text: string) => text.split(" ").filter(Boolean);
  for (const [opened, mine, theirs, merged] of rows) {
    const at = `${opened} | ${mine} | ${theirs}`;
    assert.is(mergeLines(lines(opened), lines(mine), lines(theirs)).join(" "), merged, at);
  }
});

test("PAGE-73: what lets something through is a decision, what only says something of a task is none", () => {
  const inReview = taskOf("T-201");
  const done = taskOf("T-214");
  const waits = { ...taskOf("T-208"), needs_human: true };
  const blocked = taskOf("T-209");
  const rows: [task: Task, change: TaskChange, decides: boolean][] = [
    [inReview, { status: "done" }, true],
    [inReview, { status: "in_progress", note: "Not yet" }, true],
    [inReview, { status: "validation" }, false],
    [inReview, { priority: "P0", title: "Other" }, false],
    [done, { status: "done" }, false],
    [done, { status: "validation" }, false],
    [waits, { needs_human: false }, true],
    [waits, { needs_human: true }, false],
    [waits, { status: "in_progress" }, true],
    [taskOf("T-208"), { status: "in_progress" }, false],
    [taskOf("T-208"), { needs_human: false }, false],
    [blocked, { blockers: [] }, true],
    [blocked, { blocked: false }, true],
    [blocked, { blockers: ["Another"] }, false],
    [blocked, { blocked: true, blockers: [] }, false],
    [inReview, { blockers: [] }, false],
  ];
  for (const [task, change, decides] of rows)
    assert.is(isDecision(task, change), decides, `${task.id} ${JSON.stringify(change)}`);
  const seen = seenOf(blocked, { blockers: [] });
  const other = { ...blocked, blockers: ["May we?"] };
  assert.equal(changedSince(seen, other), ["blockers"]);
  assert.not(isAsSeen(seen, other));
  assert.ok(isAsSeen(seenOf(blocked), other), "what it is not about");
  assert.not(isAsSeen(seen, undefined));
});

test("PAGE-22: what the board refuses is what the table of moves refuses, each with its reason", () => {
  for (const task of Object.values(tasks)) {
    for (const to of TASK_STATUSES) {
      const { allowed, text } = toVerdict(state, task, to);
      assert.is(allowed, to === task.status || TRANSITIONS[task.status].includes(to));
      if (!allowed) assert.match(text, /^From .+ a task goes to /);
    }
  }
  const blocked = { ...taskOf("T-209"), status: "ready" as const };
  assert.match(toVerdict(state, blocked, "in_progress").text, "It is blocked:");
});

test("PAGE-20: the way back restores what was there; there is none where the table has none", () => {
  const ready = taskOf("T-208");
  assert.equal(undoOf(ready, { priority: "P0", labels: [] }), {
    task_id: "T-208",
    priority: ready.priority,
    labels: [...ready.labels],
  });
  assert.is(undoOf(ready, { status: "in_progress" })?.status, "ready");
  const inReview = taskOf("T-201");
  assert.equal(undoOf(inReview, { status: "done" }), {
    task_id: "T-201",
    status: "validation",
    progress: inReview.progress,
  });
  assert.is(undoOf(taskOf("T-211"), { status: "done" }), null);
});

test("PAGE-24: a filter lets through what has all it asks for; an empty one asks nothing", () => {
  const through = (query: string) => {
    const keep = toPredicate((name) => new URLSearchParams(query).get(name) ?? "");
    return keep && Object.values(tasks).flatMap((task) => (keep(task) ? [task.id] : []));
  };
  assert.is(through(""), null);
  assert.equal(through("owner=codex"), ["T-203", "T-208"]);
  assert.equal(through("owner=codex&priority=P1"), ["T-208"]);
  assert.equal(through("owner=codex&q=BOARD+add"), ["T-203"]);
  assert.equal(through("sprint=-&project=ceo-console"), ["T-211", "T-213"]);
});

test("PAGE-24: rows go up, down and back to their own order; what has no value is last", () => {
  assert.is(nextSort(null, "due"), "due");
  assert.is(nextSort(toSort("due"), "due"), "-due");
  assert.is(nextSort(toSort("-due"), "due"), "");
  assert.is(toSort("constructor"), null);
  for (const text of ["due", "-due"]) {
    const sort = toSort(text);
    assert.ok(sort);
    const { rankOf, compare } = orderBy(sort);
    const ranks = Object.values(tasks).map(rankOf).sort(compare);
    const dates = ranks.map(({ id }) => taskOf(id).due_date);
    const dated = dates.filter((date) => date !== null);
    assert.equal(dates.slice(0, dated.length), dated);
    const up = [...dated].sort();
    assert.equal(dated, text === "due" ? up : up.reverse());
  }
});

test.run();
