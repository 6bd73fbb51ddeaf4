/** The actions of tasks, each as (state, body) → patches or refusal; `accepts` checks the laws too. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { actions, createRelations, reduce, type State } from "../../core/index.ts";
import { circleOf } from "../../core/state/tasks/circle.ts";
import {
  TASK_STATUSES,
  type Task,
  type TaskStatus,
  TRANSITIONS,
} from "../../core/state/tasks/task.ts";
import type { TaskView } from "../../core/state/tasks/views.ts";
import { toFlat } from "../../core/table.ts";
import {
  AT,
  accepts,
  act,
  demoState,
  frozen,
  MINUTE_MS,
  record,
  refuses,
  run,
  runAll,
} from "../support/core.ts";

const test = suite("tasks");
frozen(test);

const taskOf = (state: State, id: string): Task => record(state.tasks, id);
const viewOf = ({ reply }: { reply: object }): TaskView => (reply as { task: TaskView }).task;

test("CORE-3 CORE-4: tasks/create adds one record and takes one number", () => {
  const { reply, state, event } = accepts(
    demoState(),
    "tasks/create",
    { title: "Implement OAuth login", owner: "codex", type: "story", story_points: 5 },
    ["add /tasks/T-216", "replace /counters/task"],
  );
  const task = viewOf({ reply });
  assert.is(task.id, "T-216");
  assert.equal([task.status, task.project_id, task.priority], ["backlog", "ceo-console", "P2"]);
  assert.equal([task.reporter, task.links, task.activity], ["ceo", [], []]);
  assert.equal(taskOf(state, "T-216").owner, "codex");
  assert.is(event.kind, "task_updated");
  assert.is(event.title, "CEO created T-216");
  assert.equal(event.meta, {
    action: "tasks/create",
    task_id: "T-216",
    project_id: "ceo-console",
    agent_id: "codex",
  });
});

test("CORE-2: tasks/create refuses what is missing, unknown or of the wrong kind", () => {
  const state = demoState();
  const rows: [object, string][] = [
    [{}, "title is required"],
    [{ title: " " }, "title is required"],
    [{ title: 7 }, "title must be a string"],
    [{ title: "x", owner: "ghost" }, "unknown agent: ghost"],
    [{ title: "x", agent_id: "ghost" }, "unknown agent: ghost"],
    [{ title: "x", assignees: ["codex", "ghost"] }, "unknown agent: ghost"],
    [{ title: "x", project_id: "nowhere" }, "unknown project: nowhere"],
    [{ title: "x", mission_id: "M-9" }, "unknown mission: M-9"],
    [{ title: "x", sprint_id: "SP-9" }, "unknown sprint: SP-9"],
    [{ title: "x", depends_on: ["T-9"] }, "unknown task: T-9"],
    [{ title: "x", priority: "P9" }, "invalid priority: P9; use one of P0, P1, P2, P3"],
    [
      { title: "x", status: "open" },
      "invalid status: open; use one of backlog, ready, in_progress, validation, done",
    ],
    [{ title: "x", due_date: "tomorrow" }, "due_date must be a date such as 2026-03-21"],
    [{ title: "x", progress: 101 }, "progress must be <= 100"],
    [{ title: "x", labels: "bug" }, "labels must be a list"],
    [{ title: "x", blocked: "yes" }, "blocked must be true or false"],
  ];
  for (const [body, sentence] of rows) refuses(state, "tasks/create", body, sentence);
});

test("CORE-2: tasks/create takes the story points 1, 2, 3, 5, 8, 13 and no other", () => {
  const state = demoState();
  for (const points of [1, 2, 3, 5, 8, 13]) {
    assert.is(
      viewOf(run(state, "tasks/create", { title: "x", story_points: points })).story_points,
      points,
    );
  }
  const { field } = refuses(
    state,
    "tasks/create",
    { title: "x", story_points: 4 },
    "invalid story_points: 4; use one of 1, 2, 3, 5, 8, 13, null",
  );
  assert.is(field, "story_points");
});

test("CORE-1: without an owner a task goes to the agent with the fewest open tasks, else to nobody", () => {
  const state = demoState();
  const ownerFor = (from: State, specialist: string) =>
    viewOf(run(from, "tasks/create", { title: "x", specialist })).owner;
  // scout has one open task like violet; both are at home in research, so the name decides.
  assert.is(ownerFor(state, "research"), "scout");
  const busy = run(state, "tasks/create", { title: "x", owner: "scout" }).state;
  assert.is(ownerFor(busy, "research"), "violet");
  const away = run(busy, "agents/update", { agent_id: "violet", status: "offline" }).state;
  assert.is(ownerFor(away, "research"), "scout");
  assert.is(ownerFor(state, "astrology"), null);
  const second = runAll(state, [
    ["agents/update", { agent_id: "iris", specialists: ["hr", "research"] }],
  ]);
  assert.is(ownerFor(second, "research"), "iris", "no open task at all beats being at home");
});

test("CORE-6: every pair of statuses moves as the table says", () => {
  for (const from of TASK_STATUSES) {
    const made = run(demoState(), "tasks/create", { title: "x", status: from });
    for (const to of TASK_STATUSES) {
      const body = { task_id: "T-216", status: to };
      if (from === to) {
        accepts(
          made.state,
          "tasks/update",
          body,
          ["replace /tasks/T-216/updated_at"],
          AT + 2 * MINUTE_MS,
        );
      } else if (TRANSITIONS[from].includes(to)) {
        const task = viewOf(run(made.state, "tasks/update", body));
        assert.is(task.status, to);
        const moves = task.activity.map(({ field, from, to }) => [field, from, to]);
        const first = from === "done" ? [["status", null, from]] : [];
        assert.equal(moves, [...first, ["status", from, to]]);
      } else {
        const { code } = refuses(
          made.state,
          "tasks/update",
          body,
          `invalid task transition: ${from} -> ${to}`,
        );
        assert.is(code, "transition");
      }
    }
  }
});

test("CORE-6: the table is the reference's", () => {
  const table: Record<TaskStatus, TaskStatus[]> = {
    backlog: ["ready"],
    ready: ["backlog", "in_progress"],
    in_progress: ["ready", "validation"],
    validation: ["in_progress", "done"],
    done: ["validation"],
  };
  assert.equal(TRANSITIONS, table);
});

test("CORE-3: tasks/update writes what differs and records what matters", () => {
  const { reply, event } = accepts(
    demoState(),
    "tasks/update",
    {
      agent_id: "codex",
      task_id: "T-203",
      status: "validation",
      progress: 95,
      note: "Filters working.",
      blockers: [],
      artifacts: ["company/projects/ceo-console/web/app.js"],
    },
    [
      "replace /tasks/T-203/status",
      "replace /tasks/T-203/status_since",
      "replace /tasks/T-203/progress",
      "replace /tasks/T-203/artifacts",
      "replace /tasks/T-203/updated_at",
      "add /tasks/T-203/activity/1",
      "add /tasks/T-203/activity/2",
      "add /notifications/N-005",
      "replace /counters/notification",
    ],
  );
  const { activity } = viewOf({ reply });
  assert.equal(
    activity
      .slice(1)
      .map(({ author, action, field, from, to }) => [author, action, field, from, to]),
    [
      ["codex", "changed", "status", "in_progress", "validation"],
      ["codex", "note", null, null, "Filters working."],
    ],
  );
  assert.is(event.title, "Codex updated T-203");
  assert.is(event.details, "status→validation");
});

test("CORE-3: owner, priority, horizon and blocked leave a trace, with the author who is named", () => {
  const task = viewOf(
    run(demoState(), "tasks/update", {
      task_id: "T-208",
      author: "alice",
      owner: "pixel",
      priority: "P0",
      horizon: "Today",
      blocked: true,
    }),
  );
  assert.equal(
    task.activity.slice(1).map(({ author, field, from, to }) => [author, field, from, to]),
    [
      ["alice", "owner", "codex", "pixel"],
      ["alice", "priority", "P1", "P0"],
      ["alice", "horizon", "This Week", "Today"],
      ["alice", "blocked", false, true],
    ],
  );
  assert.is(task.owner_name, "Pixel");
});

test("CORE-2: tasks/update refuses unknown tasks and references", () => {
  const state = demoState();
  const rows: [object, string][] = [
    [{}, "task_id is required"],
    [{ task_id: "T-9" }, "unknown task: T-9"],
    [{ task_id: "T-203", agent_id: "ghost" }, "unknown agent: ghost"],
    [{ task_id: "T-203", owner: "ghost" }, "unknown agent: ghost"],
    [{ task_id: "T-203", owner: "ceo" }, "unknown agent: ceo"],
    [{ task_id: "T-203", validation_owner: "ghost" }, "unknown agent: ghost"],
    [{ task_id: "T-203", title: "" }, "title is required"],
    [{ task_id: "T-203", status: "done" }, "invalid task transition: in_progress -> done"],
    [
      { task_id: "T-203", title: "New", status: "done" },
      "invalid task transition: in_progress -> done",
    ],
  ];
  for (const [body, sentence] of rows) refuses(state, "tasks/update", body, sentence);
});

test("CORE-3: blockers block and unblock, and blocked itself wins", () => {
  const state = demoState();
  const after = (body: object, from = state) =>
    viewOf(run(from, "tasks/update", { task_id: "T-203", ...body }));
  const blocking = (task: TaskView) => [task.blocked, task.blockers, task.has_unresolved_blockers];
  assert.equal(blocking(after({ blockers: ["no key"] })), [true, ["no key"], true]);
  assert.equal(blocking(after({ blocked: true })), [true, [], true]);
  assert.equal(blocking(after({ blockers: ["no key"], blocked: false })), [false, [], false]);
  assert.equal(blocking(after({ blockers: [], blocked: true })), [true, [], true]);
  const held = run(state, "tasks/update", { task_id: "T-203", blockers: ["no key"] }).state;
  assert.equal(blocking(after({ blockers: [] }, held)), [false, [], false]);
  assert.equal(blocking(after({ blocked: false }, held)), [false, [], false]);
  assert.equal(blocking(after({ title: "Other" }, held)), [true, ["no key"], true]);
});

test("CORE-6: done means all of it, and when", () => {
  const state = demoState();
  const { reply } = run(state, "tasks/update", { task_id: "T-201", status: "done", progress: 10 });
  const task = viewOf({ reply });
  assert.equal([task.progress, task.done_at], [100, "2026-03-21T09:31:00+00:00"]);
  const back = run(state, "tasks/update", { task_id: "T-214", status: "validation" });
  assert.is(viewOf(back).done_at, null);
});

test("CORE-2: a circle of dependencies is refused with its way round", () => {
  const state = runAll(demoState(), [
    ["tasks/update", { task_id: "T-201", depends_on: ["T-200"] }],
    ["tasks/update", { task_id: "T-203", depends_on: ["T-201"] }],
  ]);
  const rows: [string, string[], string][] = [
    ["T-200", ["T-200"], "circular dependency: T-200 -> T-200"],
    ["T-200", ["T-201"], "circular dependency: T-200 -> T-201 -> T-200"],
    ["T-200", ["T-202", "T-203"], "circular dependency: T-200 -> T-203 -> T-201 -> T-200"],
  ];
  for (const [task_id, depends_on, sentence] of rows) {
    refuses(state, "tasks/update", { task_id, depends_on }, sentence);
  }
  run(state, "tasks/update", { task_id: "T-203", depends_on: ["T-201", "T-200"] });
});

/** A chain of tasks, each depending on the one before; the ids in that order. */
function chained(count: number): { state: State; ids: string[] } {
  const ids: string[] = [];
  let state = demoState();
  for (let n = 0; n < count; n++) {
    const depends_on = ids.slice(-1);
    const made = run(state, "tasks/create", { title: "link", depends_on });
    state = made.state;
    ids.push(viewOf(made).id);
  }
  return { state, ids };
}

test("CORE-17: of a long circle the refusal names its beginning, its end and how many are between", () => {
  const { state, ids } = chained(40);
  const [first, last] = [ids[0] as string, ids.at(-1) as string];
  const outcome = act(state, "tasks/update", { task_id: first, depends_on: [last] });
  assert.not.ok(outcome.ok);
  if (outcome.ok) return;
  assert.match(outcome.message, `circular dependency: ${first} -> ${last} -> ${ids[38]} -> `);
  assert.match(outcome.message, ` -> (31 more) -> ${ids[4]} -> `);
  assert.ok(outcome.message.endsWith(` -> ${ids[1]} -> ${first}`), outcome.message);
  assert.ok(outcome.message.length < 200, outcome.message);
});

test("CORE-17: no dependency is walked along for a task on which nothing depends", () => {
  const { state, ids } = chained(40);
  const relations = createRelations(state);
  const walked = new Set<string>();
  const tasks = new Proxy(toFlat(state.tasks), {
    get(table, id: string) {
      walked.add(id);
      return Reflect.get(table, id);
    },
  });
  const end = ids.at(-1) as string;
  const context = { before: { ...state, tasks }, relations };
  assert.is(circleOf(context, "T-999", [end]), null);
  assert.equal([...walked], []);
  assert.ok(circleOf(context, ids[0] as string, [end]));
  assert.is(walked.size, 19, "half the way from one end, half from the other");
});

test("CORE-18: the comments of a task have a bound together, also a number; the refusal says the way on, and events can still be said", () => {
  const task_id = "T-203";
  const text = "x".repeat(20_000);
  /** The task with so many comments, as an older release let it grow. */
  const filled = (count: number, text: string) => {
    const state = structuredClone(demoState());
    const comment = { id: "CM-1-0", author: "codex", text, timestamp: "2026-03-21T09:00:00+00:00" };
    Object.assign(taskOf(state, task_id), { comments: Array(count).fill(comment) });
    return state;
  };
  const comment = (state: State) => [state, "tasks/comment", { task_id, text }] as const;
  const said = { type: "needs-validation", task_id, agent_id: "codex", note: text };
  const event = (state: State) => [state, "tasks/event", said] as const;
  const [onward, update] = [
    "go on in a task linked to it",
    "say what changes with tasks/update, such as its status",
  ];
  const together = (most: number, way: string) =>
    `the comments of T-203 may have ${most} characters together; say it in fewer words, or ${way}`;
  run(...comment(filled(34, text)));
  refuses(...comment(filled(35, text)), together(700_000, onward));
  run(...event(filled(29, text)));
  refuses(...event(filled(30, text)), together(600_000, update));
  run(...comment(filled(1_399, "x")));
  refuses(...comment(filled(1_400, "x")), `T-203 has 1400 comments; ${onward}`);
  run(...event(filled(1_199, "x")));
  refuses(...event(filled(1_200, "x")), `T-203 has 1200 comments; ${update}`);
});

test("AGT-12: who starts a task of nobody by its status has it; of work in progress one is told whose it is", () => {
  const made = run(demoState(), "tasks/create", {
    title: "Anybody's",
    status: "ready",
    owner: null,
  });
  const task_id = (made.reply as { task: Task }).task.id;
  const start = (state: State, more: object) =>
    run(state, "tasks/update", { task_id, status: "in_progress", ...more });
  const started = start(made.state, { agent_id: "violet" });
  assert.is(taskOf(started.state, task_id).owner, "violet");
  assert.equal((started.reply as { warnings?: string[] }).warnings, undefined);
  const again = start(started.state, { agent_id: "echo" });
  assert.is(taskOf(again.state, task_id).owner, "violet");
  assert.equal((again.reply as { warnings?: string[] }).warnings, [
    `${task_id} is in progress with violet already; ask for work with tasks/claim`,
  ]);
  for (const more of [{ agent_id: "violet" }, {}]) {
    const { reply } = start(started.state, more);
    assert.equal((reply as { warnings?: string[] }).warnings, undefined);
  }
  // Said in one go, the owner is who was named, and the CEO starts it for nobody.
  assert.is(
    taskOf(start(made.state, { agent_id: "violet", owner: "echo" }).state, task_id).owner,
    "echo",
  );
  assert.is(taskOf(start(made.state, {}).state, task_id).owner, null);
  assert.is(
    taskOf(start(made.state, { agent_id: "violet", owner: "" }).state, task_id).owner,
    null,
  );
  const left = run(made.state, "agents/retire", { agent_id: "violet", reason: "Over" }).state;
  assert.is(taskOf(start(left, { agent_id: "violet" }).state, task_id).owner, null);
});

test("CORE-27: no agent takes all of what may be said of a task: who works on it has more than others, and the CEO more than all", () => {
  const task_id = "T-203";
  const filled = (count: number, author: string) => {
    const state = structuredClone(demoState());
    const comment = { id: "CM-1-0", author, text: "x", timestamp: "2026-03-21T09:00:00+00:00" };
    Object.assign(taskOf(state, task_id), { comments: Array(count).fill(comment) });
    return state;
  };
  const said = (state: State, author: string) =>
    [state, "tasks/comment", { task_id, text: "More", author }] as const;
  const { owner } = taskOf(demoState(), task_id);
  assert.is(owner, "codex");
  const onward = "go on in a task linked to it";
  run(...said(filled(199, "violet"), "violet"));
  refuses(
    ...said(filled(200, "violet"), "violet"),
    `T-203 has 200 comments by one who does not work on it; ${onward}`,
  );
  run(...said(filled(799, "violet"), "echo"));
  refuses(
    ...said(filled(800, "violet"), "echo"),
    `T-203 has 800 comments, all that those may write who do not work on it; ${onward}`,
  );
  run(...said(filled(999, "violet"), "codex"));
  refuses(...said(filled(1_000, "violet"), "codex"), `T-203 has 1000 comments; ${onward}`);
  run(...said(filled(1_399, "codex"), "ceo"));
  const event = { type: "blocked", task_id, agent_id: "violet", note: "Stuck" };
  refuses(
    filled(200, "violet"),
    "tasks/event",
    event,
    "T-203 has 200 comments by one who does not work on it; say what changes with tasks/update, such as its status",
  );
  const helping = run(filled(800, "violet"), "tasks/update", {
    task_id,
    collaborators: ["echo"],
  });
  run(...said(helping.state, "echo"));
});

test("CORE-27: an entry of a release that kept no more of the CEO than of others is decided again as it was", () => {
  let state = demoState();
  const declaration = actions.get("tasks/update");
  assert.ok(declaration);
  for (let n = 0; n < 130; n++) {
    const payload = { task_id: "T-208", note: `note ${n}`, ...(n > 9 && { agent_id: "violet" }) };
    const stamp = { at: AT, seq: n + 1, actor: n > 9 ? "violet" : "ceo", actionId: "id" };
    const result = reduce(state, declaration, { name: "tasks/update", payload, stamp });
    if (!result.ok) throw new Error(result.message);
    state = result.state;
  }
  const notes = taskOf(state, "T-208").activity.map(({ to }) => to);
  assert.ok(notes.length < 100);
  assert.equal(
    notes,
    Array.from(notes, (_, at) => `note ${130 - notes.length + at}`),
  );
});

test.run();
