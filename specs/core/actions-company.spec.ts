/** The actions of the whole company: configure, reset, bootstrap; as (state, body) → patches or refusal. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { list, size } from "../../core/table.ts";
import { accepts, demoState, frozen, refuses, run, runAll } from "../support/core.ts";

const test = suite("company");
frozen(test);

const TABLE_PATCHES = [
  "agents",
  "directives",
  "messages",
  "missions",
  "notifications",
  "projects",
  "runs",
  "sprints",
  "tasks",
  "threads",
  "webhooks",
].map((name) => `replace /${name}`);

test("CORE-3: org/configure changes what is sent", () => {
  const { reply } = accepts(
    demoState(),
    "org/configure",
    { chief_agent_id: "codex", ceo_name: "Alex", company_name: "Acme Corp" },
    ["replace /company/ceo_name", "replace /company/chief_agent_id", "replace /company/name"],
  );
  assert.equal(reply, {
    company: {
      name: "Acme Corp",
      ceo_name: "Alex",
      ceo_role: "Chief Executive Officer",
      chief_agent_id: "codex",
      mode: "demo",
    },
    chief_agent_id: "codex",
  });
  accepts(demoState(), "org/configure", {}, []);
  refuses(demoState(), "org/configure", { chief_agent_id: "ghost" }, "unknown agent: ghost");
  const left = run(demoState(), "agents/retire", { agent_id: "echo" }).state;
  refuses(
    left,
    "org/configure",
    { chief_agent_id: "echo" },
    "agent echo is retired; register it again to bring it back",
  );
});

test("CORE-5: resets keep every counter", () => {
  const used = runAll(demoState(), [
    ["tasks/create", { title: "x" }],
    ["missions/plan", { title: "x", objective: "x" }],
    ["sprints/create", { name: "x" }],
    ["conversations/message", { sender: "codex", text: "x" }],
    ["ceo/directive", { text: "x" }],
    ["openclaw/publish", { agent_id: "codex" }],
  ]);
  for (const reset of ["demo/reset", "blank/reset", "org/bootstrap"] as const) {
    const { state } = run(used, reset, {});
    const { notification: _raised, ...kept } = state.counters;
    const { notification: _before, ...before } = used.counters;
    assert.equal(kept, before, reset);
    assert.ok(state.counters.notification >= used.counters.notification);
    const made = run(state, "tasks/create", { title: "y" }).reply as { task: { id: string } };
    assert.is(made.task.id, "T-217");
  }
});

test("CORE-3: demo/reset and blank/reset begin again", () => {
  const changed = run(demoState(), "agents/delete", { agent_id: "iris" }).state;
  const demo = accepts(changed, "demo/reset", {}, [
    ...TABLE_PATCHES,
    "replace /company",
    "replace /counters/notification",
    "replace /swept_at",
    "add /notifications/N-005",
    "add /notifications/N-006",
    "add /notifications/N-007",
    "add /notifications/N-008",
  ]);
  assert.equal(demo.reply, { reset: true, mode: "demo" });
  assert.is(size(demo.state.agents), 13);
  const blank = accepts(changed, "blank/reset", {}, [
    ...TABLE_PATCHES,
    "replace /company",
    "replace /swept_at",
  ]);
  assert.equal(blank.reply, { reset: true, mode: "blank" });
  assert.equal([size(blank.state.agents), size(blank.state.tasks)], [0, 0]);
  assert.equal(
    list(blank.state.projects).map(({ id }) => id),
    ["ceo-console"],
  );
});

test("CORE-3: org/bootstrap registers the manifest, managers first whatever the order", () => {
  const { reply, state } = run(demoState(), "org/bootstrap", {
    company_name: "Acme Corp",
    ceo_name: "Alex",
    projects: [{ project_id: "atlas-core", name: "Atlas Core", status: "active" }],
    agents: [
      {
        agent_id: "dev",
        name: "Dev",
        role: "Engineer",
        manager: "orion",
        project_id: "atlas-core",
      },
      { agent_id: "orion", name: "Orion", role: "Chief of Staff", manager: "ceo" },
    ],
  });
  assert.equal(reply, {
    agents_registered: ["dev", "orion"],
    projects: ["ceo-console", "atlas-core"],
    warnings: [],
  });
  assert.equal([state.company.name, state.company.ceo_name], ["Acme Corp", "Alex"]);
  assert.equal([state.company.chief_agent_id, state.company.mode], ["orion", "bootstrap"]);
  assert.is(size(state.tasks), 0);
});

test("CORE-2: org/bootstrap skips the agents that fail, and says why", () => {
  const { reply, state } = run(demoState(), "org/bootstrap", {
    chief_agent_id: "ghost",
    agents: [
      { agent_id: "orion", name: "Orion", role: "Chief", mood: "good" },
      { agent_id: "orion", name: "Twin", role: "Chief" },
      { agent_id: "norole", name: "No Role" },
      { agent_id: "ceo", name: "Boss", role: "CEO" },
      { agent_id: "lost", name: "Lost", role: "x", manager: "ghost" },
      { name: "Constructor", role: "x" },
      { agent_id: "far", name: "Far", role: "x", project_id: "nowhere" },
    ],
  });
  const { agents_registered, warnings } = reply as Record<string, string[]>;
  assert.equal(agents_registered, ["orion"]);
  assert.equal([...(warnings ?? [])].sort(), [
    "Constructor skipped: agent_id may not be constructor",
    "agents[0]: unknown field: mood",
    "agents[2] skipped: role is required",
    "ceo skipped: agent_id ceo is reserved for the CEO",
    "chief_agent_id ignored: unknown agent: ghost",
    "far skipped: unknown project: nowhere",
    "lost skipped: unknown manager: ghost",
    "orion skipped: the manifest names it twice",
  ]);
  assert.is(state.company.chief_agent_id, "orion");
  refuses(
    demoState(),
    "org/bootstrap",
    { projects: [{ project_id: "a b", name: "x" }] },
    "projects[0].project_id must start with a letter or digit and hold only letters, digits, dots, dashes and underscores",
  );
  refuses(demoState(), "org/bootstrap", { projects: [{ project_id: "x" }] }, "name is required");
});

test.run();
