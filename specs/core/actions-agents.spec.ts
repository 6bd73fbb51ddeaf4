/** The actions by which agents come and live, as (state, body) → patches or refusal. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { State } from "../../core/index.ts";
import type { Agent } from "../../core/state/agents/agent.ts";
import type { AgentView, OrgCard, OrgStructure } from "../../core/state/agents/views.ts";
import { list, put } from "../../core/table.ts";
import {
  AT,
  accepts,
  copyOf,
  DAY_MS,
  demoState,
  frozen,
  MINUTE_MS,
  record,
  refuses,
  run,
} from "../support/core.ts";

const test = suite("agents");
frozen(test);

const agentOf = (state: State, id: string): Agent => record(state.agents, id);
const viewOf = ({ reply }: { reply: object }): AgentView => (reply as { agent: AgentView }).agent;

test("CORE-3: agents/register adds an agent and answers with its place and the contract", () => {
  const { reply, event } = accepts(
    demoState(),
    "agents/register",
    { name: "Nova Prime", role: "Analyst", home_specialist: "research", manager: "violet" },
    ["add /agents/nova-prime"],
  );
  const { agent, org_card, org_structure, registration, contract } = reply as {
    agent: AgentView;
    org_card: OrgCard;
    org_structure: OrgStructure;
    registration: object;
    contract: { version: string; system_prompt: string };
  };
  assert.equal([agent.id, agent.status, agent.specialists], ["nova-prime", "idle", ["research"]]);
  assert.equal([org_card.manager_name, org_card.is_chief], ["Violet", false]);
  assert.is(org_structure.cards.length, 14);
  assert.equal(registration, {
    operation: "registered",
    registered_at: "2026-03-21T09:31:00+00:00",
  });
  assert.ok(contract.system_prompt.includes("POST /api/agents/heartbeat"));
  assert.is(event.kind, "agent_registered");
});

test("CORE-3: agents/register again updates, and brings a retired agent back", () => {
  const retired = run(demoState(), "agents/retire", { agent_id: "echo" }).state;
  const { reply, state } = accepts(
    retired,
    "agents/register",
    { agent_id: "echo", name: "Echo", role: "Publisher" },
    [
      "replace /agents/echo/role",
      "replace /agents/echo/standing",
      "replace /agents/echo/status",
      "replace /agents/echo/registered_at",
    ],
  );
  assert.equal((reply as { registration: object }).registration, {
    operation: "updated",
    registered_at: "2026-03-21T09:31:00+00:00",
  });
  assert.equal(
    [agentOf(state, "echo").standing, agentOf(state, "echo").status],
    ["active", "idle"],
  );
});

test("CORE-2 CORE-10: agents/register refuses what cannot be an agent", () => {
  const state = demoState();
  const body = { name: "Nova", role: "Analyst" };
  const slug =
    "agent_id must start with a letter or digit and hold only letters, digits, dots, dashes and underscores";
  const rows: [object, string][] = [
    [{}, "name is required"],
    [{ name: "Nova" }, "role is required"],
    [{ ...body, agent_id: "ceo" }, "agent_id ceo is reserved for the CEO"],
    [{ ...body, name: "CEO" }, "agent_id ceo is reserved for the CEO"],
    [{ ...body, name: "…" }, "agent_id is required"],
    [{ ...body, agent_id: "no spaces" }, slug],
    [{ ...body, agent_id: "__proto__" }, slug],
    [{ ...body, agent_id: "constructor" }, "agent_id may not be constructor"],
    [{ ...body, name: "Constructor" }, "agent_id may not be constructor"],
    [{ ...body, name: "Prototype" }, "agent_id may not be prototype"],
    [{ ...body, manager: "ghost" }, "unknown manager: ghost"],
    [{ ...body, agent_id: "nova", manager: "nova" }, "circular management: nova -> nova"],
    [
      { ...body, agent_id: "orion", manager: "ralph" },
      "circular management: orion -> ralph -> codex -> orion",
    ],
    [{ ...body, project_id: "nowhere" }, "unknown project: nowhere"],
    [{ ...body, current_task_id: "T-9" }, "unknown task: T-9"],
    [
      { ...body, status: "busy" },
      "invalid status: busy; use one of working, idle, blocked, validation, offline",
    ],
  ];
  for (const [sent, sentence] of rows) refuses(state, "agents/register", sent, sentence);
});

test("CORE-3: agents/heartbeat says that the agent lives, and what it does", () => {
  const { reply, event } = accepts(
    demoState(),
    "agents/heartbeat",
    {
      agent_id: "codex",
      status: "working",
      current_task_id: "T-203",
      doing_summary: "Implementing board filter system",
      blockers: [],
      speaking: false,
    },
    [
      "replace /agents/codex/doing_summary",
      "replace /agents/codex/last_heartbeat",
      "replace /agents/codex/updated_at",
    ],
  );
  assert.is(viewOf({ reply }).last_heartbeat, "2026-03-21T09:31:00+00:00");
  assert.equal([event.kind, event.title], ["agent_heartbeat", "Codex is working"]);
});

test("CORE-2: agents/heartbeat refuses the unknown and those who left", () => {
  const state = run(demoState(), "agents/decommission", { agent_id: "echo" }).state;
  const rows: [object, string][] = [
    [{}, "agent_id is required"],
    [{ agent_id: "ghost" }, "unknown agent: ghost"],
    [
      { agent_id: "codex", status: "asleep" },
      "invalid status: asleep; use one of working, idle, blocked, validation, offline",
    ],
    [{ agent_id: "codex", current_task_id: "T-9" }, "unknown task: T-9"],
    [{ agent_id: "echo" }, "agent echo is decommissioned; register it again to bring it back"],
  ];
  for (const [body, sentence] of rows) refuses(state, "agents/heartbeat", body, sentence);
});

test("CORE-3: agents/update changes every mutable field, and only what is sent", () => {
  const fields = {
    name: "Orion II",
    role: "Chief of Staff",
    emoji: "🚀",
    profile_hue: 12,
    department: "Staff",
    org_level: 1,
    team_id: "t1",
    team_name: "Team One",
    coordination_scope: "All",
    manager_title: "Chief",
    avatar_ref: "orion.png",
    project_id: "atlas-core",
    note: "Running the morning sweep.",
    done_summary: "a",
    doing_summary: "b",
    next_summary: "c",
    status: "idle",
    skills: ["triage"],
    specialists: ["planning", "ops"],
    allowed_tools: ["git"],
    blockers: ["no key"],
    collaborating_with: ["iris"],
  };
  const { state } = accepts(
    demoState(),
    "agents/update",
    { agent_id: "orion", ...fields },
    [...Object.keys(fields), "updated_at"].map((field) => `replace /agents/orion/${field}`),
  );
  for (const [field, value] of Object.entries(fields)) {
    assert.equal(agentOf(state, "orion")[field as keyof Agent], value, field);
  }
  accepts(demoState(), "agents/update", { agent_id: "ralph", manager: "orion" }, [
    "replace /agents/ralph/manager",
    "replace /agents/ralph/updated_at",
  ]);
});

test("CORE-2: agents/update refuses circles, unknown ids and wrong types", () => {
  const state = demoState();
  const rows: [object, string][] = [
    [{}, "agent_id is required"],
    [{ agent_id: "ghost" }, "unknown agent: ghost"],
    [{ agent_id: "constructor" }, "agent_id may not be constructor"],
    [{ agent_id: "toString" }, "unknown agent: toString"],
    [{ agent_id: "codex", manager: "ralph" }, "circular management: codex -> ralph -> codex"],
    [{ agent_id: "codex", manager: "ghost" }, "unknown manager: ghost"],
    [{ agent_id: "codex", skills: "all" }, "skills must be a list"],
    [{ agent_id: "codex", profile_hue: 361 }, "profile_hue must be <= 360"],
    [{ agent_id: "codex", name: "" }, "name is required"],
  ];
  for (const [body, sentence] of rows) refuses(state, "agents/update", body, sentence);
});

const roster = (...agents: object[]) => ({ agents });

test("CORE-3: openclaw/roster_sync takes over a roster in any order", () => {
  const { reply, state } = accepts(
    demoState(),
    "openclaw/roster_sync",
    roster(
      { agent_id: "nova", name: "Nova", role: "Analyst", manager: "vega" },
      { agent_id: "vega", name: "Vega", role: "Manager", manager: "orion" },
      { agent_id: "codex", name: "Codex", role: "CTO" },
    ),
    [
      "add /agents/nova",
      "add /agents/vega",
      "replace /agents/codex/role",
      "replace /agents/codex/registered_at",
      "replace /agents/codex/updated_at",
    ],
  );
  const { sync } = reply as { sync: object };
  assert.equal(sync, { added: ["nova", "vega"], updated: ["codex"], marked_offline: [], total: 3 });
  assert.is(agentOf(state, "nova").manager, "vega");
  assert.is(agentOf(state, "codex").manager, "orion");
});

test("CORE-3: replace_missing marks the absent ones offline", () => {
  const codex = { agent_id: "codex", name: "Codex", role: "Engineering Manager" };
  const { reply, state } = run(demoState(), "openclaw/roster_sync", {
    ...roster(codex),
    replace_missing: true,
  });
  const { sync } = reply as { sync: { marked_offline: string[] } };
  assert.is(sync.marked_offline.length, 12);
  assert.equal(
    [agentOf(state, "codex").status, agentOf(state, "echo").status],
    ["working", "offline"],
  );
});

test("CORE-2: openclaw/roster_sync takes all agents or none", () => {
  const state = demoState();
  const nova = { agent_id: "nova", name: "Nova", role: "Analyst" };
  const vega = { agent_id: "vega", name: "Vega", role: "Manager" };
  const rows: [object, string][] = [
    [{}, "agents is required"],
    [roster(nova, { name: "Vega" }), "agents[1].role is required"],
    [roster(nova, nova), "agents holds nova twice"],
    [roster(nova, { ...vega, manager: "ghost" }), "unknown manager: ghost"],
    [roster(nova, { ...vega, agent_id: "ceo" }), "agent_id ceo is reserved for the CEO"],
    [
      roster({ ...nova, manager: "vega" }, { ...vega, manager: "nova" }),
      "circular management: nova -> vega -> nova",
    ],
  ];
  for (const [body, sentence] of rows) refuses(state, "openclaw/roster_sync", body, sentence);
});

const SWEEP = { stale_seconds: 180 };

test("CORE-7: system/sweep records who fell silent; a heartbeat brings it back", () => {
  const at = AT + 5 * MINUTE_MS;
  const alive = run(
    demoState(),
    "openclaw/roster_sync",
    roster({ agent_id: "codex", name: "Codex", role: "Engineering Manager" }),
    at - MINUTE_MS,
  ).state;
  const { reply, state } = run(alive, "system/sweep", SWEEP, at);
  const { agent_ids } = reply as { agent_ids: string[] };
  assert.is(agent_ids.length, 12);
  assert.not.ok(agent_ids.includes("codex"), "registered a minute ago");
  assert.ok(agentOf(state, "echo").silent);
  const notice = list(state.notifications).find(({ agent_id }) => agent_id === "echo")?.id;
  const back = accepts(
    state,
    "agents/heartbeat",
    { agent_id: "echo" },
    [
      "replace /agents/echo/last_heartbeat",
      "replace /agents/echo/updated_at",
      "replace /agents/echo/silent",
      `replace /notifications/${notice}/active`,
      `replace /notifications/${notice}/dismissed`,
    ],
    at + MINUTE_MS,
  );
  assert.equal([viewOf(back).derived_status, agentOf(back.state, "echo").silent], ["idle", false]);
});

test("CORE-7: system/sweep says nothing twice", () => {
  const at = AT + 5 * MINUTE_MS;
  const swept = run(demoState(), "system/sweep", SWEEP, at).state;
  accepts(swept, "system/sweep", SWEEP, ["replace /swept_at"], at + MINUTE_MS);
});

test("CORE-7: system/sweep raises what became overdue overnight", () => {
  const { state, reply } = run(demoState(), "system/sweep", { stale_seconds: 9e6 }, AT + DAY_MS);
  const { task_ids } = reply as { task_ids: string[] };
  assert.ok(task_ids.includes("T-206"), "due on the day of the reset");
  const titles = list(state.notifications).map(({ title }) => title);
  assert.ok(titles.includes("T-206 is overdue"));
  assert.not.ok(titles.includes("T-208 is overdue"));
});

test("CORE-8: whoever is named as a collaborator or a manager must be there", () => {
  const state = demoState();
  const others = { agent_id: "scout", collaborating_with: ["ghost"] };
  refuses(state, "agents/update", others, "unknown agent: ghost");
  refuses(state, "agents/heartbeat", others, "unknown agent: ghost");
  const retired = run(state, "agents/retire", { agent_id: "echo" }).state;
  const nova = { name: "Nova", role: "x", manager: "echo" };
  refuses(retired, "agents/register", nova, "manager echo is retired");
  const agents = [
    { name: "A", role: "x", collaborating_with: ["b"] },
    { name: "B", role: "x" },
  ];
  assert.ok(run(state, "openclaw/roster_sync", { agents }).ok, "in whatever order they stand");
});

test("CORE-8: nobody becomes its own collaborator, and a standing notice names its new owner", () => {
  const together = run(demoState(), "agents/update", {
    agent_id: "scout",
    collaborating_with: ["echo"],
  }).state;
  const merge = { source_agent_id: "echo", target_agent_id: "scout" };
  const merged = run(together, "agents/merge", merge).state;
  assert.equal(record(merged.agents, "scout").collaborating_with, []);
  const gone = run(demoState(), "agents/delete", { agent_id: "charlie" }).state;
  const named = list(gone.notifications).filter(
    ({ active, agent_id }) => active && agent_id === "charlie",
  );
  assert.equal(named, []);
});

test("ACC-16: no new agent has another's id in other letters, or an id of the server or the CEO; who had it before keeps it", () => {
  const state = demoState();
  const role = "Tester";
  const other = "agent_id Codex is codex in other letters; register as codex, or choose another";
  const rows: [object, string][] = [
    [{ agent_id: "Codex", name: "Codex", role }, other],
    [{ agent_id: "CEO", name: "X", role }, "agent_id CEO is reserved for the CEO"],
    [{ agent_id: "Owner", name: "X", role }, "agent_id Owner is reserved for the server"],
    [{ name: "System", role }, "agent_id system is reserved for the server"],
  ];
  for (const [agent, sentence] of rows) {
    refuses(state, "agents/register", agent, sentence);
    refuses(state, "openclaw/roster_sync", { agents: [agent] }, sentence);
  }
  const two = ["nova", "NOVA"].map((agent_id) => ({ agent_id, name: "Nova", role }));
  const again = "agent_id NOVA is nova in other letters; register as nova, or choose another";
  refuses(state, "openclaw/roster_sync", { agents: two }, again);
  const agents = [...two, ...rows.map(([agent]) => agent)];
  const { reply } = run(state, "org/bootstrap", { company_name: "Acme", agents });
  const { agents_registered, warnings } = reply as Record<string, string[]>;
  assert.equal(agents_registered, ["nova", "Codex"]);
  assert.equal(warnings, [
    `NOVA skipped: ${again}`,
    ...rows.slice(1).map(([, why], n) => `${["CEO", "Owner", "System"][n]} skipped: ${why}`),
  ]);

  for (const id of ["system", "Codex"]) {
    const older = structuredClone(state);
    put(older.agents, id, { ...agentOf(state, "codex"), id });
    const agent = { agent_id: id, name: "Codex", role };
    run(older, "agents/register", agent);
    run(older, "openclaw/roster_sync", { agents: [agent] });
    run(older, "agents/heartbeat", { agent_id: id });
    run(older, "tokens/create", { name: `t-${id}`, role: "agent", agent_id: id });
  }
});

/** A line of so many below the CEO: `line-1` at its top. */
function withLine(length: number): State {
  const state = copyOf(demoState());
  for (let n = 1; n <= length; n++) {
    const [id, manager] = [`line-${n}`, n > 1 ? `line-${n - 1}` : "ceo"];
    put(state.agents, id, { ...agentOf(state, "codex"), id, name: id, manager });
  }
  return state;
}

const tooLong = (length: number) =>
  `a line of ${length} agents would lead up to the CEO, and one may have 100; choose a manager further up`;

test("CORE-26: a line of managers has 100 agents at most, from whichever end it is made longer", () => {
  const state = withLine(100);
  const nova = { agent_id: "nova", name: "Nova", role: "Tester" };
  run(state, "agents/register", { ...nova, manager: "line-99" });
  refuses(state, "agents/register", { ...nova, manager: "line-100" }, tooLong(101));
  refuses(state, "agents/update", { agent_id: "codex", manager: "line-100" }, tooLong(101 + 1));
  refuses(state, "agents/update", { agent_id: "line-1", manager: "orion" }, tooLong(101));
  refuses(state, "agents/update", { agent_id: "line-2", manager: "codex" }, tooLong(101));
  run(state, "agents/update", { agent_id: "line-50", manager: "line-48" });
  run(state, "agents/update", { agent_id: "line-50", manager: "orion" });
  // Said again it changes nothing.
  run(state, "agents/update", { agent_id: "line-100", manager: "line-99", note: "x" });
});

test("CORE-26: a roster and a manifest make no longer line either, in whichever order they name it", () => {
  const agents = (length: number) =>
    Array.from({ length }, (_, n) => ({
      agent_id: `deep-${n + 1}`,
      name: `Deep ${n + 1}`,
      role: "Tester",
      manager: n > 0 ? `deep-${n}` : "ceo",
    }));
  for (const order of [1, -1]) {
    const of = (length: number) => (order > 0 ? agents(length) : agents(length).reverse());
    run(demoState(), "openclaw/roster_sync", { agents: of(100) });
    refuses(demoState(), "openclaw/roster_sync", { agents: of(101) }, tooLong(101));
    const { reply, state } = run(demoState(), "org/bootstrap", { agents: of(103) });
    const { warnings, agents_registered } = reply as Record<string, string[]>;
    assert.is(agents_registered?.length, 100);
    assert.equal([...(warnings ?? [])].sort(), [
      "deep-101 skipped: 100 agents stand above it",
      "deep-102 skipped: unknown manager: deep-101",
      "deep-103 skipped: unknown manager: deep-102",
    ]);
    assert.is(list(state.agents).length, 100);
  }
});

test("CORE-26: a longer line of before stays as it is, may become shorter, and hinders nobody beside it", () => {
  const state = withLine(150);
  run(state, "agents/update", { agent_id: "line-150", manager: "line-149", note: "x" });
  run(state, "agents/update", { agent_id: "line-150", manager: "line-10" });
  run(state, "agents/update", { agent_id: "ralph", manager: "orion" });
  refuses(state, "agents/update", { agent_id: "line-1", manager: "orion" }, tooLong(151));
  // A restored circle is passed once.
  const circle = withLine(150);
  agentOf(circle, "line-1").manager = "line-150";
  run(circle, "agents/update", { agent_id: "ralph", manager: "orion" });
});

test.run();
