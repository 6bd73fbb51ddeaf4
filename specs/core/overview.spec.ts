/** What is told of all tasks at once, and what it costs. Neighbours: `core/state/tasks/overview.ts`, mcp's summary. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { State, Task } from "../../core/index.ts";
import { MAX_FIRST, overviewOf } from "../../core/state/tasks/overview.ts";
import { type Leaf, list, type PagedTable, type Table } from "../../core/table.ts";
import { demoState, frozen, run } from "../support/core.ts";
import { createRandom, seedOf } from "../support/random.ts";

const test = suite("overview");
frozen(test);

function withTasks(count: number): State {
  const random = createRandom(seedOf(7));
  let state = demoState();
  for (let n = 0; n < count; n++) {
    const status = random.pick(["backlog", "ready", "done", "validation"] as const);
    const priority = random.pick(["P0", "P1", "P2", "P3"] as const);
    state = run(state, "tasks/create", { title: `x ${n}`, owner: "", status, priority }).state;
  }
  return state;
}

test("MCP-2: the overview says what a look at all tasks would", () => {
  for (const count of [0, 30, 400]) {
    const { tasks } = withTasks(count);
    const { counts, first, open } = overviewOf(tasks);
    const all = list(tasks);
    for (const [status, number] of Object.entries(counts)) {
      assert.is(number, all.filter((task) => task.status === status).length, status);
    }
    const opened = all.filter(({ status }) => status !== "done");
    assert.is(open, opened.length);
    const sorted = opened
      .map((task, at) => ({ task, at }))
      .sort((a, b) =>
        a.task.priority < b.task.priority
          ? -1
          : a.task.priority > b.task.priority
            ? 1
            : a.at - b.at,
      );
    assert.equal(
      first.map(({ id }) => id),
      sorted.slice(0, MAX_FIRST).map(({ task }) => task.id),
    );
  }
});

test("MCP-2: asked again only those rows are looked at in which a task changed", () => {
  let looks = 0;
  const watched = (leaf: Leaf<Task>) =>
    new Proxy(leaf, {
      ownKeys(target) {
        looks++;
        return Reflect.ownKeys(target);
      },
    });
  const { tasks } = withTasks(2_000);
  const rows = (tasks as PagedTable<Task>).map(
    (row) => row?.map((leaf) => leaf && watched(leaf)) ?? null,
  );
  overviewOf(rows as Table<Task>);
  const whole = looks;
  assert.ok(whole > 400, `${whole} leaves`);
  looks = 0;
  overviewOf([...rows] as Table<Task>);
  assert.is(looks, 0);
  const at = rows.findIndex((row) => row !== null);
  const changed = rows.with(at, [...(rows[at] ?? [])]);
  overviewOf(changed as Table<Task>);
  assert.ok(looks > 0 && looks <= 128, `${looks} of ${whole} leaves`);
});

test.run();
