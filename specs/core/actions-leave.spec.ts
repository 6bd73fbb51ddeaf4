/** The actions by which agents leave: who takes over what, and that nothing is left behind. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  actions,
  createRelations,
  MAX_HANDED_AT_ONCE,
  MAX_HANDED_WITH_LEAVING,
  reduce,
  type State,
  toHanded,
  whatIsLeft,
} from "../../core/index.ts";
import type { ActionName } from "../../core/registry.ts";
import { MAX_LINE } from "../../core/state/agents/line.ts";
import { viewAgent } from "../../core/state/agents/views.ts";
import { atOnce } from "../../core/steps.ts";
import { list, put, toFlat } from "../../core/table.ts";
import {
  AT,
  accepts,
  copyOf,
  demoState,
  frozen,
  record,
  refuses,
  run,
  runAll,
} from "../support/core.ts";

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

/** With so many more tasks that name echo, a mission of its, and nova beside. */
function withMany(count: number): State {
  const state = copyOf(marketState());
  const one = record(state.tasks, "T-212");
  for (let n = 0; n < count; n++) {
    const id = `T-${5_000 + n}`;
    put(state.tasks, id, { ...one, id, owner: n % 2 ? "echo" : null, assignees: ["echo"] });
  }
  return state;
}

const namedFirst = placesOf(marketState(), "echo").filter((place) => /^[TM]/.test(place));
const REST = MAX_HANDED_WITH_LEAVING - new Set(namedFirst.map((place) => place.split(" ")[0])).size;

/** All that is left, in entries of so many. */
function handAll(state: State, most = MAX_HANDED_AT_ONCE): State {
  let now = state;
  for (const { agent_id, left } of atOnce(whatIsLeft(now, createRelations(now)))) {
    for (let from = 0; from === 0 || from < left.length; from += most) {
      const some = left.slice(from, from + most);
      const step = run(now, "system/hand_over", { agent_id, ...toHanded(some) });
      assert.ok([...(step.touched.get("tasks") ?? [])].length <= most);
      // And the one that left.
      assert.ok([...(step.touched.get("agents") ?? [])].length <= most + 1);
      now = step.state;
    }
  }
  return now;
}

test("CORE-25: an agent that is named in more than 1,000 tasks and missions leaves at once, and they follow in entries of 200", () => {
  const all = withMany(REST);
  const whole = run(all, "agents/decommission", { agent_id: "echo" });
  assert.is((whole.reply as { tasks_unassigned: string[] }).tasks_unassigned.length > 400, true);
  assert.equal(placesOf(whole.state, "echo"), []);
  assert.is("left" in whole.reply, false);
  const more = withMany(REST + 1);
  for (const [name, body] of [["agents/decommission", { agent_id: "echo" }], ...HANDED] as [
    ActionName,
    object,
  ][]) {
    const to = name === "agents/decommission" ? null : "nova";
    const { state, reply } = run(more, name, body);
    const { left, tasks_unassigned, tasks_transferred } = reply as Record<string, unknown>;
    assert.equal([left, tasks_unassigned ?? tasks_transferred], [MAX_HANDED_WITH_LEAVING + 1, []]);
    const echo = record(state.agents, "echo");
    assert.equal([echo.standing === "active", echo.handing_over_to], [false, to]);
    assert.is(viewAgent(state, "echo").handing_over_to, to);
    assert.equal(
      placesOf(state, "echo").filter((place) => /junior|mercury/.test(place)),
      [],
    );
    const done = handAll(state);
    assert.equal(placesOf(done, "echo"), [], name);
    assert.is("handing_over_to" in record(done.agents, "echo"), false);
    assert.is("handing_over_to" in viewAgent(done, "echo"), false);
    const least = to ? placesOf(more, "echo").length - 2 : 0;
    assert.ok(placesOf(done, "nova").length >= least, name);
  }
});

test("CORE-25: what is left is found again after a stop; a successor that leaves hands it on, one that is deleted leaves it to nobody", () => {
  const more = withMany(REST + 300);
  const body = { agent_id: "echo", successor_id: "nova" };
  const begun = run(more, "agents/retire", body).state;
  const [first] = atOnce(whatIsLeft(begun, createRelations(begun)));
  const task_ids = (first?.left ?? [])
    .slice(0, 50)
    .flatMap((one) => ("task" in one ? one.task : []));
  const hand = { agent_id: "echo", task_ids, mission_ids: [] };
  const half = run(begun, "system/hand_over", hand).state;
  assert.is(record(half.agents, "echo").handing_over_to, "nova");
  assert.equal(placesOf(handAll(half), "echo"), []);
  // Said twice it does nothing.
  assert.ok(run(handAll(half), "system/hand_over", hand).idle);
  const on = run(half, "agents/replace", { old_agent_id: "nova", new_agent_id: "scout" }).state;
  assert.is(record(on.agents, "echo").handing_over_to, "scout");
  const gone = run(half, "agents/delete", { agent_id: "nova" }).state;
  assert.is(record(gone.agents, "echo").handing_over_to, null);
  assert.equal(placesOf(handAll(gone), "nova"), []);
  const back = run(half, "agents/register", { agent_id: "echo", name: "Echo", role: "x" }).state;
  assert.equal(
    atOnce(whatIsLeft(back, createRelations(back))),
    [],
    "who comes back keeps the rest",
  );
});

/** With so many agents beside that report to it, or work with it. */
function withTeam(count: number, lead = "echo"): State {
  const state = copyOf(marketState());
  const one = record(state.agents, "junior");
  for (let n = 0; n < count; n++) {
    const id = `report-${n}`;
    const half = n % 2 ? { manager: lead } : { manager: "violet", collaborating_with: [lead] };
    put(state.agents, id, { ...one, id, name: id, ...half });
  }
  return state;
}

const TEAM = placesOf(marketState(), "echo").filter((place) => !/^[TM]/.test(place)).length;

test("CORE-25: an agent that more than 1,000 agents report to or work with leaves at once, and they follow in entries of 200", () => {
  const all = withTeam(MAX_HANDED_WITH_LEAVING - TEAM);
  const whole = run(all, "agents/decommission", { agent_id: "echo" });
  assert.is("left" in whole.reply, false);
  assert.equal(placesOf(whole.state, "echo"), []);
  const more = withTeam(MAX_HANDED_WITH_LEAVING - TEAM + 1);
  const body = { agent_id: "echo", successor_id: "nova" };
  const { state, reply, touched } = run(more, "agents/retire", body);
  assert.is((reply as { left: number }).left, MAX_HANDED_WITH_LEAVING + 1);
  assert.equal([...(touched.get("agents") ?? [])], ["echo"]);
  assert.equal(
    placesOf(state, "echo").filter((place) => /^[TM]/.test(place)),
    [],
  );
  const done = handAll(state);
  assert.equal(placesOf(done, "echo"), []);
  assert.is("handing_over_to" in record(done.agents, "echo"), false);
  assert.is(record(done.agents, "report-1").manager, "nova");
  assert.equal(record(done.agents, "report-2").collaborating_with, ["nova"]);
  refuses(
    more,
    "agents/delete",
    { agent_id: "echo" },
    "echo is named by 1001 agents, and one change may touch 1000; decommission it, which hands them over, and then delete it",
  );
  run(handAll(run(more, "agents/decommission", { agent_id: "echo" }).state), "agents/delete", {
    agent_id: "echo",
  });
});

test("CORE-25: what a successor is to get while it leaves itself, with more than changes at once, goes to its own", () => {
  const state = withMany(REST + 300);
  record(state.agents, "scout").handing_over_to = "echo";
  record(state.agents, "scout").standing = "retired";
  for (let n = 0; n < MAX_HANDED_WITH_LEAVING; n++) {
    const id = `left-${n}`;
    put(state.agents, id, { ...record(state.agents, "junior"), id, name: id });
  }
  const left = run(state, "agents/retire", { agent_id: "echo", successor_id: "nova" }).state;
  assert.is(record(left.agents, "scout").handing_over_to, "echo", "not yet");
  const task_ids = list(left.tasks).flatMap(({ id, owner }) => (owner === "scout" ? [id] : []));
  assert.ok(task_ids.length > 0);
  const hand = { agent_id: "scout", task_ids, mission_ids: [], agent_ids: [] };
  const handed = run(left, "system/hand_over", hand).state;
  for (const id of task_ids) assert.is(record(handed.tasks, id).owner, "nova");
});

test("CORE-25: an agent of a restored state that hands over to itself, in a circle or while it is active does so once", () => {
  for (const [marks, whose] of [
    [{ echo: "echo" }, null],
    [{ echo: "nova", nova: "echo" }, null],
    [{ echo: "nobody" }, null],
    [{ echo: "ceo" }, null],
  ] as [Record<string, string>, null][]) {
    for (const isActive of [true, false]) {
      const state = withMany(MAX_HANDED_AT_ONCE + 50);
      const before = record(state.tasks, "T-5001");
      for (const [id, to] of Object.entries(marks)) {
        const agent = record(state.agents, id);
        agent.handing_over_to = to;
        if (!isActive) agent.standing = "retired";
      }
      const done = handAll(state);
      assert.equal(
        atOnce(whatIsLeft(done, createRelations(done))),
        [],
        `${JSON.stringify(marks)} ${isActive}`,
      );
      const after = record(done.tasks, "T-5001");
      assert.is(after.owner, isActive ? before.owner : whose);
      if (isActive) assert.is(after, before, "an active one keeps its work");
      else assert.equal(placesOf(done, "echo"), []);
    }
  }
});

test("CORE-25: what names an agent that leaves costs no walk along the line above its successor for each", () => {
  const state = withTeam(400);
  // A restored line, longer than any that requests make, on which nova stands.
  const one = record(state.agents, "junior");
  const LINE = 2_000;
  for (let n = 0; n < LINE; n++) {
    const id = `line-${n}`;
    put(state.agents, id, { ...one, id, name: id, manager: n > 0 ? `line-${n - 1}` : "ceo" });
  }
  record(state.agents, "nova").manager = `line-${LINE - 1}`;
  let asked = 0;
  const counted = (id: string) => {
    const agent = record(state.agents, id);
    const { manager } = agent;
    Object.defineProperty(agent, "manager", {
      enumerable: true,
      configurable: true,
      get: () => {
        asked++;
        return manager;
      },
    });
  };
  for (let n = 0; n < LINE; n++) counted(`line-${n}`);
  const { state: after } = run(state, "agents/retire", { agent_id: "echo", successor_id: "nova" });
  // Below nova the line would be longer still.
  assert.is(record(after.agents, "report-1").manager, record(state.agents, "echo").manager);
  assert.ok(asked < 20 * LINE, `${asked} looks at ${LINE} managers`);
});

test("CORE-26: reports go further up where below the successor their line would be too long", () => {
  const line = (length: number) => {
    const state = copyOf(marketState());
    const one = record(state.agents, "junior");
    for (let n = 1; n < length; n++) {
      const [id, manager] = [`line-${n}`, n > 1 ? `line-${n - 1}` : "ceo"];
      put(state.agents, id, { ...one, id, name: id, manager });
    }
    record(state.agents, "nova").manager = `line-${length - 1}`;
    put(state.agents, "below", { ...one, id: "below", name: "below", manager: "junior" });
    return state;
  };
  const body = { agent_id: "echo", successor_id: "nova" };
  const managerAfter = (state: State) =>
    record(run(state, "agents/retire", body).state.agents, "junior").manager;
  assert.is(managerAfter(line(MAX_LINE - 2)), "nova");
  const long = line(MAX_LINE - 1);
  assert.is(managerAfter(long), record(long.agents, "echo").manager);
});

test("CORE-25: who is named in more than one change may touch is deleted once that is handed over", () => {
  const state = withMany(REST + 1);
  const sentence =
    "echo is named in 1001 tasks and missions, and one change may touch 1000; decommission it, which hands them over, and then delete it";
  refuses(state, "agents/delete", { agent_id: "echo" }, sentence);
  const left = handAll(run(state, "agents/decommission", { agent_id: "echo" }).state);
  run(left, "agents/delete", { agent_id: "echo" });
});

test("DUR-18: a leaving of a release before the bound is decided as it was, however much it changes", () => {
  const state = withMany(REST + 1);
  for (const name of ["agents/decommission", "agents/delete"] as const) {
    const declaration = actions.get(name);
    assert.ok(declaration);
    const stamp = { at: AT, seq: 9, actor: "ceo", actionId: "id" };
    const result = reduce(state, declaration, { name, payload: { agent_id: "echo" }, stamp });
    assert.ok(result.ok);
    assert.equal(placesOf(result.state, "echo"), []);
  }
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

test("CORE-1: where managers lead in a circle, as in a state from elsewhere, an agent leaves all the same", () => {
  const state = demoState();
  const agents = toFlat<object>(state.agents);
  const led = (id: string, manager: string) => ({ [id]: { ...agents[id], manager } });
  for (const circle of [
    { ...led("orion", "codex"), ...led("codex", "orion") },
    { ...led("pixel", "pixel"), ...led("iris", "codex") },
  ]) {
    const circular = { ...state, agents: { ...agents, ...circle } } as State;
    const { state: after } = run(circular, "agents/retire", {
      agent_id: "codex",
      successor_id: "pixel",
    });
    assert.is(record(after.agents, "codex").standing, "retired");
  }
});

test.run();
