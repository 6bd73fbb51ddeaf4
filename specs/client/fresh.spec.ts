/** What others changed this moment: by whom it is told, for how long it counts. Neighbours: `task/fresh.ts`, `sync/store.ts`. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { createFresh } from "../../client-solid/src/task/fresh.ts";

function setUp() {
  const due: (() => void)[] = [];
  const fresh = createFresh((run) => {
    due.push(run);
    return () => void due.splice(due.indexOf(run), 1);
  });
  const change = (id: string, field: string) =>
    fresh.take([{ op: "replace", path: `/tasks/${id}/${field}`, value: "" }]);
  return { fresh, change, due };
}

test("PAGE-75: what a decision goes by is fresh for a moment, what it does not go by never is", () => {
  const { fresh, change, due } = setUp();
  change("T-1", "artifacts");
  change("T-2", "progress");
  change("T-3", "constructor");
  assert.equal(fresh.partsOf("T-1"), ["artifacts"]);
  assert.equal(fresh.partsOf("T-2"), []);
  assert.equal(fresh.partsOf("T-3"), []);
  assert.is(due.length, 1);
  due.shift()?.();
  assert.equal(fresh.partsOf("T-1"), []);
});

test("PAGE-75: what is changed again within the moment stays fresh until the later one is over", () => {
  const { fresh, change, due } = setUp();
  change("T-1", "title");
  change("T-1", "artifacts");
  due.shift()?.();
  assert.equal(fresh.partsOf("T-1"), ["title", "artifacts"]);
  due.shift()?.();
  assert.equal(fresh.partsOf("T-1"), []);
});

test("PAGE-75: who toggles what is beside a decision keeps it off for three moments in a row, no longer; what it is about always counts", () => {
  const timers: { run: () => void; at: number }[] = [];
  let now = 0;
  const fresh = createFresh((run, ms) => {
    const timer = { run, at: now + ms };
    timers.push(timer);
    return () => void timers.splice(timers.indexOf(timer), 1);
  });
  const until = (time: number) => {
    now = time;
    for (const timer of timers.filter(({ at }) => at <= now)) {
      timers.splice(timers.indexOf(timer), 1);
      timer.run();
    }
  };
  const toggle = () => fresh.take([{ op: "replace", path: "/tasks/T-1/blocked", value: true }]);
  let free = 0;
  for (let time = 0; time < 10_000; time += 400) {
    until(time);
    if (fresh.partsOf("T-1").length === 0) free++;
    toggle();
  }
  assert.ok(free > 8, `${free} of 25 times`);
  fresh.take([{ op: "replace", path: "/tasks/T-1/title", value: "x" }]);
  assert.equal(fresh.partsOf("T-1").at(-1), "title");
  until(100_000);
  assert.equal([fresh.partsOf("T-1").length, timers.length], [0, 0]);
  toggle();
  assert.equal(fresh.partsOf("T-1"), ["whether it is blocked"], "after a rest again");
});

test("PAGE-75: a state that is sent anew makes every task fresh, and closing ends what is to come", () => {
  const { fresh, change, due } = setUp();
  fresh.take("all");
  assert.is(fresh.partsOf("T-9").length, 1);
  change("T-1", "title");
  fresh.close();
  assert.is(due.length, 0);
});

test.run();
