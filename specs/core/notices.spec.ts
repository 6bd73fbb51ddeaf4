/** Notifications: raised when a cause begins, once, and closed when it ends. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createRelations, type State, whatPassed } from "../../core/index.ts";
import type { ActionName } from "../../core/registry.ts";
import { MAX_DISMISSED_AT_ONCE } from "../../core/state/notifications/actions.ts";
import { atOnce } from "../../core/steps.ts";
import { list, put, size } from "../../core/table.ts";
import {
  AT,
  copyOf,
  DAY_MS,
  demoState,
  frozen,
  MINUTE_MS,
  record,
  run,
  runAll,
} from "../support/core.ts";

const test = suite("notices");
frozen(test);

/** `task_blocked T-209`, the active ones. */
function activeIn(state: State): string[] {
  return list(state.notifications)
    .filter(({ active }) => active)
    .map(({ kind, task_id, mission_id, agent_id }) => {
      const subject = kind.startsWith("agent_") ? agent_id : (task_id ?? mission_id);
      return `${kind} ${subject}`;
    })
    .sort();
}

const DEMO = [
  "approval_needed T-201",
  "mission_blocked M-302",
  "task_blocked T-209",
  "task_overdue T-205",
];

const without = (cause: string) => DEMO.filter((one) => one !== cause);
const and = (...causes: string[]) => [...DEMO, ...causes].sort();

test("CORE-7: the demo company begins with one cause of each kind that time did not make", () => {
  const state = demoState();
  assert.equal(activeIn(state), DEMO);
  assert.equal(
    list(state.notifications).map(({ id, dismissed }) => [id, dismissed]),
    ["N-001", "N-002", "N-003", "N-004"].map((id) => [id, false]),
  );
});

const ROWS: [string, ActionName, object, string[]][] = [
  [
    "a task is blocked",
    "tasks/update",
    { task_id: "T-203", blocked: true },
    and("task_blocked T-203"),
  ],
  [
    "a blocker goes",
    "tasks/update",
    { task_id: "T-209", blockers: [] },
    without("task_blocked T-209"),
  ],
  [
    "work is handed in",
    "tasks/update",
    { task_id: "T-203", status: "validation" },
    and("approval_needed T-203"),
  ],
  [
    "work is accepted",
    "tasks/update",
    { task_id: "T-201", status: "done" },
    without("approval_needed T-201"),
  ],
  [
    "work is sent back",
    "tasks/update",
    { task_id: "T-201", status: "in_progress" },
    without("approval_needed T-201"),
  ],
  [
    "a date moves back",
    "tasks/update",
    { task_id: "T-203", due_date: "2026-03-01" },
    and("task_overdue T-203"),
  ],
  [
    "a date moves on",
    "tasks/update",
    { task_id: "T-205", due_date: "2026-04-01" },
    without("task_overdue T-205"),
  ],
  ["a task is deleted", "tasks/delete", { task_id: "T-209" }, without("task_blocked T-209")],
  [
    "a mission is freed",
    "missions/plan",
    { mission_id: "M-302", status: "active" },
    without("mission_blocked M-302"),
  ],
  [
    "a mission is blocked",
    "missions/plan",
    { mission_id: "M-301", status: "blocked" },
    and("mission_blocked M-301"),
  ],
  [
    "a mission is deleted",
    "missions/delete",
    { mission_id: "M-302" },
    without("mission_blocked M-302"),
  ],
  [
    "a run is blocked",
    "openclaw/publish",
    { agent_id: "codex", task_id: "T-203", outcome: "blocked" },
    and("task_blocked T-203"),
  ],
  [
    "an event frees",
    "tasks/event",
    { type: "started", task_id: "T-209", agent_id: "charlie" },
    without("task_blocked T-209"),
  ],
  [
    "nothing changes",
    "tasks/update",
    { task_id: "T-209", blocked: true, blockers: ["Another reason."] },
    DEMO,
  ],
];

for (const [when, name, body, expected] of ROWS) {
  test(`CORE-7: ${when}`, () => {
    assert.equal(activeIn(run(demoState(), name, body).state), [...expected].sort());
  });
}

test("CORE-7: a dismissed cause that lasts is not raised again; one that returns is", () => {
  const dismissed = runAll(demoState(), [
    ["notifications/dismiss", { all: true }],
    ["tasks/update", { task_id: "T-209", progress: 50 }],
    ["tasks/update", { task_id: "T-209", blockers: ["Still no key."] }],
  ]);
  assert.is(dismissed.counters.notification, 4);
  const again = runAll(dismissed, [
    ["tasks/update", { task_id: "T-209", blocked: false }],
    ["tasks/update", { task_id: "T-209", blocked: true }],
  ]);
  assert.is(again.counters.notification, 5);
  assert.equal(record(again.notifications, "N-005").dismissed, false);
});

test("CORE-7: more than four open tasks are an overload, until one is done or handed on", () => {
  const open = (owner: string) => ["tasks/create", { title: "x", owner }] as [ActionName, unknown];
  const full = runAll(demoState(), [open("iris"), open("iris"), open("iris"), open("iris")]);
  assert.equal(activeIn(full), DEMO);
  const over = runAll(full, [open("iris"), open("iris")]);
  assert.equal(activeIn(over), and("agent_overloaded iris"));
  const still = run(over, "tasks/delete", { task_id: "T-216" }).state;
  assert.equal(activeIn(still), and("agent_overloaded iris"));
  const relieved = run(still, "tasks/update", { task_id: "T-217", owner: "echo" }).state;
  assert.equal(activeIn(relieved), DEMO);
  const retired = run(over, "agents/retire", { agent_id: "iris", successor_id: "echo" }).state;
  assert.equal(activeIn(retired), and("agent_overloaded echo"));
});

test("CORE-7: a silent agent is told once, and comes back with a heartbeat", () => {
  const at = AT + 10 * MINUTE_MS;
  const swept = run(demoState(), "system/sweep", { stale_seconds: 180 }, at).state;
  assert.is(activeIn(swept).filter((cause) => cause.startsWith("agent_silent")).length, 13);
  const again = run(swept, "system/sweep", { stale_seconds: 180 }, at + MINUTE_MS).state;
  assert.is(again.counters.notification, swept.counters.notification);
  const back = run(again, "agents/heartbeat", { agent_id: "codex" }, at + 2 * MINUTE_MS).state;
  assert.not.ok(activeIn(back).includes("agent_silent codex"));
  const gone = run(again, "agents/retire", { agent_id: "echo" }, at + 2 * MINUTE_MS).state;
  assert.not.ok(activeIn(gone).includes("agent_silent echo"));
});

test("CORE-7: what falls due overnight is told by the sweep, once", () => {
  const sweep = (state: State, at: number) =>
    run(state, "system/sweep", { stale_seconds: 9e6 }, at).state;
  const next = sweep(demoState(), AT + DAY_MS);
  assert.equal(activeIn(next), and("task_overdue T-206"));
  assert.equal(activeIn(sweep(next, AT + DAY_MS + MINUTE_MS)), and("task_overdue T-206"));
  const done = run(next, "tasks/update", { task_id: "T-206", due_date: null }, AT + DAY_MS).state;
  assert.equal(activeIn(done), DEMO);
});

test("CORE-7: a reset closes what was, and raises what is", () => {
  assert.equal(activeIn(run(demoState(), "blank/reset", {}).state), []);
  const again = run(demoState(), "demo/reset", {}).state;
  assert.equal(activeIn(again), DEMO);
  assert.is(size(again.notifications), 4);
});

test("CORE-7: the history of notifications is bounded", () => {
  let state = demoState();
  for (let n = 0; n < 600; n++) {
    state = run(state, "tasks/update", { task_id: "T-208", blocked: n % 2 === 0 }).state;
    state = run(state, "tasks/update", { task_id: "T-203", blocked: n % 2 === 0 }).state;
  }
  assert.ok(size(state.notifications) <= 504, `${size(state.notifications)} kept`);
  assert.equal(activeIn(state), DEMO, "what lasts stays, however old");
});

test("CORE-7: what lasted long is history too once it ends, and leaves nothing behind", () => {
  let state = demoState();
  const tasks = Array.from({ length: 30 }, () => {
    const made = run(state, "tasks/create", { title: "x", owner: "" });
    state = made.state;
    return (made.reply as { task: { id: string } }).task.id;
  });
  const block = (blocked: boolean) => {
    for (const task_id of tasks) state = run(state, "tasks/update", { task_id, blocked }).state;
  };
  for (let round = 0; round < 30; round++) {
    block(true);
    // As many as the history holds come and go while those last.
    const count = round % 10 === 0 ? 1_010 : 0;
    for (let n = 0; n < count; n++) {
      state = run(state, "tasks/update", { task_id: "T-208", blocked: n % 2 === 0 }).state;
    }
    block(false);
  }
  assert.ok(size(state.notifications) <= 504, `${size(state.notifications)} kept`);
  assert.equal(activeIn(state), DEMO);
});

test("CORE-7: a server that just started hears agents out, but tells at once what time made overdue", () => {
  const state = demoState();
  const tomorrow = AT + 2 * DAY_MS;
  const started = { stale_seconds: 180, heard_from: tomorrow - MINUTE_MS };
  const swept = run(state, "system/sweep", started, tomorrow).state;
  const active = activeIn(swept);
  assert.not.ok(active.some((cause) => cause.startsWith("agent_silent")));
  assert.ok(active.length > activeIn(state).length, "something became overdue meanwhile");
  const relations = createRelations(state);
  const silence = { staleMs: 180_000, heardFrom: AT };
  const passedBy = (at: number) => atOnce(whatPassed(state, relations, at, silence));
  assert.equal(passedBy(AT + MINUTE_MS), []);
  assert.ok(passedBy(AT + 10 * MINUTE_MS).length > 0);
});

test("CORE-25: of all notifications so many are dismissed at once, the oldest first, and what is left is counted", () => {
  const state = copyOf(demoState());
  const [one] = list(state.notifications);
  assert.ok(one);
  const had = list(state.notifications).filter(({ dismissed }) => !dismissed).length;
  for (let n = had; n < MAX_DISMISSED_AT_ONCE + 3; n++) {
    put(state.notifications, `N-${1_000 + n}`, { ...one, id: `N-${1_000 + n}`, dismissed: false });
  }
  const first = run(state, "notifications/dismiss", { all: true });
  assert.equal(first.reply, { dismissed: MAX_DISMISSED_AT_ONCE, left: 3 });
  const open = list(first.state.notifications).filter(({ dismissed }) => !dismissed);
  const last = MAX_DISMISSED_AT_ONCE + 1_000;
  assert.equal(
    open.map(({ id }) => id),
    [last, last + 1, last + 2].map((n) => `N-${n}`),
  );
  assert.equal(run(first.state, "notifications/dismiss", { all: true }).reply, { dismissed: 3 });
});

test.run();
