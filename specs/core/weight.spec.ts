/** What texts cost their readers, and the bounds of what a task gathers by it. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type ActionName, type State, toWireState } from "../../core/index.ts";
import type { Task } from "../../core/state/tasks/task.ts";
import { sizeOf, weightOf } from "../../core/weight.ts";
import { act, demoState, frozen, record } from "../support/core.ts";

const test = suite("weight");
frozen(test);

test("CORE-18: what JSON writes as six characters counts as six, all else as at least one", () => {
  for (let code = 0; code < 0x3000; code++) {
    const text = String.fromCharCode(code);
    const written = JSON.stringify(text).length - 2;
    const weight = weightOf(text);
    if (written === 6) assert.is(weight, 6, `U+${code.toString(16)}`);
    else assert.ok(weight >= 1, `U+${code.toString(16)}`);
  }
  assert.is(weightOf("a line\n\tand another\r\n"), 21);
  assert.is(weightOf("\ud800 alone, and 😀 together"), 24 + 5);
  assert.is(weightOf(`\u001b[31mred\u001b[0m`), 12 + 10);
});

test("ARC-11: what a record takes is told without writing it, and about right", () => {
  for (const record of Object.values(toWireState(demoState()).tasks)) {
    const written = JSON.stringify(record).length;
    const told = sizeOf(record);
    assert.ok(Math.abs(told - written) < written / 8, `${told} of ${written}`);
  }
  const controls = { text: "\u0001".repeat(1_000) };
  assert.is(sizeOf(controls), JSON.stringify(controls).length + 1);
});

const task_id = "T-203";
const said = { agent_id: "codex", task_id };

/** As much of one kind as a task takes, said in bodies of the largest texts. */
const KINDS: [string, (n: number, text: string) => [ActionName, object]][] = [
  ["comments", (_n, text) => ["tasks/comment", { task_id, author: "codex", text }]],
  ["activity", (_n, note) => ["tasks/update", { ...said, note }]],
  [
    "artifacts",
    (n, text) => [
      "openclaw/publish",
      { ...said, title: `${n}`, artifacts: [`${n}`.padEnd(2_000, text.slice(0, 1))] },
    ],
  ],
  [
    "blockers",
    (n, text) => ["tasks/event", { ...said, type: "blocked", note: `${n}${text.slice(9)}` }],
  ],
];

test("CORE-18: what a task gathers is bounded as its readers are given it, whatever characters it is said in", () => {
  for (const [field, saying] of KINDS) {
    for (const character of ["x", "\u0001", "\ud800"]) {
      let state: State = demoState();
      for (let n = 0; n < 130; n++) {
        const result = act(state, ...saying(n, character.repeat(20_000)));
        if (result.ok) state = result.state;
      }
      const task = record<Task>(state.tasks, task_id);
      const { length } = JSON.stringify(task[field as keyof Task]);
      assert.ok(length < 700_000, `${field} of ${JSON.stringify(character)}: ${length} characters`);
      assert.ok(length > 100_000, `${field} of ${JSON.stringify(character)}: ${length} characters`);
    }
  }
});

test.run();
