/** The actions of missions, sprints and projects, as (state, body) → patches or refusal. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { MissionControl, MissionView } from "../../core/state/missions/views.ts";
import { list } from "../../core/table.ts";
import { accepts, demoState, frozen, record, refuses, run, runAll } from "../support/core.ts";

const test = suite("plans");
frozen(test);

interface PlanReply {
  mission: MissionView;
  mission_control: MissionControl;
  operation: string;
}

const plan = { title: "Launch", objective: "Publish the release.", agent_id: "orion" };

test("CORE-3: missions/plan creates the mission and one backlog task for each entry", () => {
  const { reply, state, event } = accepts(
    demoState(),
    "missions/plan",
    {
      ...plan,
      project_id: "atlas-core",
      severity: "high",
      tasks: [
        { title: "Package", specialist: "ops", priority: "P0", owner: "charlie" },
        { title: "Document", specialist: "docs" },
      ],
      milestones: ["Packaged", { title: "Published", due_date: "2026-03-28" }],
    },
    [
      "add /missions/M-303",
      "add /tasks/T-216",
      "add /tasks/T-217",
      "replace /counters/mission",
      "replace /counters/task",
    ],
  );
  const { mission, mission_control, operation } = reply as PlanReply;
  assert.is(operation, "created");
  assert.equal([mission.id, mission.owner, mission.severity], ["M-303", "orion", "high"]);
  assert.equal(mission.task_ids, ["T-216", "T-217"]);
  assert.equal(mission.milestones, [
    { title: "Packaged", due_date: null, done: false },
    { title: "Published", due_date: "2026-03-28", done: false },
  ]);
  assert.is(mission_control.total, 4);
  const tasks = ["T-216", "T-217"].map((id) => record(state.tasks, id));
  assert.equal(
    tasks.map(({ status, project_id, mission_id, owner }) => [
      status,
      project_id,
      mission_id,
      owner,
    ]),
    [
      ["backlog", "atlas-core", "M-303", "charlie"],
      ["backlog", "atlas-core", "M-303", "quill"],
    ],
  );
  assert.is(event.kind, "mission_planned");
});

test("CORE-2: missions/plan is all or nothing", () => {
  const state = demoState();
  const rows: [object, string][] = [
    [{}, "title is required"],
    [{ title: "Launch" }, "objective is required"],
    [{ ...plan, agent_id: "ghost" }, "unknown agent: ghost"],
    [{ ...plan, owner: "ghost" }, "unknown agent: ghost"],
    [{ ...plan, project_id: "nowhere" }, "unknown project: nowhere"],
    [{ ...plan, assigned_agents: ["ghost"] }, "unknown agent: ghost"],
    [{ ...plan, task_ids: ["T-9"] }, "unknown task: T-9"],
    [
      { ...plan, status: "open" },
      "invalid status: open; use one of planned, active, blocked, done",
    ],
    [
      { ...plan, severity: "huge" },
      "invalid severity: huge; use one of low, medium, high, critical",
    ],
    [{ ...plan, tasks: [{ title: "A" }, {}] }, "tasks[1].title is required"],
    [{ ...plan, tasks: [{ title: "A" }, { title: "B", owner: "ghost" }] }, "unknown agent: ghost"],
    [{ mission_id: "M-9", title: "x" }, "unknown mission: M-9"],
  ];
  for (const [body, sentence] of rows) refuses(state, "missions/plan", body, sentence);
});

test("CORE-1: tasks of one plan are spread over the agents of a specialism", () => {
  const { reply, state } = run(demoState(), "missions/plan", {
    ...plan,
    tasks: [1, 2, 3].map((n) => ({ title: `Study ${n}`, specialist: "research" })),
  });
  const owners = (reply as PlanReply).mission.task_ids.map((id) => record(state.tasks, id).owner);
  assert.equal(owners, ["scout", "violet", "scout"]);
});

test("CORE-3: missions/plan with an id changes only what is sent", () => {
  const { reply } = accepts(
    demoState(),
    "missions/plan",
    { mission_id: "M-302", status: "active", risks: ["None left."] },
    [
      "replace /missions/M-302/status",
      "replace /missions/M-302/risks",
      "replace /missions/M-302/updated_at",
      "replace /notifications/N-004/active",
      "replace /notifications/N-004/dismissed",
    ],
  );
  const { mission, operation } = reply as PlanReply;
  assert.equal(
    [operation, mission.title, mission.status],
    ["updated", "Harden the workflow", "active"],
  );
});

test("CORE-3: task_ids says which tasks belong to the mission, these and no other", () => {
  const { reply, state } = accepts(
    demoState(),
    "missions/plan",
    { mission_id: "M-301", task_ids: ["T-206", "T-208"] },
    [
      "replace /missions/M-301/updated_at",
      "replace /tasks/T-207/mission_id",
      "replace /tasks/T-208/mission_id",
      "replace /tasks/T-212/mission_id",
    ],
  );
  assert.equal((reply as PlanReply).mission.task_ids, ["T-206", "T-208"]);
  assert.is(record(state.tasks, "T-207").mission_id, null);
});

test("CORE-8: missions/delete leaves its tasks, unlinked", () => {
  const { reply, state } = accepts(demoState(), "missions/delete", { mission_id: "M-301" }, [
    "remove /missions/M-301",
    "replace /tasks/T-206/mission_id",
    "replace /tasks/T-207/mission_id",
    "replace /tasks/T-212/mission_id",
  ]);
  assert.equal(reply, { mission_id: "M-301" });
  refuses(state, "missions/delete", { mission_id: "M-301" }, "unknown mission: M-301");
  refuses(state, "missions/delete", {}, "mission_id is required");
});

test("CORE-5: the number of a deleted mission is not given again", () => {
  const state = runAll(demoState(), [
    ["missions/plan", plan],
    ["missions/delete", { mission_id: "M-303" }],
    ["missions/plan", plan],
  ]);
  assert.equal(
    list(state.missions).map(({ id }) => id),
    ["M-300", "M-301", "M-302", "M-304"],
  );
});

test("CORE-3: sprints/create and sprints/update", () => {
  const { reply, state } = accepts(
    demoState(),
    "sprints/create",
    {
      name: "Sprint 7",
      project_id: "ceo-console",
      start_date: "2026-03-24",
      end_date: "2026-04-06",
    },
    ["add /sprints/SP-007", "replace /counters/sprint"],
  );
  const { sprint } = reply as { sprint: { id: string; status: string; goal: string } };
  assert.equal([sprint.id, sprint.status, sprint.goal], ["SP-007", "planned", ""]);
  accepts(
    state,
    "sprints/update",
    { sprint_id: "SPR-007", status: "active", goal: "Ship." },
    [
      "replace /sprints/SP-007/goal",
      "replace /sprints/SP-007/status",
      "replace /sprints/SP-007/updated_at",
    ],
    Date.parse("2026-03-21T10:00:00Z"),
  );
});

test("CORE-2: sprints refuse dates the wrong way round and unknown things", () => {
  const state = demoState();
  const dates = { start_date: "2026-04-06", end_date: "2026-03-24" };
  const order = "start_date 2026-04-06 must not be after end_date 2026-03-24";
  refuses(state, "sprints/create", {}, "name is required");
  refuses(state, "sprints/create", { name: "x", ...dates }, order);
  refuses(
    state,
    "sprints/create",
    { name: "x", project_id: "nowhere" },
    "unknown project: nowhere",
  );
  refuses(
    state,
    "sprints/create",
    { name: "x", start_date: "24.3.2026" },
    "start_date must be a date such as 2026-03-21",
  );
  refuses(state, "sprints/update", { sprint_id: "SP-006", ...dates }, order);
  refuses(
    state,
    "sprints/update",
    { sprint_id: "SP-006", start_date: "2026-05-01" },
    "start_date 2026-05-01 must not be after end_date 2026-03-28",
  );
  refuses(state, "sprints/update", { sprint_id: "SP-099" }, "unknown sprint: SP-099");
  refuses(state, "sprints/update", { sprint_id: "SPR-099" }, "unknown sprint: SPR-099");
  refuses(
    state,
    "sprints/update",
    { sprint_id: "SP-006", status: "open" },
    "invalid status: open; use one of planned, active, completed",
  );
  run(state, "sprints/create", {
    name: "One day",
    start_date: "2026-03-24",
    end_date: "2026-03-24",
  });
});

test("CORE-8: sprints/delete takes its tasks out of the sprint, by either spelling", () => {
  const tasks = [
    "T-200",
    "T-201",
    "T-203",
    "T-204",
    "T-205",
    "T-206",
    "T-207",
    "T-208",
    "T-209",
    "T-210",
    "T-212",
    "T-214",
  ];
  const { reply, state } = accepts(demoState(), "sprints/delete", { sprint_id: "SPR-006" }, [
    "remove /sprints/SP-006",
    ...tasks.map((id) => `replace /tasks/${id}/sprint_id`),
  ]);
  assert.equal(reply, { sprint_id: "SPR-006" });
  refuses(state, "sprints/delete", { sprint_id: "SP-006" }, "unknown sprint: SP-006");
  refuses(state, "sprints/delete", {}, "sprint_id is required");
  const next = run(state, "sprints/create", { name: "Sprint 7" });
  assert.is((next.reply as { sprint: { id: string } }).sprint.id, "SP-007");
});

test("CORE-3: projects/configure creates a project or changes it", () => {
  const { reply, state } = accepts(
    demoState(),
    "projects/configure",
    { project_id: "new-one", name: "New One" },
    ["add /projects/new-one"],
  );
  assert.equal((reply as { project: object }).project, {
    id: "new-one",
    name: "New One",
    description: "",
    status: "active",
    created_at: "2026-03-21T09:31:00+00:00",
    updated_at: "2026-03-21T09:31:00+00:00",
  });
  accepts(state, "projects/configure", { project_id: "atlas-core", status: "paused" }, [
    "replace /projects/atlas-core/status",
    "replace /projects/atlas-core/updated_at",
  ]);
  refuses(state, "projects/configure", {}, "project_id is required");
  refuses(state, "projects/configure", { project_id: "newer" }, "name is required");
  refuses(
    state,
    "projects/configure",
    { project_id: "atlas-core", status: "gone" },
    "invalid status: gone; use one of active, paused, completed, archived",
  );
});

test("CORE-8: projects/delete keeps references for history and protects the built-in one", () => {
  const { reply, state } = accepts(demoState(), "projects/delete", { project_id: "atlas-core" }, [
    "remove /projects/atlas-core",
  ]);
  assert.equal(reply, { project_id: "atlas-core" });
  assert.is(record(state.tasks, "T-209").project_id, "atlas-core");
  const kept = run(state, "tasks/update", {
    task_id: "T-209",
    project_id: "atlas-core",
    progress: 50,
  });
  assert.is((kept.reply as { task: { project_name: null } }).task.project_name, null);
  refuses(
    state,
    "projects/delete",
    { project_id: "ceo-console" },
    "cannot delete the built-in project: ceo-console",
  );
  refuses(state, "projects/delete", { project_id: "atlas-core" }, "unknown project: atlas-core");
});

test.run();
