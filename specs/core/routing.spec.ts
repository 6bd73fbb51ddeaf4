/**
 * Routing: why a task can or cannot be started, that the claim never says otherwise, and that a crowd of
 * agents finishes everything, in order and in equal shares. More random states: `SOAK=500`; one again:
 * `SEED=<seed>`.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type ActionName,
  actions,
  createRelations,
  createState,
  createValidator,
  type Reduction,
  reduce,
  type State,
} from "../../core/index.ts";
import type { Agent } from "../../core/state/agents/agent.ts";
import { explainTask, REASON_CODES, type Reason } from "../../core/state/tasks/routing.ts";
import type { Task } from "../../core/state/tasks/task.ts";
import { get, list, size, toFlat, values } from "../../core/table.ts";
import { AT, createStory, demoState, frozen, record, type Story } from "../support/core.ts";
import { createRandom, type Random, seedOf } from "../support/random.ts";
import { randomAction, randomPause } from "./random-actions.ts";

const test = suite("routing");
frozen(test);

const ROUNDS = Number(process.env.SOAK ?? 3);
/** A random company has five to seventeen pairs that may start: enough of them that the spec bites. */
const STATES = Math.max(ROUNDS, 6);
const SECOND_MS = 1_000;

const agentIn = (state: State, id: string) => record(state.agents, id);
const explain = ({ state }: Story, id: string, agent?: string) =>
  explainTask(
    state,
    createRelations(state),
    record(state.tasks, id),
    agent === undefined ? undefined : [agentIn(state, agent)],
  );

/** The state with other fields in one record. */
function changed(state: State, name: "tasks" | "agents", id: string, fields: object): State {
  const rows = toFlat<object>(state[name]);
  return { ...state, [name]: { ...rows, [id]: { ...rows[id], ...fields } } };
}

/** The one reason of that code for the pair. */
function reasonOf(story: Story, code: Reason["code"], task: string, agent: string): Reason {
  const { candidates } = explain(story, task, agent);
  const found = candidates[0]?.reasons.filter((reason) => reason.code === code) ?? [];
  assert.is(found.length, 1, `${code}: ${JSON.stringify(candidates)}`);
  return found[0] as Reason;
}

interface Case {
  code: Reason["code"];
  given?: [ActionName, object][];
  task?: string;
  agent?: string;
  blocking?: false;
  text: string;
  remedy: string;
}

/** Codex holds so many tasks that are made for it, from T-216. */
function holding(count: number): [ActionName, object][] {
  return Array.from({ length: count }, (_, n) => `T-${216 + n}`).flatMap((task_id) => [
    ["tasks/create", { title: "x", owner: "codex", status: "ready" }],
    ["tasks/claim", { agent_id: "codex", task_id }],
  ]);
}

const ownerless: [ActionName, object] = ["tasks/update", { task_id: "T-208", owner: null }];

const CASES: Case[] = [
  {
    code: "status",
    task: "T-213",
    text: "its status is backlog",
    remedy: "Move it to ready.",
  },
  {
    code: "status",
    task: "T-203",
    text: "its status is in_progress",
    remedy: "Move it back to ready; its owner may claim it by its id.",
  },
  {
    code: "needs_human",
    given: [["tasks/update", { task_id: "T-208", needs_human: true }]],
    text: "it waits for a human: it was set aside for one",
    remedy: "Update it with needs_human: false.",
  },
  {
    code: "held",
    given: [["tasks/claim", { agent_id: "codex", task_id: "T-208" }]],
    agent: "iris",
    text: "Codex holds it until 2026-03-21T09:35:01+00:00",
    remedy: "Wait for the end of the lease, or have the CEO release it.",
  },
  {
    code: "blocked",
    given: [["tasks/update", { task_id: "T-208", blockers: ["no key", "no time"] }]],
    text: "it is blocked: no key; no time",
    remedy: "Update it with an empty blockers list.",
  },
  {
    code: "depends_on",
    given: [
      ["tasks/update", { task_id: "T-208", depends_on: ["T-204"] }],
      ["tasks/link", { source_id: "T-204", target_id: "T-208", link_type: "blocks" }],
    ],
    text: "it waits for T-204, which is in_progress",
    remedy: "Finish T-204, or take it out of what the task depends on.",
  },
  {
    code: "other_owner",
    agent: "iris",
    text: "it belongs to Codex",
    remedy: "Update it with owner: iris to hand it over.",
  },
  {
    code: "other_specialist",
    given: [ownerless],
    agent: "iris",
    text: "it asks for code, which Iris does not take",
    remedy: "Update it with owner: iris, or change its specialist.",
  },
  {
    code: "standing",
    given: [["agents/retire", { agent_id: "echo" }], ownerless],
    agent: "echo",
    text: "Echo is retired",
    remedy: "Register it again.",
  },
  {
    code: "offline",
    given: [["agents/heartbeat", { agent_id: "codex", status: "offline" }]],
    blocking: false,
    text: "Codex is offline",
    remedy: "It is present again with its next heartbeat.",
  },
  {
    code: "overloaded",
    given: [1, 2, 3].map(() => ["tasks/create", { title: "x", owner: "codex" }]),
    blocking: false,
    text: "Codex has 5 open tasks, more than 4",
    remedy: "Hand some of them over.",
  },
  {
    code: "leases",
    given: holding(50),
    text: "Codex has 50 tasks that it holds or that wait for a human on its account, the most that an agent may; finish or release some, or ask a human for what waits",
    remedy: "Finish or release some that it holds, or have a human end what waits for one.",
  },
  {
    code: "no_owner",
    given: [ownerless],
    blocking: false,
    text: "it has no owner: any agent that takes code may claim it",
    remedy: "Claim it, or set an owner.",
  },
];

for (const { code, given = [], task = "T-208", agent = "codex", ...wanted } of CASES) {
  test(`AGT-5: ${code} is said in words, with its remedy`, () => {
    const story = createStory();
    for (const [name, body] of given) story.does(name, body);
    const { blocking = true, text, remedy } = wanted;
    assert.equal(reasonOf(story, code, task, agent), { code, blocking, text, remedy });
    const { eligible, candidates } = explain(story, task, agent);
    assert.is(eligible, blocking === false);
    assert.is(candidates.length, 1);
  });
}

test("AGT-5: every code has a case", () => {
  assert.equal([...new Set(CASES.map(({ code }) => code))].sort(), [...REASON_CODES].sort());
});

test("AGT-5: who is counted as eligible is who has no reason that keeps it from the task", () => {
  const story = createStory();
  for (const [name, body] of holding(50)) story.does(name, body);
  for (const [agent_id, fields] of [
    ["iris", { standing: "suspended" }],
    ["ralph", { specialists: ["code", "docs"] }],
  ] as const) {
    story.state = changed(story.state, "agents", agent_id, fields);
  }
  let able = 0;
  for (const { id } of values(story.state.tasks)) {
    for (const fields of [{}, { status: "ready", owner: null, specialist: "code", lease: null }]) {
      const state = changed(story.state, "tasks", id, fields);
      const told = explainTask(state, createRelations(state), record(state.tasks, id));
      const eligible = told.candidates.filter((one) => one.eligible).map((one) => one.agent_id);
      assert.equal(told.eligible_agents, eligible, id);
      able += told.eligible_agents.length;
    }
  }
  assert.ok(able > 20, `only ${able} were eligible`);
});

test("AGT-5: the summary names what keeps everybody, else who may start the task", () => {
  const story = createStory();
  assert.is(explain(story, "T-208").summary, "T-208 can be started by Codex.");
  assert.equal(explain(story, "T-208").eligible_agents, ["codex"]);
  const { candidates, summary } = explain(story, "T-211");
  assert.is(
    summary,
    "T-211 cannot be started: its status is backlog; it waits for T-204, which is in_progress.",
  );
  assert.is(candidates.length, size(story.state.agents));
  story.does("tasks/update", { task_id: "T-208", owner: null, specialist: "juggling" });
  assert.is(explain(story, "T-208").summary, "T-208 is ready, but no agent may start it.");
});

const validator = createValidator();

/** Reduces without looking; undefined where it is refused. */
function attempt(
  state: State,
  name: ActionName,
  body: unknown,
  { at = AT, seq = 2, relations = createRelations(state) } = {},
): Reduction | undefined {
  const declaration = actions.get(name);
  if (!declaration) throw new Error(`no action ${name}`);
  const validated = validator.validate(declaration, body);
  if (!validated.ok) return undefined;
  const stamp = { at, seq, actor: "ceo", actionId: "id" };
  const result = reduce(state, declaration, { name, payload: validated.payload, stamp }, relations);
  return result.ok ? result : undefined;
}

/** A company as any history may leave it, with many ready tasks. */
function randomState(random: Random): State {
  let state = demoState();
  let at = AT;
  for (let step = 0; step < 60; step++) {
    at += randomPause(random);
    const { name, body } =
      random.whole(3) > 0 ? randomAction(random, state) : readied(random, state);
    state = attempt(state, name, body, { at, seq: step + 3 })?.state ?? state;
  }
  return state;
}

function readied(random: Random, state: State): { name: ActionName; body: object } {
  const owner = random.pick([null, ...list(state.agents).map(({ id }) => id)]);
  const tasks = list(state.tasks);
  if (tasks.length < 5 || random.whole(4) === 0) {
    const specialist = random.pick(["code", "docs", "juggling", null]);
    return { name: "tasks/create", body: { title: "x", status: "ready", owner, specialist } };
  }
  const { id: task_id } = random.pick(tasks);
  return random.pick<{ name: ActionName; body: object }>([
    { name: "tasks/update", body: { task_id, status: "ready", owner } },
    { name: "tasks/update", body: { task_id, blockers: [], needs_human: random.whole(5) === 0 } },
    { name: "tasks/claim", body: { task_id, agent_id: owner ?? "codex" } },
  ]);
}

test("AGT-5: no specialism is called like the pool of everybody", () => {
  const story = createStory();
  const asked = { title: "x", status: "ready", priority: "P0", specialist: "*", owner: null };
  story.does("tasks/create", asked);
  for (const agent of list(story.state.agents)) agreesUnnamed(story.state, agent, "of *");
});

test("AGT-5: claim and explanation agree on every task and agent, in any state", () => {
  const first = seedOf(8_000);
  let eligible = 0;
  for (let seed = first; seed < first + STATES; seed++) {
    const state = randomState(createRandom(seed));
    const relations = createRelations(state);
    for (const task of values(state.tasks)) {
      const { candidates } = explainTask(state, relations, task, list(state.agents));
      for (const { agent_id, eligible: may, reasons } of candidates) {
        const claimed = attempt(
          state,
          "tasks/claim",
          { agent_id, task_id: task.id },
          { relations },
        );
        const goesOn = task.status === "in_progress" && task.owner === agent_id;
        const told = `seed ${seed}: ${agent_id} on ${task.id}: ${JSON.stringify(reasons)}`;
        if (may) eligible++;
        if (may || !goesOn) assert.is(claimed !== undefined, may, told);
      }
    }
    for (const agent of values(state.agents)) agreesUnnamed(state, agent, `seed ${seed}`);
  }
  assert.ok(eligible > 20, `only ${eligible} pairs could be claimed`);
});

/** What an unnamed claim gets the agent may start; where it gets none there is nothing it should. */
function agreesUnnamed(state: State, agent: Agent, told: string): void {
  const relations = createRelations(state);
  const got = attempt(state, "tasks/claim", { agent_id: agent.id }, { relations });
  const may = (task: Task) => explainTask(state, relations, task, [agent]).eligible;
  const { task = null } = (got?.reply ?? {}) as { task?: Task | null };
  if (task) assert.ok(may(record(state.tasks, task.id)), `${told}: ${agent.id} got ${task.id}`);
  else if (agent.standing === "active") {
    assert.not.ok(list(state.tasks).some(may), `${told}: ${agent.id} got nothing`);
  }
}

const AGENTS = 20;
const TASKS = 300;
const TTL_SECONDS = 60;
const KINDS = ["code", "docs", "qa", null] as const;

interface Worker {
  id: string;
  /** Until when it works, in milliseconds; null when it has nothing. */
  until: number | null;
  task: string | null;
  token: number;
  /** It does no more until its lease has run out. */
  crashed: boolean;
  claims: number;
}

/** A company of equals: five agents for each of code, docs, qa and two of them at once. */
function crowd(): { state: State; workers: Worker[] } {
  let state = attempt(createState(), "blank/reset", {})?.state as State;
  const workers = Array.from({ length: AGENTS }, (_, n): Worker => {
    const kind = n % 4;
    const specialists = kind === 3 ? ["code", "docs"] : [KINDS[kind]];
    const id = `agent-${n}`;
    const agent = { agent_id: id, name: id, role: "Worker", specialists };
    state = attempt(state, "agents/register", agent)?.state as State;
    return { id, until: null, task: null, token: 0, crashed: false, claims: 0 };
  });
  return { state, workers };
}

function simulate(seed: number): void {
  const random = createRandom(seed);
  let { state, workers } = crowd();
  const relations = createRelations(state);
  let at = AT;
  let seq = 100;
  let made = 0;
  let crashes = 0;
  const tokens = new Map<string, number>();

  function does(name: ActionName, body: object): Reduction {
    const result = attempt(state, name, body, { at, seq: ++seq, relations });
    if (!result) throw new Error(`seed ${seed}: ${name} ${JSON.stringify(body)} refused`);
    relations.advance(state, result.state, result.touched);
    state = result.state;
    return result;
  }

  function make(): void {
    const specialist = random.pick(KINDS);
    const priority = random.pick(["P0", "P1", "P2", "P3"]);
    const { reply } = does("tasks/create", { title: `${++made}`, specialist, priority });
    const { id } = (reply as { task: Task }).task;
    does("tasks/update", { task_id: id, status: "ready", owner: null });
  }

  /** No task that this agent may take is more urgent, or as urgent and waiting longer. */
  function checkOrder(worker: Worker, before: State, taken: Task): void {
    const agent = agentIn(before, worker.id);
    for (const other of values(before.tasks)) {
      if (other.status !== "ready" || other.needs_human || other.id === taken.id) continue;
      if (other.specialist && !agent.specialists.includes(other.specialist)) continue;
      const was = record(before.tasks, taken.id);
      const sooner =
        other.priority < was.priority ||
        (other.priority === was.priority && other.status_since < was.status_since);
      assert.not.ok(sooner, `seed ${seed}: ${taken.id} was claimed before ${other.id}`);
    }
  }

  function claim(worker: Worker): void {
    const before = state;
    const { reply } = does("tasks/claim", { agent_id: worker.id, ttl_seconds: TTL_SECONDS });
    const { task, lease } = reply as { task: Task | null; lease: { token: number } | null };
    if (!task || !lease) return;
    checkOrder(worker, before, task);
    assert.ok(lease.token > (tokens.get(task.id) ?? 0), `seed ${seed}: a token came back`);
    tokens.set(task.id, lease.token);
    const holders = workers.filter((one) => one.task === task.id && !one.crashed);
    assert.equal(holders, [], `seed ${seed}: ${task.id} has two holders`);
    const crashed = random.whole(12) === 0;
    if (crashed) crashes++;
    Object.assign(worker, {
      task: task.id,
      token: lease.token,
      crashed,
      claims: worker.claims + 1,
      // One that crashed comes back after its lease, and a little.
      until: at + (crashed ? TTL_SECONDS + 5 : 1 + random.whole(40)) * SECOND_MS,
    });
  }

  function finish(worker: Worker): void {
    const body = { task_id: worker.task, agent_id: worker.id, lease_token: worker.token };
    if (worker.crashed) {
      const late = attempt(state, "tasks/update", { ...body, progress: 1 }, { at, seq, relations });
      assert.is(late, undefined, `seed ${seed}: ${worker.id} wrote after its lease`);
    } else {
      does("tasks/event", { ...body, type: "needs-validation" });
      does("tasks/update", { task_id: worker.task, status: "done" });
    }
    Object.assign(worker, { task: null, until: null, crashed: false });
  }

  for (let done = 0; done < TASKS; at += SECOND_MS) {
    assert.ok(at - AT < 6 * 3_600 * SECOND_MS, `seed ${seed}: ${done} of ${TASKS} done and stuck`);
    for (let n = random.whole(3); n > 0 && made < TASKS; n--) make();
    does("system/expire", { max_expiries: 1_000 });
    for (const worker of workers) {
      if (worker.until !== null && worker.until <= at) finish(worker);
      if (worker.until === null) claim(worker);
    }
    done = relations.tasks("status", "done").size;
  }

  assert.ok(crashes > 5, `seed ${seed}: only ${crashes} crashes`);
  for (const kind of [0, 1, 2, 3]) {
    const shares = workers.filter((_, n) => n % 4 === kind).map(({ claims }) => claims);
    const [least, most] = [Math.min(...shares), Math.max(...shares)];
    assert.ok(least > 0 && most <= 3 * least, `seed ${seed}: shares of equals ${shares.join()}`);
  }
}

test(`AGT-1 AGT-6: ${AGENTS} agents finish ${TASKS} tasks: in order, one holder each, equal shares`, () => {
  const first = seedOf(9_000);
  for (let seed = first; seed < first + Math.min(ROUNDS, 20); seed++) simulate(seed);
});

test("AGT-6: as many tasks arrive before it as they like, an old task of one priority is next", () => {
  const story = createStory(crowd().state);
  const add = () => {
    const { reply } = story.does("tasks/create", { title: "x", priority: "P3", status: "ready" });
    return (reply as { task: Task }).task.id;
  };
  const old = add();
  for (let n = 0; n < 20; n++) add();
  const { reply } = story.does("tasks/claim", { agent_id: "agent-7" });
  assert.is((reply as { task: Task }).task.id, old);
  assert.is(get(story.state.tasks, old)?.owner, "agent-7");
});

test.run();
