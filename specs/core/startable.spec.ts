/** The queues of what can be started: what a step and a question cost. Beside `relations.spec.ts`: what they find. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createRelations, type State } from "../../core/index.ts";
import { createStartable, POOL_OF_ALL } from "../../core/startable.ts";
import type { Task } from "../../core/state/tasks/task.ts";
import { toFlat } from "../../core/table.ts";
import { demoState, run, runAll } from "../support/core.ts";

const test = suite("startable");

/** States in which every look at a task counts. */
function watch() {
  const looks = { count: 0 };
  const watched = (state: State): State => ({
    ...state,
    tasks: new Proxy(toFlat(state.tasks), {
      get(table, id: string) {
        looks.count++;
        return Reflect.get(table, id);
      },
    }),
  });
  return { watched, looks };
}

test("CORE-9: who waits for a task costs its steps nothing, until somebody asks what can be started", () => {
  let state = runAll(
    demoState(),
    Array.from({ length: 50 }, () => [
      "tasks/create",
      { title: "x", status: "ready", owner: "iris", depends_on: ["T-203"] },
    ]),
  );
  let asked = 0;
  const relations = createRelations(state);
  const startable = createStartable(state, (id) => {
    asked++;
    return relations.tasks("waiting", id);
  });
  const step = (status: string) => {
    const result = run(state, "tasks/update", { task_id: "T-203", status });
    relations.advance(state, result.state, result.touched);
    startable.advance(state, result.state, result.touched.get("tasks") as ReadonlySet<string>);
    state = result.state;
  };
  const first = () => startable.first("owner", "iris", undefined)?.id;
  const before = first();
  for (const status of ["validation", "done", "validation", "done", "validation"]) step(status);
  assert.is(asked, 0);
  assert.is(first(), before);
  assert.is(asked, 0, "turned back and forth it is as before");
  step("done");
  const seen = startable.openings();
  assert.is(asked, 1);
  assert.is(first(), createRelations(state).startable("owner", "iris")?.id);
  assert.is(startable.openings(), seen, "told once");
});

test("CORE-16: a task that leaves and comes back at once, again and again, stands in its queue a bounded number of times", () => {
  let state = demoState();
  const made = run(state, "tasks/create", { title: "x", status: "ready", owner: "iris" });
  const { id } = (made.reply as { task: Task }).task;
  state = made.state;
  const startable = createStartable(state, () => new Set());
  const { watched, looks } = watch();
  for (let n = 0; n < 1_001; n++) {
    const status = n % 2 === 0 ? "backlog" : "ready";
    const result = run(state, "tasks/update", { task_id: id, status });
    startable.advance(state, watched(result.state), new Set([id]));
    state = result.state;
  }
  looks.count = 0;
  assert.is(startable.first("owner", "iris"), undefined);
  assert.ok(looks.count > 0 && looks.count < 100, `${looks.count} places of one task`);
});

test("CORE-16: of tasks that come and leave a queue keeps a bounded number, and all that are still there", () => {
  let state = demoState();
  const startable = createStartable(state, () => new Set());
  const { watched, looks } = watch();
  const step = (action: "tasks/create" | "tasks/update", fields: object) => {
    const result = run(state, action, fields);
    const { id } = (result.reply as { task: Task }).task;
    startable.advance(state, watched(result.state), new Set([id]));
    state = result.state;
    return id;
  };
  const later = { title: "x", status: "ready", owner: "iris", priority: "P3" };
  const stays = new Set(Array.from({ length: 30 }, () => step("tasks/create", later)));
  for (let n = 0; n < 600; n++) {
    const id = step("tasks/create", { ...later, priority: "P0" });
    step("tasks/update", { task_id: id, status: "backlog" });
  }
  looks.count = 0;
  const first = () => startable.first("owner", "iris")?.id;
  assert.ok(stays.has(first() ?? ""));
  assert.ok(looks.count < 300, `${looks.count} looks past 600 that left`);
  for (let id = first(); id !== undefined; id = first()) {
    assert.ok(stays.delete(id), id);
    step("tasks/update", { task_id: id, status: "backlog" });
  }
  assert.is(stays.size, 0);
});

test("CORE-11: what a done task opens is known without a look at all that those who wait for it wait for", () => {
  let before = demoState();
  const create = (fields: object) => {
    const made = run(before, "tasks/create", { title: "x", owner: "", ...fields });
    before = made.state;
    return (made.reply as { task: { id: string } }).task.id;
  };
  const gate = create({ status: "validation" });
  const done = Array.from({ length: 50 }, () => create({ status: "done" }));
  for (let n = 0; n < 50; n++) create({ status: "ready", depends_on: [gate, ...done] });
  const relations = createRelations(before);
  const first = () => relations.startable("pool", POOL_OF_ALL)?.title;
  assert.is.not(first(), "x");
  const { watched, looks } = watch();
  const { state, touched } = run(before, "tasks/update", { task_id: gate, status: "done" });
  relations.advance(watched(before), watched(state), touched);
  assert.is(first(), "x");
  assert.ok(looks.count < 5 * 50, `${looks.count} looks at tasks for 50 that waited for 51 each`);
});

test.run();
