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

test("PAGE-75: a state that is sent anew makes every task fresh, and closing ends what is to come", () => {
  const { fresh, change, due } = setUp();
  fresh.take("all");
  assert.is(fresh.partsOf("T-9").length, 1);
  change("T-1", "title");
  fresh.close();
  assert.is(due.length, 0);
});

test.run();
