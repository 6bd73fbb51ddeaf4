/** Tables: both forms behave the same, and a write copies a page, not the table. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { immer } from "../../core/immer.ts";
import { fromParts, toParts } from "../../core/snapshot-parts.ts";
import { fromWireState, TABLES, toWireState } from "../../core/state/state.ts";
import {
  compareIds,
  createTable,
  get,
  has,
  list,
  type PagedTable,
  pathOf,
  put,
  remove,
  rowsOf,
  size,
  type Table,
  toFlat,
  toPaged,
} from "../../core/table.ts";
import { AT, demoState, run } from "../support/core.ts";
import { createRandom } from "../support/random.ts";

const test = suite("table");

interface Row {
  id: string;
}

const forms: [string, () => Table<Row>][] = [
  ["flat", () => ({})],
  ["paged", () => createTable<Row>()],
];

for (const [form, create] of forms) {
  test(`CORE-10: a ${form} table knows no id that was never put`, () => {
    const table = create();
    for (const id of ["constructor", "__proto__", "toString", "hasOwnProperty", "", "0"]) {
      assert.is(get(table, id), undefined, id);
      assert.not.ok(has(table, id));
      remove(table, id);
    }
    assert.is(size(table), 0);
  });

  test(`CORE-10: a ${form} table holds an id that Object also has, as a record`, () => {
    const table = create();
    for (const id of ["toString", "hasOwnProperty", "valueOf"]) put(table, id, { id });
    assert.equal(get(table, "toString"), { id: "toString" });
    assert.is(size(table), 3);
    remove(table, "toString");
    assert.is(get(table, "toString"), undefined);
  });

  test(`CORE-3: a ${form} table does what a Map does`, () => {
    const random = createRandom(17);
    const table = create();
    const map = new Map<string, Row>();
    for (let step = 0; step < 3_000; step++) {
      const id = `${random.pick(["T", "agent-", "R"])}-${random.whole(400)}`;
      if (random.whole(3) === 0) {
        remove(table, id);
        map.delete(id);
      } else {
        put(table, id, { id });
        map.set(id, { id });
      }
    }
    assert.is(size(table), map.size);
    assert.equal(toFlat(table), Object.fromEntries(map));
    assert.equal(toFlat(toPaged(table)), Object.fromEntries(map));
    for (const id of map.keys()) assert.ok(has(table, id));
  });
}

test("CORE-3: counted ids come in the order of their numbers", () => {
  const table = createTable<Row>();
  const numbers = Array.from({ length: 300 }, (_, n) => 201 + ((n * 7) % 300));
  for (const number of numbers) put(table, `T-${number}`, { id: `T-${number}` });
  const flat = list(table).map(({ id }) => {
    const [high, low] = pathOf(id);
    return high * 64 + low;
  });
  assert.equal(
    flat,
    [...flat].sort((a, b) => a - b),
  );
  assert.equal(["T-10", "T-9", "T-100"].sort(compareIds), ["T-9", "T-10", "T-100"]);
});

test("CORE-11: a write to a table of 50,000 copies one row and one leaf", () => {
  const table = createTable<Row>();
  for (let n = 1; n <= 50_000; n++) put(table, `T-${n}`, { id: `T-${n}` });
  const state = { tasks: table };
  const after = immer.produce(state, (draft) => {
    put(draft.tasks, "T-25000", { id: "new" });
  });
  const changed = (a: PagedTable<Row>, b: PagedTable<Row>) =>
    a.flatMap((row, high) => (row === b[high] ? [] : [high]));
  assert.is(changed(state.tasks, after.tasks).length, 1);
  const [high = 0] = changed(state.tasks, after.tasks);
  const leaves = (after.tasks[high] ?? []).filter((leaf, low) => leaf !== state.tasks[high]?.[low]);
  assert.is(leaves.length, 1);
  assert.ok(Object.keys(leaves[0] ?? {}).length <= 256, "a leaf stays small");
});

test("CORE-11: no leaf has a prototype, however it was made: the ids on it would be a hidden class of its own", () => {
  const small = demoState();
  const states = [
    small,
    fromParts(toParts(small)),
    fromWireState(toWireState(small)),
    run(small, "tasks/update", { task_id: "T-203", progress: 95 }, AT).state,
    run(small, "tasks/create", { title: "New" }, AT).state,
  ];
  for (const state of states) {
    for (const name of TABLES) {
      for (const { leaves } of rowsOf<unknown>(state[name])) {
        for (const leaf of leaves) assert.is(Object.getPrototypeOf(leaf), null, name);
      }
    }
  }
});

test("CORE-11: the patches of an action do not grow with the number of records", () => {
  const small = demoState();
  const large = structuredClone(small);
  for (let n = 1_000; n < 6_000; n++) {
    const id = `T-${n}`;
    const copy = { ...structuredClone(get(small.tasks, "T-214")), id };
    put(large.tasks as Table<unknown>, id, copy);
  }
  const body = { task_id: "T-203", status: "validation", progress: 95 };
  const count = (state: typeof small) => run(state, "tasks/update", body, AT).patches;
  assert.equal(count(large), count(small));
});

test.run();
