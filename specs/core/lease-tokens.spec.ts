/**
 * What an older token of a lease may no longer do, and who may write on a held task.
 * Neighbours: `leases.spec.ts`, `core/state/tasks/leases.ts`.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ActionName } from "../../core/index.ts";
import type { Lease } from "../../core/state/tasks/task.ts";
import { createStory, frozen, type Story } from "../support/core.ts";
import { held, SECOND_MS, succeeded, taskIn } from "../support/leases.ts";

const test = suite("lease tokens");
frozen(test);

/** Each way to write on T-208, with what it says beside the task. */
const WRITES: [ActionName, object][] = [
  ["tasks/update", { progress: 50 }],
  ["tasks/event", { type: "needs-validation" }],
  ["openclaw/publish", { outcome: "validation", title: "done" }],
  ["openclaw/publish", { artifacts: ["a.txt"], title: "made" }],
  ["tasks/delete", {}],
];

for (const [name, more] of WRITES) {
  test(`AGT-3: ${name} ${JSON.stringify(more)} is for the holder of the latest token`, () => {
    const story = succeeded();
    const { expires_at, token } = taskIn(story).lease as Lease;
    const body = { ...more, task_id: "T-208" };
    const over =
      "lease_token 2 for T-208 does not hold: iris holds it with another one; stop working on it";
    for (const agent_id of ["codex", "iris"]) {
      const refusal = story.refused(name, { ...body, agent_id, lease_token: 2 }, over);
      assert.equal([refusal.code, refusal.holder, refusal.field], ["held", "iris", "lease_token"]);
    }
    const refusal = story.refused(
      name,
      { ...body, agent_id: "codex" },
      `T-208 is held by iris until ${expires_at}`,
    );
    assert.equal([refusal.code, refusal.holder], ["held", "iris"]);
    const { state, seq, at } = story;
    for (const who of [{ agent_id: "iris" }, { agent_id: "iris", lease_token: token }]) {
      Object.assign(story, { state, seq, at });
      story.does(name, { ...body, ...who });
    }
    Object.assign(story, { state, seq, at });
    if (name === "tasks/update" || name === "tasks/delete") story.does(name, body);
  });
}

test("AGT-3: a link changes a held task by its holder and the CEO only, from either side", () => {
  const held = (link: object) => {
    const story = succeeded();
    const { expires_at } = taskIn(story).lease as Lease;
    const sentence = `T-208 is held by iris until ${expires_at}`;
    for (const who of [{ author: "codex" }, { agent_id: "codex" }]) {
      assert.is(story.refused("tasks/link", { ...link, ...who }, sentence).holder, "iris");
    }
    story.does("tasks/link", { ...link, author: "iris" });
    story.does("tasks/link", { ...link, link_type: "duplicates" });
  };
  const from = { source_id: "T-208", target_id: "T-210" };
  const to = { source_id: "T-210", target_id: "T-208" };
  for (const link_type of ["relates-to", "blocks", "is-blocked-by"]) {
    held({ ...from, link_type });
    held({ ...to, link_type });
  }
});

test("AGT-3: renew and release know an older token, and say who holds the task", () => {
  const story = succeeded();
  for (const [name, more] of [
    ["tasks/renew", {}],
    ["tasks/release", { reason: "x" }],
  ] as const) {
    const body = { ...more, task_id: "T-208", agent_id: "codex" };
    const old =
      "lease_token 2 for T-208 does not hold: iris holds it with another one; stop working on it";
    assert.is(story.refused(name, { ...body, lease_token: 2 }, old).holder, "iris");
    const { expires_at } = taskIn(story).lease as Lease;
    story.refused(name, body, `T-208 is held by iris until ${expires_at}`);
  }
});

test("AGT-3: a token outlives neither its lease nor its task's next state", () => {
  const ends: [string, (story: Story) => void][] = [
    [
      "handed in",
      (s) =>
        s.does("tasks/event", { type: "needs-validation", task_id: "T-208", agent_id: "codex" }),
    ],
    ["put back", (s) => s.does("tasks/update", { task_id: "T-208", status: "ready" })],
    ["handed over", (s) => s.does("tasks/update", { task_id: "T-208", owner: "iris" })],
    ["taken by the CEO", (s) => s.does("tasks/release", { task_id: "T-208", reason: "x" })],
    ["its holder gone", (s) => s.does("agents/decommission", { agent_id: "codex" })],
    [
      "its holder replaced",
      (s) => s.does("agents/replace", { old_agent_id: "codex", new_agent_id: "iris" }),
    ],
    ["its holder deleted", (s) => s.does("agents/delete", { agent_id: "codex" })],
  ];
  for (const [when, end] of ends) {
    const story = held();
    end(story);
    assert.is(taskIn(story).lease, null, when);
    story.refused(
      "tasks/update",
      { task_id: "T-208", progress: 1, lease_token: 2 },
      "lease_token 2 for T-208 does not hold: nobody holds it any more; stop working on it",
    );
  }
  const left = held();
  left.does("agents/decommission", { agent_id: "codex" });
  assert.equal([taskIn(left).status, taskIn(left).owner], ["ready", null]);
});

test("AGT-3: comments are open to everybody, and leave lease and version alone", () => {
  const story = held();
  const { version, lease } = taskIn(story);
  for (const author of ["iris", "codex", "ceo"]) {
    const { patches } = story.does("tasks/comment", { task_id: "T-208", text: "Hello", author });
    assert.is(patches.length, 1);
  }
  assert.equal([taskIn(story).version, taskIn(story).lease], [version, lease]);
});

test("AGT-3: what another agent publishes about a held task leaves it as it is; what its holder does, and anybody of a free one, is work on it", () => {
  const story = held();
  const versions = () => [taskIn(story).version, taskIn(story).updated_at];
  const say = (agent_id: string, title: string) =>
    story.does("openclaw/publish", { agent_id, task_id: "T-208", outcome: "working", title });
  const before = versions();
  say("iris", "looked at it");
  assert.equal(versions(), before);
  say("codex", "went on");
  assert.is.not(versions()[0], before[0]);
  story.does("tasks/release", { task_id: "T-208", agent_id: "codex", reason: "x" });
  const [free] = versions();
  say("iris", "looked again");
  assert.is.not(versions()[0], free);
});

test("AGT-3: a publish that quotes a lost lease is refused, whatever it says", () => {
  const story = succeeded();
  const body = { agent_id: "codex", task_id: "T-208", title: "still at it", lease_token: 2 };
  const old =
    "lease_token 2 for T-208 does not hold: iris holds it with another one; stop working on it";
  story.refused("openclaw/publish", body, old);
});

test("AGT-4: the documented loop makes no lease and knows none", () => {
  const story = createStory();
  const step = (type: string) =>
    story.does("tasks/event", { type, task_id: "T-208", agent_id: "codex" });
  step("started");
  assert.equal([taskIn(story).status, taskIn(story).lease], ["in_progress", null]);
  story.wait(86_400 * SECOND_MS);
  story.does("system/expire", { max_expiries: 1 }, []);
  story.does("tasks/update", { task_id: "T-208", agent_id: "ralph", progress: 40 });
  story.does("openclaw/publish", { agent_id: "codex", task_id: "T-208", outcome: "working" });
  step("needs-validation");
  story.does("tasks/event", { type: "done", task_id: "T-208", agent_id: "ralph" });
  const { status, lease, lease_expiries } = taskIn(story);
  assert.equal([status, lease, lease_expiries], ["done", null, 0]);
});

test("AGT-4: a holder without a token works by the documented loop", () => {
  const story = held();
  story.does("tasks/event", { type: "started", task_id: "T-208", agent_id: "codex" });
  story.does("tasks/update", { task_id: "T-208", agent_id: "codex", progress: 40 });
  story.does("tasks/event", { type: "needs-validation", task_id: "T-208", agent_id: "codex" });
  assert.equal([taskIn(story).status, taskIn(story).lease], ["validation", null]);
});

test.run();
