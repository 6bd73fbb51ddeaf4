/** What was approved, and what waits for approval, stays what it is: by every action that writes it. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ActionName, State } from "../../core/index.ts";
import { nameOf } from "../../core/state/lookup.ts";
import type { Task } from "../../core/state/tasks/task.ts";
import { exceptionsOf } from "../../core/state/tasks/views.ts";
import {
  AT,
  act,
  asBefore,
  demoState,
  frozen,
  record,
  refuses,
  run,
  runAll,
} from "../support/core.ts";

const test = suite("approved");
frozen(test);

const ID = "T-203";
const SAID = {
  title: "The filters",
  description: "As agreed",
  acceptance_criteria: ["It filters"],
  definition_of_done: ["Reviewed"],
  artifacts: ["filters.pdf"],
};
const OTHER = {
  title: "Another title",
  description: "Another text",
  acceptance_criteria: ["It filters", "It pays"],
  definition_of_done: [],
  artifacts: ["other.pdf"],
};
type Said = keyof typeof SAID;
const FIELDS = Object.keys(SAID) as Said[];

const taskOf = (state: State): Task => record(state.tasks, ID);
const update = (more: object) => ({ task_id: ID, ...more });

/** Codex's task with what it says, handed in. */
function handedIn(): State {
  return runAll(demoState(), [
    ["tasks/update", update(SAID)],
    [
      "tasks/event",
      { task_id: ID, agent_id: "codex", type: "needs-validation", note: "Please look" },
    ],
  ]);
}

const approved = (): State => run(handedIn(), "tasks/update", update({ status: "done" })).state;

function isRefused(state: State, name: ActionName, body: object, field: string, way: RegExp): void {
  const result = act(state, name, body);
  const at = `${name} ${JSON.stringify(body)}`;
  assert.not(result.ok, at);
  if (result.ok) return;
  assert.equal([result.code, result.field], ["conflict", field], at);
  assert.match(result.message, ID);
  assert.match(result.message, way);
}

test("ACC-32: of a done task no agent changes what was approved: the refusal names the field and the way on", () => {
  const state = approved();
  for (const [agent_id, way] of [
    ["codex", /leave out .* comment, or set status: validation first$/],
    ["quill", /leave out .* comment$/],
  ] as const) {
    for (const field of FIELDS) {
      const body = update({ agent_id, [field]: OTHER[field] });
      isRefused(state, "tasks/update", body, field, way);
      isRefused(state, "tasks/update", { ...body, status: "done" }, field, /comment/);
      const again = run(state, "tasks/update", update({ agent_id, [field]: SAID[field] }));
      assert.equal(taskOf(again.state)[field], SAID[field], "said again it is no change");
    }
    const more = { agent_id, task_id: ID, title: "Late", artifacts: ["late.pdf"] };
    isRefused(state, "openclaw/publish", more, "artifacts", way);
    run(state, "openclaw/publish", { ...more, artifacts: SAID.artifacts });
    run(state, "tasks/update", update({ agent_id, note: "Still good", priority: "P3" }));
    run(state, "tasks/comment", { task_id: ID, author: agent_id, text: "Thank you" });
  }
  for (const field of FIELDS) run(state, "tasks/update", update({ [field]: OTHER[field] }));
});

test("ACC-32: what waits for approval is changed by who has, checks or helps with it", () => {
  const state = handedIn();
  for (const field of FIELDS) {
    const body = update({ agent_id: "quill", [field]: OTHER[field] });
    isRefused(state, "tasks/update", body, field, /leave out .* comment$/);
    isRefused(state, "tasks/update", { ...body, owner: "quill" }, field, /comment/);
    isRefused(state, "tasks/update", { ...body, status: "in_progress" }, field, /comment/);
    run(state, "tasks/update", update({ [field]: OTHER[field] }));
  }
  // Nobody lets itself in.
  for (const [field, value] of [
    ["owner", "quill"],
    ["assignees", ["codex", "quill"]],
    ["collaborators", ["quill"]],
  ] as const) {
    const body = update({ agent_id: "quill", [field]: value });
    isRefused(state, "tasks/update", body, field, /leave out .* comment$/);
    run(state, "tasks/update", update({ [field]: value }));
  }
  const late = { agent_id: "quill", task_id: ID, title: "Late", artifacts: ["late.pdf"] };
  isRefused(state, "openclaw/publish", late, "artifacts", /comment/);
  isRefused(state, "openclaw/publish", { ...late, outcome: "validation" }, "artifacts", /comment/);
  const roles = [
    {},
    { owner: "orion", assignees: ["codex"] },
    { owner: "orion", collaborators: ["codex"] },
    { owner: "orion", validation_owner: "codex" },
  ];
  for (const role of roles) {
    const named = run(state, "tasks/update", update(role)).state;
    for (const field of FIELDS) {
      run(named, "tasks/update", update({ agent_id: "codex", [field]: OTHER[field] }));
    }
  }
});

test("ACC-32: brought back to validation a task may be changed, by whom it names, in one step", () => {
  const state = approved();
  const reopened = (agent_id: string) =>
    update({ agent_id, status: "validation", description: OTHER.description });
  const { state: after } = run(state, "tasks/update", reopened("codex"));
  assert.equal([taskOf(after).status, taskOf(after).description], ["validation", "Another text"]);
  isRefused(state, "tasks/update", reopened("quill"), "description", /comment/);
  const handing = { agent_id: "codex", task_id: ID, outcome: "validation", artifacts: ["b.pdf"] };
  const { state: published } = run(state, "openclaw/publish", handing);
  assert.is(taskOf(published).status, "validation");
});

test("ACC-32: nor does who is not named let itself in as who approves", () => {
  const state = run(demoState(), "tasks/update", {
    ...{ task_id: "T-203", status: "validation", validation_owner: "" },
  }).state;
  const itself = { task_id: "T-203", agent_id: "echo", validation_owner: "echo" };
  refuses(
    state,
    "tasks/update",
    itself,
    "T-203 waits for approval, and those it names change what is approved; leave out validation_owner and comment",
  );
  run(state, "tasks/update", { ...itself, agent_id: "codex" });
  run(state, "tasks/update", { task_id: "T-203", validation_owner: "echo" });
  asBefore(state, "tasks/update", itself, AT, undefined, 1);
});

test("ACC-28: what people approved once is said to wait for the CEO, whomever it names", () => {
  const named = { task_id: "T-203", validation_owner: "iris" };
  const validate = (state: State) =>
    run(state, "tasks/update", { ...named, status: "validation" }).state;
  const reasonIn = (state: State) =>
    exceptionsOf(state, record(state.tasks, "T-203"), AT).map(({ reason }) => reason);
  const first = validate(demoState());
  assert.ok(reasonIn(first).includes("waits for Iris"));
  const approved = (author: string) =>
    run(first, "tasks/update", { task_id: "T-203", author, status: "done" }).state;
  assert.ok(reasonIn(validate(approved("alice"))).includes(`waits for ${nameOf(first, "ceo")}`));
  assert.ok(reasonIn(validate(approved("iris"))).includes("waits for Iris"));
});

test("ACC-28: who has left is named by nobody as who approves; who is named already may be said again", () => {
  const left = run(demoState(), "agents/retire", { agent_id: "iris" }).state;
  const naming = { task_id: "T-203", validation_owner: "iris" };
  const why = "agent iris is retired and approves nothing; name another, or nobody";
  refuses(left, "tasks/update", naming, why);
  refuses(left, "tasks/create", { title: "x", validation_owner: "iris" }, why);
  asBefore(left, "tasks/update", naming, AT, undefined, 1);
  run(left, "tasks/update", { ...naming, validation_owner: "ceo" });
});

test("CORE-27: what an agent publishes that has nothing to do with the task drops nothing of those who have", () => {
  const artifacts = (from: number) => Array.from({ length: 150 }, (_, n) => `${from + n}.txt`);
  const said = { task_id: "T-208", title: "x" };
  const own = { ...said, agent_id: "codex", artifacts: artifacts(0) };
  const { state } = run(demoState(), "openclaw/publish", own);
  const others = { ...said, agent_id: "echo", artifacts: artifacts(500) };
  refuses(
    state,
    "openclaw/publish",
    others,
    "T-208 has no room for these artifacts of yours; leave out artifacts, or have its owner name you among its collaborators",
  );
  run(state, "openclaw/publish", { ...others, artifacts: ["one.txt"] });
  const on = run(state, "openclaw/publish", { ...own, artifacts: artifacts(500) }).state;
  assert.is(record(on.tasks, "T-208").artifacts.length, 200);
  const before = asBefore(state, "openclaw/publish", others, AT, undefined, 1).state;
  assert.is(record(before.tasks, "T-208").artifacts.length, 200);
});

test.run();
