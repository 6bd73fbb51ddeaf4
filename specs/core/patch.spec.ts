/** Patches: pointers, both forms, and everything that must not be applied. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { immer } from "../../core/immer.ts";
import {
  actions,
  applyPatches,
  createState,
  createValidator,
  fromPointer,
  type Patch,
  type State,
  toPointer,
  toWireState,
} from "../../core/index.ts";
import { touchedBy, toWire } from "../../core/patch.ts";
import { put, remove, type Table } from "../../core/table.ts";
import { demoState, frozen, record, refuses, run } from "../support/core.ts";

const test = suite("patch");
frozen(test);

test("CORE-3: a pointer survives the way there and back (RFC 6901)", () => {
  const rows: [(string | number)[], string][] = [
    [[], ""],
    [["tasks", "T-1", "activity", 0], "/tasks/T-1/activity/0"],
    [["a/b", "m~n", ""], "/a~1b/m~0n/"],
    [["~1", "/0"], "/~01/~10"],
  ];
  for (const [path, pointer] of rows) {
    assert.is(toPointer(path), pointer);
    assert.equal(fromPointer(pointer), path.map(String));
  }
});

const FORMS: [string, () => State | ReturnType<typeof toWireState>][] = [
  ["paged", () => structuredClone(demoState())],
  ["wire", () => structuredClone(toWireState(demoState()))],
];

for (const [form, create] of FORMS) {
  test(`CORE-10: no patch reaches a prototype of the ${form} form`, () => {
    const paths = [
      "/__proto__/polluted",
      "/constructor/prototype/polluted",
      "/tasks/__proto__",
      "/tasks/__proto__/polluted",
      "/tasks/constructor",
      "/tasks/T-203/__proto__/polluted",
      "/tasks/T-203/constructor/prototype/polluted",
      "/agents/codex/skills/__proto__/polluted",
      "/prototype",
    ];
    for (const path of paths) {
      for (const op of ["add", "replace", "remove"] as const) {
        const patch = op === "remove" ? { op, path } : { op, path, value: true };
        assert.throws(() => applyPatches(create(), [patch]), /patch path refused/, `${op} ${path}`);
      }
    }
    assert.is(({} as Record<string, unknown>).polluted, undefined);
  });

  test(`CORE-3: a patch that does not fit the ${form} form says so`, () => {
    const rows: [Patch, RegExp][] = [
      [{ op: "replace", path: "", value: {} }, /whole document/],
      [{ op: "replace", path: "/tasks/T-9/title", value: "x" }, /leads nowhere/],
      [{ op: "replace", path: "/tasks/T-203/toString/name", value: "x" }, /leads nowhere/],
      [{ op: "add", path: "/tasks/T-203/links/9", value: "x" }, /out of range/],
      [{ op: "replace", path: "/tasks/T-203/links/x", value: "x" }, /out of range/],
      [{ op: "remove", path: "/tasks/T-203/links/-1" }, /out of range/],
      [{ op: "remove", path: "/tasks/T-203/comments/-" }, /out of range/],
    ];
    for (const [patch, message] of rows) {
      assert.throws(() => applyPatches(create(), [patch]), message, patch.path);
    }
  });

  test(`CORE-3: the three operations work on the ${form} form`, () => {
    const state = create();
    applyPatches(state, [
      { op: "replace", path: "/company/name", value: "New" },
      { op: "add", path: "/tasks/T-203/labels/0", value: "first" },
      { op: "add", path: "/tasks/T-203/labels/-", value: "last" },
      { op: "remove", path: "/tasks/T-203/labels/1" },
      { op: "remove", path: "/tasks/T-214" },
      { op: "replace", path: "/runs", value: { "R-001": { id: "R-001" } } },
    ]);
    const task = record(state.tasks as Table<{ labels: string[] }>, "T-203");
    assert.equal(task.labels, ["first", "console", "last"]);
    assert.throws(() => record(state.tasks as Table<unknown>, "T-214"));
    assert.equal(record(state.runs as Table<unknown>, "R-001"), { id: "R-001" });
    assert.is(state.company.name, "New");
  });
}

test("CORE-3: pages never show on the wire, and a page that was made is unmade record by record", () => {
  const state = createState();
  const write = (draft: State) => {
    const tasks = draft.tasks as Table<unknown>;
    put(tasks, "T-001", { id: "T-001" });
    put(tasks, "T-900", { id: "T-900" });
    put(tasks, "T-901", { id: "T-901" });
  };
  const [after, forth, back] = immer.produceWithPatches(state, write);
  const patches = toWire(forth, back);
  assert.equal(
    patches.map(({ op, path }) => `${op} ${path}`),
    ["add /tasks/T-001", "add /tasks/T-900", "add /tasks/T-901"],
  );
  const undo = toWire(back, forth);
  assert.equal(undo.map(({ op, path }) => `${op} ${path}`).sort(), [
    "remove /tasks/T-001",
    "remove /tasks/T-900",
    "remove /tasks/T-901",
  ]);
  const wire = structuredClone(toWireState(after));
  applyPatches(wire, undo);
  assert.equal(wire, toWireState(state));
  const [, gone] = immer.produceWithPatches(after, (draft) => remove(draft.tasks, "T-900"));
  assert.equal(toWire(gone), [{ op: "remove", path: "/tasks/T-900" }]);
});

test("CORE-9: touchedBy names every record, or all of a table", () => {
  const touched = touchedBy([
    { op: "replace", path: "/tasks/T-1/title", value: "x" },
    { op: "remove", path: "/tasks/T-2" },
    { op: "replace", path: "/runs", value: {} },
    { op: "replace", path: "/company/name", value: "x" },
  ]);
  assert.equal([...(touched.get("tasks") ?? [])], ["T-1", "T-2"]);
  assert.is(touched.get("runs"), "all");
  assert.is(touched.size, 2);
});

test("CORE-10: no id that a body names finds what Object has", () => {
  const state = demoState();
  const hostile = ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"];
  for (const id of hostile) {
    refuses(state, "tasks/update", { task_id: id }, `unknown task: ${id}`);
    refuses(state, "tasks/create", { title: "x", owner: id }, `unknown agent: ${id}`);
    refuses(state, "tasks/create", { title: "x", project_id: id }, `unknown project: ${id}`);
    refuses(state, "missions/delete", { mission_id: id }, `unknown mission: ${id}`);
    refuses(state, "sprints/delete", { sprint_id: id }, `unknown sprint: ${id}`);
    refuses(state, "projects/delete", { project_id: id }, `unknown project: ${id}`);
    refuses(state, "agents/delete", { agent_id: id }, `unknown agent: ${id}`);
    refuses(
      state,
      "conversations/message",
      { sender: "ceo", thread_id: id, text: "x" },
      `unknown thread: ${id}`,
    );
    const { reply } = run(state, "notifications/dismiss", { notification_ids: [id] });
    assert.equal(reply, { dismissed: 0 });
  }
});

test("CORE-10: an agent named like a method of Object is an agent like any other", () => {
  const state = demoState();
  for (const agent_id of ["toString", "hasOwnProperty", "valueOf"]) {
    const { patches, state: after } = run(state, "agents/register", {
      agent_id,
      name: "Odd",
      role: "x",
    });
    const wire = structuredClone(toWireState(state));
    applyPatches(wire, structuredClone(patches));
    assert.equal(wire, toWireState(after));
    assert.is(record(wire.agents, agent_id).name, "Odd");
  }
});

test("CORE-10: a key of the body that names a prototype is unknown, and lends nothing", () => {
  const validator = createValidator();
  const declaration = actions.get("agents/heartbeat");
  assert.ok(declaration);
  const bodies = [
    '{"__proto__": {"agent_id": "codex"}}',
    '{"agent": {"__proto__": {"id": "codex"}}}',
    '{"agent": {"metadata": {"__proto__": {"agent_id": "codex"}}}}',
    '{"constructor": {"prototype": {"agent_id": "codex"}}}',
  ];
  for (const body of bodies) {
    const result = validator.validate(declaration, JSON.parse(body));
    assert.not.ok(result.ok, body);
    assert.is(result.ok === false && result.message, "agent_id is required");
  }
  assert.is(({} as Record<string, unknown>).agent_id, undefined);
});

test.run();
