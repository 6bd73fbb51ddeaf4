/** What is derived for the dashboard: a sprint's burndown and the health of projects. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { State } from "../../core/index.ts";
import { projectHealth } from "../../core/state/projects/views.ts";
import type { Sprint } from "../../core/state/sprints/sprint.ts";
import { burndown } from "../../core/state/sprints/views.ts";
import { get } from "../../core/table.ts";
import { AT, DAY_MS, demoState, frozen, MINUTE_MS, run } from "../support/core.ts";

const test = suite("views");
frozen(test);

/** A sprint of four days from the day of `AT`, with two tasks of 3 and 5 points and one without. */
function planned(): { state: State; sprint: Sprint } {
  let { state } = run(demoState(), "sprints/create", {
    name: "Short",
    start_date: "2026-03-21",
    end_date: "2026-03-24",
  });
  for (const [title, story_points] of [
    ["Three", 3],
    ["Five", 5],
    ["None", null],
  ] as const) {
    const body = { title, story_points, sprint_id: "SP-007", status: "validation" };
    ({ state } = run(state, "tasks/create", body));
  }
  const sprint = get(state.sprints, "SP-007");
  if (!sprint) throw new Error("no sprint");
  return { state, sprint };
}

test("PAGE-40: the burndown falls on the day a task is done, and says nothing of days to come", () => {
  const { state: before, sprint } = planned();
  const doneAt = AT + DAY_MS + MINUTE_MS;
  const { state } = run(before, "tasks/update", { task_id: "T-216", status: "done" }, doneAt);
  const chart = burndown(state, sprint, doneAt + MINUTE_MS);
  assert.equal(chart, {
    unit: "points",
    total: 8,
    done: 3,
    unestimated: 1,
    days: [
      { date: "2026-03-20", ideal: 8, remaining: 8 },
      { date: "2026-03-21", ideal: 6, remaining: 8 },
      { date: "2026-03-22", ideal: 4, remaining: 5 },
      { date: "2026-03-23", ideal: 2, remaining: null },
      { date: "2026-03-24", ideal: 0, remaining: null },
    ],
  });
});

test("PAGE-40: a burndown without points counts tasks, and without dates there is none", () => {
  const { state, sprint } = planned();
  const { state: plain } = run(state, "tasks/update", { task_id: "T-216", story_points: null });
  const { state: none } = run(plain, "tasks/update", { task_id: "T-217", story_points: null });
  const chart = burndown(none, sprint, AT - 2 * DAY_MS);
  assert.is(chart?.unit, "tasks");
  assert.is(chart?.total, 3);
  assert.ok(
    chart?.days.every(({ remaining }) => remaining === null),
    "it has not begun",
  );
  assert.is(burndown(none, { ...sprint, end_date: null }, AT), null);
});

test("PAGE-40: a sprint of a thousand years has a burndown of bounded length that ends at its end", () => {
  const { state, sprint } = planned();
  const chart = burndown(state, { ...sprint, end_date: "3026-03-24" }, AT);
  assert.ok(chart && chart.days.length <= 92, String(chart?.days.length));
  assert.is(chart?.days.at(-1)?.date, "3026-03-24");
  assert.is(chart?.days.at(-1)?.ideal, 0);
});

test("PAGE-40: a project is off track with overdue work, at risk with blocked work", () => {
  const state = demoState();
  const words = (now: number) =>
    projectHealth(state, now).map(({ project_id, health }) => `${project_id} ${health}`);
  assert.equal(words(AT), ["atlas-core at_risk", "ceo-console off_track", "market-radar on_track"]);
  const [, home] = projectHealth(state, AT);
  assert.is(home?.overdue, 1);
  assert.is(home?.total, 9);
});

test.run();
