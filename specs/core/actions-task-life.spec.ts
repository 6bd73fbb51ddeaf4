/** The actions on a task that is there: delete, comment, link, event; as (state, body) → patches or refusal. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type State, table } from "../../core/index.ts";
import type { Task } from "../../core/state/tasks/task.ts";
import { type TaskView, viewTask } from "../../core/state/tasks/views.ts";
import {
  AT,
  accepts,
  demoState,
  frozen,
  MINUTE_MS,
  record,
  refuses,
  run,
  runAll,
} from "../support/core.ts";

const test = suite("task life");
frozen(test);

const taskOf = (state: State, id: string): Task => record(state.tasks, id);
const viewOf = ({ reply }: { reply: object }): TaskView => (reply as { task: TaskView }).task;

test("CORE-8: tasks/delete leaves no trace", () => {
  const linked = runAll(demoState(), [
    ["tasks/link", { source_id: "T-208", target_id: "T-203", link_type: "blocks" }],
    ["tasks/update", { task_id: "T-212", depends_on: ["T-203", "T-206"] }],
  ]);
  const { state, reply } = accepts(linked, "tasks/delete", { task_id: "T-203" }, [
    "remove /tasks/T-203",
    "replace /agents/codex/current_task_id",
    "replace /tasks/T-200/links",
    "replace /tasks/T-208/links",
    "replace /tasks/T-212/depends_on",
  ]);
  assert.equal(reply, { task_id: "T-203" });
  assert.equal(taskOf(state, "T-212").depends_on, ["T-206"]);
  const missions = run(state, "missions/plan", { mission_id: "M-300", horizon: "Now" }).reply;
  const { task_ids } = (missions as { mission: { task_ids: string[] } }).mission;
  assert.not.ok(task_ids.includes("T-203"));
  refuses(state, "tasks/delete", { task_id: "T-203" }, "unknown task: T-203");
  refuses(state, "tasks/delete", {}, "task_id is required");
});

test("CORE-5: a number is not given again after a delete", () => {
  const state = runAll(demoState(), [
    ["tasks/create", { title: "x" }],
    ["tasks/delete", { task_id: "T-216" }],
    ["tasks/create", { title: "y" }],
  ]);
  assert.is(table.get(state.tasks, "T-216"), undefined);
  assert.is(taskOf(state, "T-217").title, "y");
});

test("CORE-3: tasks/comment appends, numbered within its moment", () => {
  const { reply, state } = accepts(
    demoState(),
    "tasks/comment",
    { task_id: "T-214", text: "Verified on staging.", author: "ralph" },
    ["add /tasks/T-214/comments/0"],
  );
  assert.equal(reply, {
    task_id: "T-214",
    comment: {
      id: `CM-${AT + MINUTE_MS}-0`,
      author: "ralph",
      text: "Verified on staging.",
      timestamp: "2026-03-21T09:31:00+00:00",
    },
  });
  const second = run(state, "tasks/comment", { task_id: "T-214", text: "Again." });
  assert.is((second.reply as { comment: { id: string } }).comment.id, `CM-${AT + MINUTE_MS}-1`);
  refuses(state, "tasks/comment", { task_id: "T-9", text: "x" }, "unknown task: T-9");
  refuses(state, "tasks/comment", { task_id: "T-214" }, "text is required");
});

test("CORE-3: tasks/link gives the other task the counterpart", () => {
  const rows = [
    ["relates-to", "relates-to"],
    ["duplicates", "duplicates"],
    ["blocks", "is-blocked-by"],
    ["is-blocked-by", "blocks"],
    ["child-of", "parent-of"],
    ["parent-of", "child-of"],
  ];
  for (const [link_type, symmetric_type] of rows) {
    const { reply, state } = accepts(
      demoState(),
      "tasks/link",
      { source_id: "T-208", target_id: "T-210", link_type },
      [
        "add /tasks/T-208/links/0",
        "add /tasks/T-208/activity/1",
        "replace /tasks/T-208/updated_at",
        "add /tasks/T-210/links/0",
        "add /tasks/T-210/activity/1",
        "replace /tasks/T-210/updated_at",
      ],
    );
    assert.equal(reply, { source_id: "T-208", target_id: "T-210", link_type, symmetric_type });
    assert.equal(taskOf(state, "T-210").links, [{ link_type: symmetric_type, target_id: "T-208" }]);
  }
});

test("CORE-2: tasks/link refuses word for word", () => {
  const state = demoState();
  const link = { source_id: "T-208", target_id: "T-203", link_type: "blocks" };
  const rows: [object, string][] = [
    [{ target_id: "T-203", link_type: "blocks" }, "source_id is required"],
    [{ source_id: "T-208", link_type: "blocks" }, "target_id is required"],
    [{ ...link, link_type: "likes" }, "invalid link_type: likes"],
    [{ ...link, link_type: "constructor" }, "invalid link_type: constructor"],
    [{ ...link, target_id: "T-208" }, "cannot link a task to itself"],
    [{ ...link, source_id: "T-9" }, "unknown source task: T-9"],
    [{ ...link, target_id: "T-9" }, "unknown target task: T-9"],
  ];
  for (const [body, sentence] of rows) refuses(state, "tasks/link", body, sentence);
  const linked = run(state, "tasks/link", link).state;
  refuses(linked, "tasks/link", link, "link already exists: T-208 blocks T-203");
  const mirrored = { source_id: "T-203", target_id: "T-208", link_type: "is-blocked-by" };
  refuses(linked, "tasks/link", mirrored, "link already exists: T-203 is-blocked-by T-208");
});

test("CORE-3: a link that blocks holds its task up until the other is done", () => {
  const state = runAll(demoState(), [
    ["tasks/link", { source_id: "T-201", target_id: "T-208", link_type: "blocks" }],
  ]);
  assert.ok(viewTask(state, "T-208", AT).has_unresolved_blockers);
  const done = run(state, "tasks/update", { task_id: "T-201", status: "done" }).state;
  assert.not.ok(viewTask(done, "T-208", AT).has_unresolved_blockers);
});

test("CORE-6: tasks/event moves, comments and records in one step", () => {
  const { reply, event } = accepts(
    demoState(),
    "tasks/event",
    { type: "started", task_id: "T-208", agent_id: "codex", note: "Beginning." },
    [
      "add /tasks/T-208/activity/1",
      "add /tasks/T-208/comments/0",
      "replace /tasks/T-208/status",
      "replace /tasks/T-208/status_since",
      "replace /tasks/T-208/updated_at",
    ],
  );
  const { task, event_type } = reply as { task: TaskView; event_type: string };
  assert.equal(
    [task.status, task.comments[0]?.text, event_type],
    ["in_progress", "Beginning.", "started"],
  );
  assert.is(event.title, "Codex started T-208");
});

test("CORE-6: tasks/event knows its four types and holds to the transitions", () => {
  const state = demoState();
  const send = (type: string, task_id: string, agent_id: string, note?: string) =>
    viewOf(run(state, "tasks/event", { type, task_id, agent_id, note }));
  assert.is(send("needs-validation", "T-203", "codex").status, "validation");
  assert.is(send("done", "T-201", "orion").status, "done");
  const held = send("blocked", "T-203", "codex", "no access");
  assert.equal([held.status, held.blocked, held.blockers], ["in_progress", true, ["no access"]]);
  const freed = send("started", "T-209", "charlie");
  assert.equal([freed.status, freed.blocked, freed.blockers], ["in_progress", false, []]);

  const event = { type: "done", task_id: "T-203", agent_id: "codex" };
  const rows: [object, string][] = [
    [event, "invalid task transition: in_progress -> done"],
    [
      { ...event, task_id: "T-211", type: "started", agent_id: "pixel" },
      "invalid task transition: backlog -> in_progress",
    ],
    [
      { ...event, type: "paused" },
      "invalid type: paused; use one of started, blocked, done, needs-validation",
    ],
    [{ ...event, agent_id: undefined }, "agent_id is required"],
    [{ ...event, task_id: undefined }, "task_id is required"],
    [{ ...event, type: undefined }, "type is required"],
    [{ ...event, agent_id: "ghost" }, "unknown agent: ghost"],
    [{ ...event, task_id: "T-9" }, "unknown task: T-9"],
    [
      { type: "started", task_id: "T-203", agent_id: "iris" },
      "T-203 is in progress with codex; set owner to hand it over",
    ],
  ];
  for (const [body, sentence] of rows) refuses(state, "tasks/event", body, sentence);
});

test("CORE-6: a task without an owner belongs to whoever starts it", () => {
  const free = run(demoState(), "tasks/create", { title: "x", status: "ready" }).state;
  const taken = run(free, "tasks/event", { type: "started", task_id: "T-216", agent_id: "iris" });
  assert.is(viewOf(taken).owner, "iris");
});

test("CORE-6: whoever hands its task to validation does not work on it any more", () => {
  const agentAfter = (type: string, current_task_id: string) => {
    const beat = { agent_id: "codex", status: "working", current_task_id };
    const { state } = run(demoState(), "agents/heartbeat", beat);
    const event = { type, task_id: "T-203", agent_id: "codex" };
    const { status, current_task_id: now } = record(
      run(state, "tasks/event", event).state.agents,
      "codex",
    );
    return [status, now];
  };
  assert.equal(agentAfter("needs-validation", "T-203"), ["idle", null]);
  assert.equal(agentAfter("needs-validation", "T-208"), ["working", "T-208"], "busy elsewhere");
  assert.equal(agentAfter("blocked", "T-203"), ["working", "T-203"]);
});

test("CORE-6: whoever starts a ready task has it, and its first owner cannot start it a second time", () => {
  const started = (agent_id: string) => ({ type: "started", task_id: "T-208", agent_id });
  const taken = run(demoState(), "tasks/event", started("iris"));
  assert.is(viewOf(taken).owner, "iris");
  const sentence = "T-208 is in progress with iris; set owner to hand it over";
  refuses(taken.state, "tasks/event", started("codex"), sentence);
});

test("CORE-6: done is a hundred percent, whatever is said", () => {
  const { state } = run(demoState(), "tasks/update", {
    task_id: "T-201",
    status: "done",
    progress: 95,
  });
  assert.is(viewOf(run(state, "tasks/update", { task_id: "T-201", progress: 10 })).progress, 100);
});

test.run();
