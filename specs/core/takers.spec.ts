/**
 * Who is there for a specialism, and what it costs a company of many agents and many missions to know.
 * Neighbours: `core/state/agents/takers.ts`, the missions' views, `snapshot-bytes.spec.ts`.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { actions, createRelations, type Relations, reduce, type State } from "../../core/index.ts";
import type { Agent } from "../../core/state/agents/agent.ts";
import { takersByWord, takersOrHome } from "../../core/state/agents/takers.ts";
import { isPresent } from "../../core/state/agents/views.ts";
import {
  focusOf,
  type MissionControl,
  type MissionView,
  missionControl,
  missionViews,
} from "../../core/state/missions/views.ts";
import { explainTask } from "../../core/state/tasks/routing.ts";
import { get, list, toFlat } from "../../core/table.ts";
import { AT, act, demoState, frozen, record, refuses, run } from "../support/core.ts";
import { createRandom, seedOf } from "../support/random.ts";
import { randomAction, randomPause } from "./random-actions.ts";

const test = suite("takers");
frozen(test);

const MANY = 1_000;

function crowd(specialists = ["code"]): State {
  const agents = Array.from({ length: MANY }, (_, n) => ({
    agent_id: `a${n}x`,
    name: `Agent ${n}x`,
    role: "Tester",
    specialists,
  }));
  return run(demoState(), "openclaw/roster_sync", { agents }).state;
}

/** How often the specialisms of an agent are looked at meanwhile. */
function watched(state: State): { state: State; looks(): number } {
  let looks = 0;
  const agents = toFlat(state.agents);
  const seen = Object.values(agents).map((agent) => {
    const { specialists } = agent;
    return Object.defineProperty({ ...agent }, "specialists", {
      enumerable: true,
      get() {
        looks++;
        return specialists;
      },
    }) as Agent;
  });
  const rows = (state.agents as (Record<string, Agent>[] | null)[]).map(
    (row) =>
      row?.map(
        (leaf) =>
          leaf &&
          Object.fromEntries(
            Object.keys(leaf).map((id) => [id, seen.find((one) => one.id === id)]),
          ),
      ) ?? null,
  );
  return { state: { ...state, agents: rows as State["agents"] }, looks: () => looks };
}

test("CORE-20: after every step of a history the index says what a look at all agents says", () => {
  const first = seedOf(9_700);
  for (let seed = first; seed < first + 3; seed++) {
    const random = createRandom(seed);
    let state = demoState();
    let at = AT;
    for (let step = 0; step < 150; step++) {
      at += randomPause(random);
      const { name, body } = randomAction(random, state);
      const result = act(state, name, body, at);
      if (result.ok) state = result.state;
      const present = list(state.agents).filter(isPresent);
      const words = new Set(present.flatMap((agent) => agent.specialists));
      const homes = new Set(present.flatMap((agent) => agent.home_specialist ?? []));
      for (const one of [...words, ...homes, "juggling"]) {
        const byWord = present.filter((agent) => agent.specialists.includes(one));
        const orHome = present.filter(
          (agent) => agent.home_specialist === one || agent.specialists.includes(one),
        );
        const ids = (agents: readonly Agent[]) => agents.map(({ id }) => id);
        const where = `seed ${seed}, step ${step}, ${name}, ${one}`;
        assert.equal(takersByWord(state.agents).get(one) ?? [], ids(byWord), where);
        assert.equal(takersOrHome(state.agents).get(one) ?? [], ids(orHome), where);
      }
      assert.equal(
        missionViews({ ...state, agents: toFlat(state.agents) }, at),
        missionViews(state, at),
      );
    }
  }
});

test("CORE-20: the views of many missions look at each agent once, and again where its row changed", () => {
  let state = crowd();
  for (let n = 0; n < 100; n++) {
    state = run(state, "missions/plan", {
      title: `Mission ${n}`,
      objective: "o",
      required_specialists: Array.from({ length: 20 }, (_, at) => `s${(n + at) % 40}`),
    }).state;
  }
  const { state: seen, looks } = watched(state);
  missionViews(seen, AT);
  const made = looks();
  assert.is(made, list(seen.agents).length);
  missionViews(seen, AT);
  missionControl(seen, AT);
  assert.is(looks(), made, "nothing changed");
});

test("CORE-21: a staffing names 20 agents and says how many there are", () => {
  const { state, reply } = run(crowd(), "missions/plan", {
    title: "Large",
    objective: "o",
    required_specialists: ["code", "juggling"],
  });
  const [code, juggling] = (reply as { mission: MissionView }).mission.staffing;
  const present = list(state.agents).filter(
    (agent) => isPresent(agent) && agent.specialists.includes("code"),
  );
  assert.is(code?.agents.length, 20);
  assert.is(code?.present, present.length);
  assert.ok(present.length > MANY);
  assert.equal(juggling, { specialist: "juggling", agents: [], present: 0, covered: false });
});

test("CORE-21: the overview that a plan answers names the first 50 missions to look at, and counts all", () => {
  let state = demoState();
  for (let n = 0; n < 120; n++) {
    const status = (["planned", "done", "active", "blocked"] as const)[n % 4];
    const priority = (["P2", "P0", "P1"] as const)[n % 3];
    const plan = { title: `Mission ${n}`, objective: "o", status, priority };
    state = run(state, "missions/plan", plan).state;
  }
  const said = run(state, "missions/plan", { title: "Last", objective: "o" });
  const control = (said.reply as { mission_control: MissionControl }).mission_control;
  const all = list(said.state.missions);
  assert.is(control.total, all.length);
  assert.is(
    Object.values(control.by_status).reduce((sum, count) => sum + count),
    all.length,
  );
  assert.is(control.missions.length, 50);
  // One after the other, each is the first of those that are left.
  let left = all;
  for (const { id } of control.missions) {
    assert.is(id, focusOf(left));
    left = left.filter((mission) => mission.id !== id);
  }
  assert.is(control.focus, control.missions[0]?.id);
  assert.equal(control, missionControl(said.state, AT));
});

test("CORE-21: a mission asks for 20 specialisms, an agent takes work of 50", () => {
  const words = (count: number) => Array.from({ length: count }, (_, n) => `s${n}`);
  const plan = { title: "Large", objective: "o" };
  refuses(
    demoState(),
    "missions/plan",
    { ...plan, required_specialists: words(21) },
    "required_specialists must have at most 20 items",
  );
  run(demoState(), "missions/plan", { ...plan, required_specialists: words(20) });
  refuses(
    demoState(),
    "agents/update",
    { agent_id: "codex", specialists: words(51) },
    "specialists must have at most 50 items",
  );
  run(demoState(), "agents/update", { agent_id: "codex", specialists: words(50) });
});

test("AGT-9: an explanation tells of 100 agents one by one, those first that may start it, and counts the others", () => {
  const state = run(crowd(), "tasks/create", {
    title: "For all",
    status: "ready",
    owner: "",
  }).state;
  const [task] = list(state.tasks).filter(({ title }) => title === "For all");
  if (!task) throw new Error("it was not made");
  const explained = explainTask(state, createRelations(state), task);
  const active = list(state.agents).filter(({ standing }) => standing === "active").length;
  assert.is(explained.candidates.length, 100);
  assert.is(explained.candidates_left_out, active - 100);
  assert.is(explained.eligible_agents.length, 100);
  assert.is(explained.eligible_agents_left_out, active - 100);
  assert.ok(explained.candidates.every(({ eligible }) => eligible));
  assert.match(explained.summary, ` and ${active - 10} more.`);
});

test("AGT-9: what keeps a task from everybody is said in a bounded text, however much it is", () => {
  let state = crowd();
  const ids: string[] = [];
  for (let n = 0; n < 40; n++) {
    state = run(state, "tasks/create", { title: `Before ${n}` }).state;
    ids.push(`T-${216 + n}`);
  }
  state = run(state, "tasks/create", {
    title: "After",
    status: "ready",
    depends_on: ids,
    blockers: Array.from({ length: 200 }, (_, n) => `${n}${"x".repeat(900)}`),
  }).state;
  const task = record(state.tasks, "T-256");
  assert.is(get(state.tasks, "T-256")?.blockers.length, 200);
  const explained = explainTask(state, createRelations(state), task);
  assert.is(explained.reasons.length, 12, "blocked, ten by name, and the others");
  assert.match(explained.reasons.at(-1)?.text ?? "", "30 more");
  const { length } = JSON.stringify(explained);
  assert.ok(length < 1_000_000, `${length} characters`);
});

test("CORE-20: the load of each agent is looked up once for all tasks of a plan, which are spread over them", () => {
  const state = crowd();
  const relations = createRelations(state);
  let looks = 0;
  const counting: Relations = {
    ...relations,
    tasks(name, key) {
      if (name === "open") looks++;
      return relations.tasks(name, key);
    },
  };
  const tasks = Array.from({ length: 100 }, () => ({ title: "x", specialist: "code" }));
  const payload = { title: "Spread", objective: "o", tasks };
  const stamp = { at: AT, seq: 3, actor: "ceo", actionId: "id" };
  const declaration = actions.get("missions/plan");
  assert.ok(declaration);
  const result = reduce(state, declaration, { name: "missions/plan", payload, stamp }, counting);
  assert.ok(result.ok);
  if (!result.ok) return;
  assert.ok(looks < 2 * MANY, `${looks} looks for ${MANY} agents`);
  const made = list(result.state.tasks).filter(({ title }) => title === "x");
  assert.is(
    new Set(made.map(({ owner }) => owner)).size,
    100,
    "nobody has two while others have none",
  );
});

test.run();
