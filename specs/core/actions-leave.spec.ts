/** The actions by which agents leave: who takes over what, and that nothing is left behind. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { State } from "../../core/index.ts";
import type { ActionName } from "../../core/registry.ts";
import { list } from "../../core/table.ts";
import { accepts, demoState, frozen, record, refuses, run, runAll } from "../support/core.ts";

const test = suite("leaving");
frozen(test);

/** A second market agent, and everything that can name echo. */
function marketState(): State {
  return runAll(demoState(), [
    ["agents/register", { agent_id: "nova", name: "Nova", role: "Publisher", manager: "violet" }],
    ["agents/register", { agent_id: "junior", name: "Junior", role: "Helper", manager: "echo" }],
    ["agents/update", { agent_id: "mercury", collaborating_with: ["echo", "violet"] }],
    ["missions/plan", { mission_id: "M-301", owner: "echo" }],
    ["tasks/update", { task_id: "T-206", validation_owner: "echo" }],
    ["tasks/update", { task_id: "T-207", assignees: ["echo"], collaborators: ["nova", "echo"] }],
  ]);
}

/** Every place that names an agent as somebody who is to do something. */
function placesOf(state: State, agent: string): string[] {
  const places: string[] = [];
  const look = (place: string, ids: readonly (string | null)[]) => {
    if (ids.includes(agent)) places.push(place);
  };
  for (const task of list(state.tasks)) {
    look(`${task.id} owner`, [task.owner]);
    look(`${task.id} validator`, [task.validation_owner]);
    look(`${task.id} assignees`, task.assignees);
    look(`${task.id} collaborators`, task.collaborators);
  }
  for (const mission of list(state.missions)) {
    look(`${mission.id} owner`, [mission.owner]);
    look(`${mission.id} agents`, mission.assigned_agents);
  }
  for (const other of list(state.agents)) {
    look(`${other.id} manager`, [other.manager]);
    look(`${other.id} collaborators`, other.collaborating_with);
  }
  return places.sort();
}

const ALL = [
  "M-301 agents",
  "M-301 owner",
  "T-206 validator",
  "T-207 assignees",
  "T-207 collaborators",
  "T-212 owner",
  "junior manager",
  "mercury collaborators",
];

test("CORE-8: agents/decommission hands everything to nobody", () => {
  const before = marketState();
  assert.equal(placesOf(before, "echo"), ALL);
  const { reply, state, event } = run(before, "agents/decommission", {
    agent_id: "echo",
    reason: "Paused.",
  });
  assert.equal(reply, {
    message: "Agent Echo (echo) marked offline",
    agent_id: "echo",
    reason: "Paused.",
    tasks_unassigned: ["T-212"],
  });
  assert.equal(placesOf(state, "echo"), []);
  assert.is(record(state.agents, "junior").manager, "violet");
  assert.is(record(state.tasks, "T-212").owner, null);
  const { standing, status, note } = record(state.agents, "echo");
  assert.equal([standing, status, note], ["decommissioned", "offline", "Paused."]);
  assert.is(event.kind, "agent_decommission");
});

const HANDED: [ActionName, object, string][] = [
  ["agents/retire", { agent_id: "echo", successor_id: "nova" }, "Agent Echo (echo) retired"],
  [
    "agents/replace",
    { old_agent_id: "echo", new_agent_id: "nova" },
    "Agent Echo (echo) replaced by Nova (nova)",
  ],
  [
    "agents/merge",
    { source_agent_id: "echo", target_agent_id: "nova" },
    "Agent Echo (echo) merged into Nova (nova)",
  ],
];

test("CORE-8: retire, replace and merge hand everything to the successor", () => {
  const before = marketState();
  for (const [name, body, message] of HANDED) {
    const { reply, state } = run(before, name, body);
    const { tasks_transferred, message: said } = reply as Record<string, unknown>;
    assert.equal([said, tasks_transferred], [message, ["T-212"]]);
    assert.equal(placesOf(state, "echo"), [], name);
    assert.equal(placesOf(state, "nova"), ALL, name);
    assert.equal(record(state.tasks, "T-207").collaborators, ["nova"], "without doubles");
    assert.equal(record(state.agents, "echo").standing, "retired");
    const { activity } = record(state.tasks, "T-212");
    assert.equal([activity.at(-1)?.field, activity.at(-1)?.to], ["owner", "nova"]);
  }
});

test("CORE-3: the replies of retire and replace are the reference's", () => {
  const retired = accepts(demoState(), "agents/retire", { agent_id: "ledger", reason: "Done." }, [
    "replace /agents/ledger/next_summary",
    "replace /agents/ledger/note",
    "replace /agents/ledger/standing",
    "replace /agents/ledger/status",
    "replace /agents/ledger/updated_at",
    "replace /missions/M-302/assigned_agents",
    "replace /missions/M-302/updated_at",
  ]);
  assert.equal(retired.reply, {
    message: "Agent Ledger (ledger) retired",
    agent_id: "ledger",
    reason: "Done.",
    successor_id: null,
    tasks_transferred: [],
  });
  const replaced = run(demoState(), "agents/replace", {
    old_agent_id: "echo",
    new_agent_id: "scout",
  });
  assert.equal(replaced.reply, {
    message: "Agent Echo (echo) replaced by Scout (scout)",
    old_agent_id: "echo",
    new_agent_id: "scout",
    reason: "",
    tasks_transferred: ["T-212"],
  });
});

test("CORE-3: agents/merge unites skills and specialisms without doubles", () => {
  const before = runAll(demoState(), [
    ["agents/update", { agent_id: "scout", skills: ["publishing", "source checks"] }],
  ]);
  const { state } = run(before, "agents/merge", {
    source_agent_id: "echo",
    target_agent_id: "scout",
  });
  const { skills, specialists } = record(state.agents, "scout");
  assert.equal(skills, ["publishing", "source checks", "channels", "scheduling"]);
  assert.equal(specialists, ["research", "distribution"]);
});

test("CORE-8: a successor from below never ends up over its own chain", () => {
  const { state } = run(demoState(), "agents/replace", {
    old_agent_id: "codex",
    new_agent_id: "ralph",
  });
  assert.equal(
    ["ralph", "pixel"].map((id) => record(state.agents, id).manager),
    ["orion", "ralph"],
  );
  const chief = run(demoState(), "agents/replace", {
    old_agent_id: "orion",
    new_agent_id: "shield",
  }).state;
  assert.is(chief.company.chief_agent_id, "shield");
  assert.equal(
    ["charlie", "shield", "codex", "violet"].map((id) => record(chief.agents, id).manager),
    ["ceo", "charlie", "shield", "shield"],
  );
});

test("CORE-8: the chief's place goes to the successor, or to nobody", () => {
  const retired = run(demoState(), "agents/retire", {
    agent_id: "orion",
    successor_id: "codex",
  }).state;
  assert.is(retired.company.chief_agent_id, "codex");
  const gone = run(demoState(), "agents/decommission", { agent_id: "orion" }).state;
  assert.is(gone.company.chief_agent_id, null);
  assert.is(record(gone.agents, "codex").manager, "ceo");
});

test("CORE-8: agents/delete removes the agent and what refers to it", () => {
  const { reply, state } = run(marketState(), "agents/delete", { agent_id: "echo" });
  assert.equal(reply, { deleted: "echo" });
  assert.equal(placesOf(state, "echo"), []);
  assert.is(record(state.tasks, "T-212").owner, null);
  accepts(demoState(), "agents/delete", { agent_id: "iris" }, ["remove /agents/iris"]);
});

test("CORE-2: the CEO never leaves, nor is anybody handed to him", () => {
  const state = demoState();
  const rows: [ActionName, object, string][] = [
    ["agents/decommission", { agent_id: "ceo" }, "cannot decommission the CEO"],
    ["agents/retire", { agent_id: "ceo" }, "cannot retire the CEO"],
    ["agents/delete", { agent_id: "ceo" }, "cannot delete the CEO"],
    ["agents/replace", { old_agent_id: "ceo", new_agent_id: "echo" }, "cannot replace the CEO"],
    ["agents/replace", { old_agent_id: "echo", new_agent_id: "ceo" }, "cannot replace the CEO"],
    ["agents/merge", { source_agent_id: "ceo", target_agent_id: "echo" }, "cannot merge the CEO"],
    ["agents/merge", { source_agent_id: "echo", target_agent_id: "ceo" }, "cannot merge the CEO"],
  ];
  for (const [name, body, sentence] of rows) {
    assert.is(refuses(state, name, body, sentence).code, "protected");
  }
});

test("CORE-2: leaving refuses unknown ids, oneself, those who left, and the chief's deletion", () => {
  const state = run(demoState(), "agents/retire", { agent_id: "iris" }).state;
  const rows: [ActionName, object, string][] = [
    ["agents/decommission", {}, "agent_id is required"],
    ["agents/decommission", { agent_id: "ghost" }, "unknown agent: ghost"],
    ["agents/retire", { agent_id: "echo", successor_id: "ghost" }, "unknown agent: ghost"],
    [
      "agents/retire",
      { agent_id: "echo", successor_id: "echo" },
      "cannot succeed an agent with itself: echo",
    ],
    ["agents/replace", { new_agent_id: "echo" }, "old_agent_id is required"],
    ["agents/replace", { old_agent_id: "echo" }, "new_agent_id is required"],
    [
      "agents/replace",
      { old_agent_id: "echo", new_agent_id: "iris" },
      "agent iris is retired; register it again to bring it back",
    ],
    [
      "agents/merge",
      { source_agent_id: "echo", target_agent_id: "echo" },
      "cannot merge an agent with itself: echo",
    ],
    ["agents/merge", { target_agent_id: "echo" }, "source_agent_id is required"],
    ["agents/delete", { agent_id: "ghost" }, "unknown agent: ghost"],
    [
      "agents/delete",
      { agent_id: "orion" },
      "cannot delete the chief agent: orion; configure another chief first",
    ],
  ];
  for (const [name, body, sentence] of rows) refuses(state, name, body, sentence);
  const moved = run(state, "org/configure", { chief_agent_id: "codex" }).state;
  run(moved, "agents/delete", { agent_id: "orion" });
  refuses(
    moved,
    "agents/delete",
    { agent_id: "codex" },
    "cannot delete the chief agent: codex; configure another chief first",
  );
});

test.run();
