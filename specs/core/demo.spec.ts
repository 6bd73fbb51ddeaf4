/** The demo company against the facts that documents and clients name. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fillDemo } from "../../core/demo/demo.ts";
import {
  actions,
  createRelations,
  createState,
  reduce,
  type State,
  toWireState,
} from "../../core/index.ts";
import { isPresent, workloads } from "../../core/state/agents/views.ts";
import { missionViews } from "../../core/state/missions/views.ts";
import { exceptionDashboard } from "../../core/state/tasks/views.ts";
import { list, size } from "../../core/table.ts";
import { fromTime, toDate } from "../../core/time.ts";
import { AT, checkJson, DAY_MS, demoState, frozen, record, run } from "../support/core.ts";

const test = suite("demo");
frozen(test);

const row = (text: string) => text.split("|").map((cell) => cell.trim());

const AGENTS = `orion | Chief Agent | planning | ceo
codex | Engineering Manager | code | orion
violet | Intelligence Manager | research | orion
charlie | Operations Manager | ops | orion
quill | Knowledge & People Manager | docs | orion
scout | Trend Scout | research | violet
echo | Distribution Lead | distribution | violet
mercury | Media Analyst | media | violet
ralph | Validation Lead | qa | codex
pixel | Design Lead | design | codex
shield | Security Lead | security | charlie
ledger | Purchasing Specialist | procurement | charlie
iris | HR Specialist | hr | quill`;

const TASKS = `T-200 | weekly operating plan | ceo-console | in_progress | orion | P0 | ralph
T-201 | approval queue | ceo-console | validation | ralph | P0 | orion
T-202 | shared workspace scaffold | atlas-core | done | charlie | P1 | shield
T-203 | board filters | ceo-console | in_progress | codex | P0 | ralph
T-204 | office | ceo-console | in_progress | pixel | P0 | ralph
T-205 | README | ceo-console | in_progress | quill | P1 | orion
T-206 | morning market briefing | market-radar | in_progress | violet | P0 | orion
T-207 | noon trend radar | market-radar | in_progress | scout | P1 | violet
T-208 | conversation rail | ceo-console | ready | codex | P1 | ralph
T-209 | push workflow | atlas-core | in_progress | charlie | P0 | shield
T-210 | prompt-injection checklist | atlas-core | ready | shield | P0 | ralph
T-211 | wallboard mode | ceo-console | backlog | pixel | P2 | orion
T-212 | publishing workflow | market-radar | ready | echo | P1 | orion
T-213 | validation SLA dashboard | ceo-console | backlog | ralph | P2 | orion
T-214 | routing prompt pack | ceo-console | done | quill | P1 | ralph`;

test("CORE-12: thirteen agents, each in its role and place", () => {
  const { agents } = demoState();
  assert.is(size(agents), 13);
  for (const [id = "", ...facts] of AGENTS.split("\n").map(row)) {
    const { role, home_specialist, specialists, manager } = record(agents, id);
    assert.equal([role, home_specialist, manager], facts, id);
    assert.equal(specialists, [home_specialist]);
  }
});

test("CORE-12: fifteen tasks, each with its subject, status, owner, priority and validator", () => {
  const { tasks } = demoState();
  assert.is(size(tasks), 15);
  for (const [id = "", subject = "", ...facts] of TASKS.split("\n").map(row)) {
    const { title, project_id, status, owner, priority, validation_owner } = record(tasks, id);
    assert.equal([project_id, status, owner, priority, validation_owner], facts, id);
    assert.ok(title.includes(subject), `${id}: ${title}`);
  }
  const blocked = list(tasks).filter((task) => task.blocked);
  assert.equal(
    blocked.map(({ id, blockers }) => [id, blockers.length]),
    [["T-209", 1]],
  );
});

test("CORE-12: three projects, three missions with their tasks, two sprints, five threads", () => {
  const state = demoState();
  const names = list(state.projects).map(({ id, name }) => `${id} ${name}`);
  assert.equal(names.sort(), [
    "atlas-core Atlas Core",
    "ceo-console CEO Console",
    "market-radar Market Radar",
  ]);
  const ids = (...numbers: number[]) => numbers.map((number) => `T-${number}`);
  assert.equal(
    missionViews(state, AT).map(({ id, project_id, task_ids, status }) => [
      id,
      project_id,
      task_ids,
      status,
    ]),
    [
      ["M-300", "ceo-console", ids(200, 201, 203, 204, 205, 208, 211, 213, 214), "active"],
      ["M-301", "market-radar", ids(206, 207, 212), "active"],
      ["M-302", "atlas-core", ids(202, 209, 210), "blocked"],
    ],
  );
  assert.equal(
    list(state.threads)
      .map(({ id }) => id)
      .sort(),
    ["TH-CEO-ORION", "TH-CHARLIE-ORION", "TH-CODEX-ORION", "TH-ORION-QUILL", "TH-ORION-VIOLET"],
  );
  assert.equal(
    list(state.sprints).map(({ id, name, status }) => [id, name, status]),
    [
      ["SP-005", "Sprint 5", "completed"],
      ["SP-006", "Sprint 6", "active"],
    ],
  );
  assert.equal(
    [state.company.chief_agent_id, state.company.mode, state.company.ceo_name],
    ["orion", "demo", "CEO"],
  );
});

test("CORE-12: the next ids are those of the reference", () => {
  const state = demoState();
  const reply = (name: Parameters<typeof run>[1], body: object) =>
    JSON.stringify(run(state, name, body).reply);
  assert.match(reply("tasks/create", { title: "x" }), '"id":"T-216"');
  assert.match(reply("missions/plan", { title: "x", objective: "x" }), '"id":"M-303"');
  assert.match(reply("sprints/create", { name: "x" }), '"id":"SP-007"');
  assert.match(reply("ceo/directive", { text: "x" }), '"id":"D-015"');
  assert.match(reply("openclaw/publish", { agent_id: "iris" }), '"id":"R-2206"');
  assert.match(reply("conversations/message", { sender: "ceo", text: "x" }), '"id":"M-042"');
});

test("CORE-12: codex may start T-208, and each ready task is somebody's next", () => {
  const state = demoState();
  const relations = createRelations(state);
  const nextOf = (owner: string) => relations.startable("owner", owner)?.id;
  assert.equal(["codex", "shield", "echo"].map(nextOf), ["T-208", "T-210", "T-212"]);
});

test("CORE-12: everybody is present, nobody is overloaded, and each kind of exception is there", () => {
  const state = demoState();
  assert.ok(list(state.agents).every(isPresent));
  for (const { last_heartbeat } of list(state.agents)) {
    const ago = (AT - fromTime(last_heartbeat ?? "")) / 1_000;
    assert.ok(ago >= 5 && ago <= 50, `${ago} s`);
  }
  assert.not.ok([...workloads(state).values()].some(({ overloaded }) => overloaded));
  const exceptions = exceptionDashboard(state, AT);
  const ids = (bucket: "blocked" | "needs_approval" | "stale" | "overdue") =>
    exceptions[bucket].map(({ task_id }) => task_id);
  assert.equal(ids("blocked"), ["T-209"]);
  assert.equal(ids("needs_approval"), ["T-201"]);
  assert.equal(ids("stale"), ["T-205"]);
  assert.equal(ids("overdue"), ["T-205"]);
});

test("CORE-12: nothing in it lies in the future, and every text says something", () => {
  const state = demoState();
  const text = JSON.stringify(state);
  for (const [time] of text.matchAll(/\d{4}-\d\d-\d\dT[^"]+/g)) {
    assert.ok(fromTime(time) <= AT, time);
  }
  for (const task of list(state.tasks)) {
    assert.ok(task.description.length > 30 && task.acceptance_criteria.length > 1, task.id);
    assert.ok(fromTime(task.created_at) <= fromTime(task.status_since), task.id);
    assert.ok(fromTime(task.status_since) <= fromTime(task.updated_at), task.id);
  }
  const said = list(state.messages);
  assert.equal(
    said.map(({ timestamp }) => timestamp),
    said.map(({ timestamp }) => timestamp).sort(),
    "messages stand in the order of their ids",
  );
  checkJson(toWireState(state), "the demo company");
});

test("CORE-12: it is a function of the moment, and two resets share nothing", () => {
  const make = (at: number): State => {
    const state = createState();
    fillDemo(state, at, 1);
    return state;
  };
  assert.equal(make(AT), make(AT));
  const later = make(AT + 40 * DAY_MS);
  assert.is(record(later.tasks, "T-206").due_date, toDate(AT + 40 * DAY_MS));
  record(later.tasks, "T-203").labels.push("written later");
  record(later.agents, "codex").skills.push("written later");
  record(later.missions, "M-300").risks.push("written later");
  assert.not.match(JSON.stringify(make(AT)), "written later");
});

test("CORE-5: the demo never lowers a counter", () => {
  const state = createState();
  Object.assign(state.counters, { task: 900, message: 900 });
  fillDemo(state, AT, 1);
  assert.equal([state.counters.task, state.counters.message, state.counters.run], [900, 900, 2205]);
});

test("CORE-12: it stands at any moment of the calendar", () => {
  const declaration = actions.get("demo/reset");
  assert.ok(declaration);
  for (const moment of ["2026-01-01T00:00:00Z", "2028-02-29T23:59:59Z", "2026-03-21T00:00:01Z"]) {
    const at = Date.parse(moment);
    const stamp = { at, seq: 1, actor: "ceo", actionId: "id" };
    const result = reduce(createState(), declaration, { name: "demo/reset", payload: {}, stamp });
    assert.ok(result.ok);
    assert.is(result.state.counters.notification, 4, moment);
  }
});

test.run();
