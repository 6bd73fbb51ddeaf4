/**
 * Ids that count, in a state that no request made: a restored one is taken at its word. Neighbour:
 * `specs/cli/import-check.spec.ts`, which keeps such a state out where it can.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { TODAY } from "../../core/action.ts";
import { numberIn, type State, table } from "../../core/index.ts";
import { takeId } from "../../core/state/state.ts";
import { act, copyOf, demoState, frozen, refuses, run } from "../support/core.ts";

const test = suite("ids");
frozen(test);

function withCount(task: unknown, change: (state: State) => void = () => {}): State {
  const state = copyOf(demoState());
  Object.assign(state.counters, { task });
  change(state);
  return state;
}

const create = (state: State) => {
  const { reply, state: after } = run(state, "tasks/create", { title: "x" });
  return { id: (reply as { task: { id: string } }).task.id, after };
};

test("CORE-5: an id that is there is never given out, whatever the counter says was the last one", () => {
  for (const count of [0, 200, null, undefined]) {
    let state = withCount(count);
    const before = table.size(state.tasks);
    for (let n = 1; n <= 20; n++) {
      const { id, after } = create(state);
      assert.is(table.has(state.tasks, id), false, id);
      assert.is(table.size(after.tasks), before + n);
      state = after;
    }
  }
});

test("CORE-5: where the numbers end a new record is refused, and nothing takes the place of another", () => {
  for (const count of [999_999_999_999_999, 2 ** 53, 1e21, Number.POSITIVE_INFINITY, Number.NaN]) {
    refuses(withCount(count), "tasks/create", { title: "x" }, "no id is left for another task");
  }
  assert.is(create(withCount(999_999_999_999_998)).id, "T-999999999999999");
  // A notice that follows from a change has an id, too.
  const state = copyOf(demoState());
  state.counters.notification = 2 ** 53;
  const task_id = create(state).id;
  assert.ok(task_id);
  const blocked = act(state, "tasks/update", { task_id: "T-203", blocked: true, blockers: ["x"] });
  assert.equal(blocked, {
    ok: false,
    code: "conflict",
    message: "no id is left for another notification",
  });
});

test("CORE-5: a number is read from an id of its kind only, and back to the same id", () => {
  for (const id of ["T-001", "T-216", "T-1000", "T-999999999999999"]) {
    assert.is(numberIn("task", id), Number(id.slice(2)));
    const state = withCount(numberIn("task", id) - 1, (empty) => {
      empty.tasks = table.createTable();
    });
    assert.is(takeId(state, "task", TODAY), id);
  }
  for (const id of [
    ...["T-Infinity", "T-1e+21", "T-9007199254740992", "T-1e3", "T-0x10", "T-NaN", "T--12"],
    ...[
      "T-1",
      "T-0216",
      "T-000",
      "t-216",
      "M-216",
      "T-216-1",
      "T-216\n",
      " T-216",
      "T216",
      "T-",
      "",
    ],
  ]) {
    assert.is(numberIn("task", id), 0, id);
  }
});

test.run();
