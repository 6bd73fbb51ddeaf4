/** The actions of what is said: messages, directives, runs, dismissals; as (state, body) → patches or refusal. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ActionName } from "../../core/registry.ts";
import { toSnapshot } from "../../core/snapshot.ts";
import type { Run } from "../../core/state/runs/run.ts";
import { get, list, size } from "../../core/table.ts";
import { AT, accepts, demoState, frozen, record, refuses, run } from "../support/core.ts";

const test = suite("talk");
frozen(test);

test("CORE-3: conversations/message writes to a thread, or finds the one between two people", () => {
  const state = demoState();
  const { reply } = accepts(
    state,
    "conversations/message",
    { sender: "orion", thread_id: "TH-CEO-ORION", text: "Confirmed.", category: "directive" },
    [
      "add /messages/M-042",
      "replace /counters/message",
      "replace /threads/TH-CEO-ORION/updated_at",
    ],
  );
  const { message } = reply as { message: Record<string, unknown> };
  assert.equal([message.id, message.category], ["M-042", "directive"]);
  const threadOf = (body: object, from = state) =>
    (run(from, "conversations/message", { text: "x", ...body }).reply as { thread: { id: string } })
      .thread.id;
  assert.is(threadOf({ sender: "ceo" }), "TH-CEO-ORION", "the chief, when no target is named");
  assert.is(threadOf({ sender: "orion" }), "TH-CEO-ORION", "the CEO, when the chief writes");
  assert.is(threadOf({ sender: "codex" }), "TH-CODEX-ORION");
  assert.is(threadOf({ sender: "orion", target: "codex" }), "TH-CODEX-ORION");
  const made = accepts(
    state,
    "conversations/message",
    { sender: "pixel", target: "codex", text: "x" },
    ["add /messages/M-042", "add /threads/TH-CODEX-PIXEL", "replace /counters/message"],
  ).state;
  assert.equal(record(made.threads, "TH-CODEX-PIXEL").participants, ["codex", "pixel"]);
  assert.is(threadOf({ sender: "codex", target: "pixel" }, made), "TH-CODEX-PIXEL", "and back");
  assert.is(threadOf({ sender: "pixel", target: "ceo" }), "TH-CEO-PIXEL", "the CEO comes first");
});

test("CORE-3: who writes in a thread takes part in it", () => {
  accepts(
    demoState(),
    "conversations/message",
    { sender: "pixel", thread_id: "TH-CEO-ORION", text: "x" },
    [
      "add /messages/M-042",
      "add /threads/TH-CEO-ORION/participants/2",
      "replace /counters/message",
      "replace /threads/TH-CEO-ORION/updated_at",
    ],
  );
});

test("CORE-2: conversations/message refuses strangers", () => {
  const state = demoState();
  const rows: [object, string][] = [
    [{ text: "x" }, "sender is required"],
    [{ sender: "ceo" }, "text is required"],
    [{ sender: "ceo", text: " " }, "text is required"],
    [{ sender: "ghost", text: "x" }, "unknown agent: ghost"],
    [{ sender: "ceo", target: "ghost", text: "x" }, "unknown agent: ghost"],
    [{ sender: "ceo", thread_id: "TH-X", text: "x" }, "unknown thread: TH-X"],
    [{ sender: "ceo", project_id: "nowhere", text: "x" }, "unknown project: nowhere"],
    [
      { sender: "ceo", text: "x", category: "gossip" },
      "invalid category: gossip; use one of directive, discussion, summary, status, ack",
    ],
  ];
  for (const [body, sentence] of rows) refuses(state, "conversations/message", body, sentence);
  const blank = run(state, "blank/reset", {}).state;
  refuses(blank, "conversations/message", { sender: "ceo", text: "x" }, "target is required");
});

test("CORE-3: ceo/directive queues, and makes a task of it where wanted", () => {
  const plain = accepts(demoState(), "ceo/directive", { text: "Report daily." }, [
    "add /directives/D-015",
    "replace /counters/directive",
  ]);
  const { directive } = plain.reply as { directive: Record<string, unknown> };
  assert.equal(directive, {
    id: "D-015",
    target: "orion",
    text: "Report daily.",
    project_id: null,
    specialist: null,
    status: "queued",
    task_id: null,
    timestamp: "2026-03-21T09:31:00+00:00",
  });
  const { reply, event } = accepts(
    demoState(),
    "ceo/directive",
    { target: "pixel", text: "Polish it.\nAll zones.", create_task: true, specialist: "design" },
    [
      "add /directives/D-015",
      "add /tasks/T-216",
      "replace /counters/directive",
      "replace /counters/task",
    ],
  );
  const { task } = reply as { task: Record<string, unknown> };
  assert.equal(
    [task.id, task.title, task.description, task.owner, task.status],
    ["T-216", "Polish it.", "Polish it.\nAll zones.", "pixel", "backlog"],
  );
  assert.is(event.kind, "directive_queued");
});

test("CORE-2: ceo/directive refuses what leads nowhere", () => {
  const state = demoState();
  refuses(state, "ceo/directive", {}, "text is required");
  refuses(state, "ceo/directive", { text: "x", target: "ghost" }, "unknown agent: ghost");
  refuses(state, "ceo/directive", { text: "x", project_id: "nowhere" }, "unknown project: nowhere");
  const blank = run(state, "blank/reset", {}).state;
  refuses(blank, "ceo/directive", { text: "x" }, "target is required");
});

const pass = { agent_id: "codex", task_id: "T-203", title: "Filter pass", summary: "Done." };
const runOf = ({ reply }: { reply: object }) => (reply as { run: Run }).run;

test("CORE-3: openclaw/publish records the run and counts as a heartbeat", () => {
  const { reply, event } = accepts(
    demoState(),
    "openclaw/publish",
    { ...pass, outcome: "working", artifacts: ["web/app.js"] },
    [
      "add /runs/R-2206",
      "replace /counters/run",
      "add /tasks/T-203/artifacts/0",
      "replace /tasks/T-203/updated_at",
      "replace /agents/codex/last_heartbeat",
      "replace /agents/codex/updated_at",
    ].map((path) => path.replace("add /tasks/T-203/artifacts/0", "replace /tasks/T-203/artifacts")),
  );
  assert.is(runOf({ reply }).id, "R-2206");
  assert.is(event.kind, "task_updated");
  const free = run(demoState(), "openclaw/publish", { agent_id: "iris", title: "Tidied up" });
  assert.equal([free.event.kind, (free.reply as { task: null }).task], ["state_saved", null]);
});

test("CORE-6: the outcomes blocked and validation act on the task", () => {
  const after = (outcome: string, task_id = "T-203") =>
    run(demoState(), "openclaw/publish", { ...pass, task_id, outcome }).state;
  const held = record(after("blocked").tasks, "T-203");
  assert.equal([held.blocked, held.blockers, held.status], [true, ["Done."], "in_progress"]);
  assert.is(record(after("validation").tasks, "T-203").status, "validation");
  assert.is(record(after("needs_attention").agents, "codex").status, "working");
  refuses(
    demoState(),
    "openclaw/publish",
    { ...pass, task_id: "T-208", outcome: "validation" },
    "invalid task transition: ready -> validation",
  );
});

test("DUR-10: the same publish within 45 seconds is recorded once, after that again", () => {
  const { state } = run(demoState(), "openclaw/publish", pass, AT);
  const repeated = accepts(state, "openclaw/publish", pass, [], AT + 45_000);
  assert.ok(repeated.repeated);
  assert.equal(runOf(repeated).id, "R-2206");
  assert.is((repeated.reply as { duplicate: boolean }).duplicate, true);
  assert.is(runOf(run(state, "openclaw/publish", pass, AT + 46_000)).id, "R-2207");
  const other = { ...pass, summary: "Done again." };
  assert.is(runOf(run(state, "openclaw/publish", other, AT + 1_000)).id, "R-2207");
  let busy = state;
  for (let n = 0; n < 60; n++) {
    busy = run(busy, "openclaw/publish", { agent_id: "iris", title: `Run ${n}` }, AT + 1_000).state;
  }
  assert.ok(accepts(busy, "openclaw/publish", pass, [], AT + 2_000).repeated, "whatever others do");
});

test("CORE-2: openclaw/publish refuses what it does not know", () => {
  const state = demoState();
  const rows: [object, string][] = [
    [{}, "agent_id is required"],
    [{ agent_id: "ghost" }, "unknown agent: ghost"],
    [{ ...pass, task_id: "T-9" }, "unknown task: T-9"],
    [{ ...pass, project_id: "nowhere" }, "unknown project: nowhere"],
    [{ ...pass, collaborating_with: ["ghost"] }, "unknown agent: ghost"],
    [
      { ...pass, outcome: "fine" },
      "invalid outcome: fine; use one of working, needs_attention, blocked, validation",
    ],
  ];
  for (const [body, sentence] of rows) refuses(state, "openclaw/publish", body, sentence);
});

test("CORE-1: the runs in the state are bounded", () => {
  let state = demoState();
  for (let n = 0; n < 510; n++) {
    state = run(state, "openclaw/publish", { agent_id: "iris", title: `Run ${n}` }).state;
  }
  assert.is(size(state.runs), 500);
});

test("CORE-27: of the runs in the state one agent's push out no others': the oldest of who has the most goes", () => {
  let state = demoState();
  const others = list(state.runs).filter(({ agent_id }) => agent_id !== "iris");
  assert.ok(others.length > 1);
  for (let n = 0; n < 1_010; n++) {
    state = run(state, "openclaw/publish", { agent_id: "iris", title: `Run ${n}` }).state;
  }
  for (const { id } of others) assert.ok(get(state.runs, id), `${id} is there`);
  const own = list(state.runs).filter(({ agent_id }) => agent_id === "iris");
  assert.is(own.length, 500 - others.length);
  const titles = own.map(({ title }) => title);
  assert.ok(titles.includes("Run 1009") && !titles.includes("Run 400"), "its oldest went");
  const { recent_runs } = toSnapshot(state, 1, AT, []);
  assert.is(recent_runs.length, 100);
  for (const { id } of others) assert.ok(recent_runs.some((one) => one.id === id));
});

test("CORE-27: a thread of a snapshot has the CEO's last twenty words, however many of others came after them", () => {
  let state = demoState();
  const say = (sender: string, n: number) => {
    const body = { sender, target: sender === "ceo" ? "violet" : "ceo", text: `${sender} ${n}` };
    state = run(state, "conversations/message", body).state;
  };
  for (let n = 0; n < 25; n++) say("ceo", n);
  for (let n = 0; n < 300; n++) say("violet", n);
  const thread = list(state.messages).find(({ text }) => text === "ceo 24")?.thread_id;
  const said =
    toSnapshot(state, 1, AT, []).conversations.find(({ id }) => id === thread)?.messages ?? [];
  assert.is(said.length, 200);
  const texts = said.map(({ text }) => text);
  assert.equal(
    texts.slice(0, 20),
    Array.from({ length: 20 }, (_, n) => `ceo ${n + 5}`),
  );
  assert.equal(
    texts.slice(20),
    Array.from({ length: 180 }, (_, n) => `violet ${n + 120}`),
  );
});

test("CORE-3: notifications/dismiss counts what it dismissed; unknown ids do no harm", () => {
  const state = demoState();
  const dismissed = (body: object, from = state) =>
    (run(from, "notifications/dismiss", body).reply as { dismissed: number }).dismissed;
  const once = accepts(state, "notifications/dismiss", { notification_ids: ["N-001", "N-999"] }, [
    "replace /notifications/N-001/dismissed",
  ]);
  assert.equal(once.reply, { dismissed: 1 });
  assert.is(dismissed({ all: true }), 4);
  assert.is(dismissed({ all: true }, once.state), 3);
  assert.is(dismissed({ notification_ids: [] }), 0);
  assert.is(dismissed({ notification_ids: ["N-001", "N-001", "constructor"] }), 1);
  refuses(state, "notifications/dismiss", {}, "notification_ids is required");
  refuses(
    state,
    "notifications/dismiss",
    { notification_ids: "N-001" },
    "notification_ids must be a list",
  );
});

test("CORE-3: two publishes that differ in anything said are two, and nobody writes to itself", () => {
  const said = { agent_id: "pixel", title: "t" };
  const first = run(demoState(), "openclaw/publish", { ...said, doing_summary: "one" }).state;
  const { reply } = run(first, "openclaw/publish", { ...said, doing_summary: "two" });
  assert.is((reply as { duplicate?: true }).duplicate, undefined);
  const self = { sender: "pixel", target: "pixel", text: "x" };
  refuses(first, "conversations/message", self, "target must be somebody else than sender");
});

test("CORE-3: whoever joins a thread of two does not take it away from them", () => {
  const joined = run(demoState(), "conversations/message", {
    sender: "pixel",
    thread_id: "TH-CEO-ORION",
    text: "May I?",
  }).state;
  const { reply } = run(joined, "conversations/message", { sender: "ceo", text: "Back to us." });
  assert.is((reply as { thread: { id: string } }).thread.id, "TH-CEO-ORION");
});

const RENAMED: [ActionName, object, string][] = [
  ["agents/heartbeat", { agent: { id: "codex", status: "idle" }, source: "script" }, "codex"],
  ["agents/update", { agent: { id: "codex", metadata: { done_summary: "x" } } }, "codex"],
];

test("CORE-3: enveloped bodies of existing clients mean the same", () => {
  for (const [name, body, id] of RENAMED) {
    const { reply } = run(demoState(), name, body);
    assert.is((reply as { agent: { id: string } }).agent.id, id);
  }
  const camel = run(demoState(), "openclaw/publish", {
    agentId: "codex",
    taskId: "T-203",
    runId: "r1",
  });
  assert.equal([runOf(camel).task_id, runOf(camel).run_id], ["T-203", "r1"]);
});

test.run();
