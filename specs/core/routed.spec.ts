/**
 * Tasks that the server chose an agent for: they are that agent's while it is there, and nobody's afterwards.
 * Neighbours: `leases.spec.ts` for what is begun, `timers-bounded.spec.ts` for many at once.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type ActionName,
  createRelations,
  MAX_SWEPT_AT_ONCE,
  toSweep,
  whatPassed,
} from "../../core/index.ts";
import { atOnce } from "../../core/steps.ts";
import { copyOf, createStory, frozen, record, type Story } from "../support/core.ts";
import { claimedId, SECOND_MS, taskIn } from "../support/leases.ts";

const test = suite("routed tasks");
frozen(test);

const SILENCE = { staleMs: 180_000, heardFrom: 0 };

/** Two that take it, of whom echo is chosen first. */
function twoTakers(): Story {
  const story = createStory();
  for (const agent_id of ["echo", "scout"])
    story.does("agents/update", { agent_id, status: "idle", specialists: ["knots"] });
  return story;
}

function make(story: Story, fields: object = {}): string {
  const body = { title: "x", specialist: "knots", status: "ready", ...fields };
  return (story.does("tasks/create", body).reply as { task: { id: string } }).task.id;
}

/** A look and all of its entries, as the timer does it. */
function sweep(story: Story): void {
  const { state, at, seq } = story;
  const passed = atOnce(whatPassed(state, createRelations(state), at, SILENCE));
  for (let from = 0; from < passed.length; from += MAX_SWEPT_AT_ONCE) {
    const some = passed.slice(from, from + MAX_SWEPT_AT_ONCE);
    const isLast = from + MAX_SWEPT_AT_ONCE >= passed.length;
    story.does(
      "system/sweep",
      toSweep(some, SILENCE, isLast ? { until: at, seen: seq } : undefined),
    );
  }
}

const whose = (story: Story, id: string) => {
  const { owner, routed } = taskIn(story, id);
  return [owner, routed];
};

/** How echo goes, by its own word or another's. */
const LEAVINGS: [ActionName, object][] = [
  ["agents/heartbeat", { agent_id: "echo", status: "offline" }],
  ["agents/update", { agent_id: "echo", status: "offline" }],
  ["agents/register", { agent_id: "echo", name: "Echo", role: "R", status: "offline" }],
  [
    "openclaw/roster_sync",
    { agents: [{ id: "scout", name: "Scout", role: "R" }], replace_missing: true },
  ],
];

for (const [name, body] of LEAVINGS) {
  test(`AGT-10: what nobody has begun is free again where its agent says that it is offline: ${name}`, () => {
    const story = twoTakers();
    const ids = [make(story), make(story, { status: "backlog" })].filter(
      (id) => taskIn(story, id).owner === "echo",
    );
    const other = make(story, { status: "backlog" });
    assert.ok(ids.length > 0);
    const given = make(story, { owner: "echo" });
    story.does(name, body);
    sweep(story);
    for (const id of ids) assert.equal(whose(story, id), [null, false]);
    assert.equal(whose(story, given), ["echo", false], "a person gave it");
    const mine = taskIn(story, other).owner;
    assert.ok(mine === "scout" || mine === null);
    story.does("agents/heartbeat", { agent_id: "scout", status: "idle" });
    assert.ok(claimedId(story, { agent_id: "scout" }));
  });
}

test("AGT-10: a task of the backlog is free with its agent's silence, and for others once it is ready", () => {
  const story = twoTakers();
  const id = make(story, { status: "backlog" });
  assert.equal(whose(story, id), ["echo", true]);
  story.wait(400 * SECOND_MS);
  story.does("agents/heartbeat", { agent_id: "scout", status: "idle" });
  sweep(story);
  assert.is(record(story.state.agents, "echo").silent, true);
  assert.equal(whose(story, id), [null, false]);
  story.does("tasks/update", { task_id: id, status: "ready" });
  assert.is(claimedId(story, { agent_id: "scout" }), id);
});

test("AGT-10: what comes back to ready behind its agent's silence is free with the next look", () => {
  const story = twoTakers();
  const id = make(story);
  for (const status of ["in_progress", "validation"])
    story.does("tasks/update", { task_id: id, status });
  story.wait(400 * SECOND_MS);
  sweep(story);
  assert.equal(whose(story, id), ["echo", true], "it was begun");
  for (const status of ["in_progress", "ready"])
    story.does("tasks/update", { task_id: id, status });
  sweep(story);
  assert.equal(whose(story, id), [null, false]);
  const { seq } = story;
  sweep(story);
  assert.is(story.seq, seq, "and then there is nothing to say");
});

test("AGT-10: who is back before the entry is written keeps what it has", () => {
  const story = twoTakers();
  const id = make(story);
  story.does("agents/heartbeat", { agent_id: "echo", status: "offline" });
  const { state, at } = story;
  const passed = atOnce(whatPassed(state, createRelations(state), at, SILENCE));
  assert.equal(passed, [{ given: id }]);
  story.does("agents/heartbeat", { agent_id: "echo", status: "idle" });
  story.does("system/sweep", toSweep(passed, SILENCE));
  assert.equal(whose(story, id), ["echo", true]);
});

test("AGT-10: an owner that a person names is that person's choice, also where the server had chosen the same", () => {
  const story = twoTakers();
  const id = make(story);
  story.does("tasks/update", { task_id: id, note: "x" });
  assert.equal(whose(story, id), ["echo", true]);
  story.does("tasks/update", { task_id: id, owner: "echo" });
  assert.equal(whose(story, id), ["echo", false]);
  story.wait(400 * SECOND_MS);
  sweep(story);
  assert.equal(whose(story, id), ["echo", false]);
});

test("AGT-10: who is not there is chosen for nothing", () => {
  const story = twoTakers();
  story.does("agents/heartbeat", { agent_id: "echo", status: "offline" });
  for (let n = 0; n < 3; n++) assert.is(taskIn(story, make(story)).owner, "scout");
  story.wait(400 * SECOND_MS);
  sweep(story);
  assert.is(record(story.state.agents, "scout").silent, true);
  assert.is(taskIn(story, make(story)).owner, null);
});

test("AGT-10: what is handed over behind a leaving goes to the successor, not to the pool", () => {
  const story = twoTakers();
  make(story);
  // As it stands where there is too much to hand over with the leaving.
  const state = copyOf(story.state);
  const gone = { standing: "retired", status: "offline", handing_over_to: "scout" };
  Object.assign(record(state.agents, "echo"), gone);
  const passed = atOnce(whatPassed(state, createRelations(state), story.at, SILENCE));
  assert.equal(passed, []);
});

test.run();
