/**
 * Routing: which task an agent may start, and in words why not. One set of reasons serves the claim,
 * its refusal and `tasks/explain`, so that the three can never disagree.
 * Neighbours: `lease-actions.ts`, the query tasks/explain.
 */
import type { Relations } from "../../relations.ts";
import { POOL_OF_ALL } from "../../startable.ts";
import { get, list } from "../../table.ts";
import { type Agent, MAX_OPEN_TASKS } from "../agents/agent.ts";
import { isPresent } from "../agents/views.ts";
import { nameOf } from "../lookup.ts";
import type { State } from "../state.ts";
import { MAX_LEASES, suits } from "./leases.ts";
import type { Task, TaskStatus } from "./task.ts";
import { blockersOf, compareByUrgency, whyHuman } from "./views.ts";

export const REASON_CODES = [
  "status",
  "needs_human",
  "held",
  "blocked",
  "depends_on",
  "other_owner",
  "other_specialist",
  "standing",
  "offline",
  "overloaded",
  "no_owner",
  "leases",
] as const;

/** Something to know about a task and an agent; where `blocking`, it cannot be started because of it. */
export interface Reason {
  code: (typeof REASON_CODES)[number];
  blocking: boolean;
  text: string;
  /** What would change that. */
  remedy: string;
}

/** What a refusal and each of a thousand candidates repeats has a bound. */
const MAX_WHY = 200;
const MAX_AWAITED = 10;
/** Candidates that are told one by one, and agents that a sentence names. */
const MAX_CANDIDATES = 100;
const MAX_NAMED = 10;

/** How a task comes to be ready (see TRANSITIONS). */
const STATUS_REMEDY: Record<TaskStatus, string> = {
  backlog: "Move it to ready.",
  ready: "",
  in_progress: "Move it back to ready; its owner may claim it by its id.",
  validation: "Send it back to in_progress, and from there to ready.",
  done: "Reopen it: to validation, in_progress and ready.",
};

/** What keeps everybody from starting the task. */
export function taskReasons(state: State, task: Task): Reason[] {
  const reasons: Reason[] = [];
  const add = (code: Reason["code"], text: string, remedy: string) =>
    reasons.push({ code, blocking: true, text, remedy });
  if (task.lease) {
    const { holder, expires_at } = task.lease;
    const text = `${nameOf(state, holder)} holds it until ${expires_at}`;
    add("held", text, "Wait for the end of the lease, or have the CEO release it.");
  } else if (task.status !== "ready") {
    add("status", `its status is ${task.status}`, STATUS_REMEDY[task.status]);
  }
  if (task.needs_human) {
    const text = `it waits for a human: it ${whyHuman(task)}`;
    add("needs_human", text, "Update it with needs_human: false.");
  }
  if (task.blocked) {
    const all = task.blockers.join("; ") || "no reason was given";
    const why = all.length > MAX_WHY ? `${all.slice(0, MAX_WHY)}…` : all;
    add("blocked", `it is blocked: ${why}`, "Update it with an empty blockers list.");
  }
  const awaited = blockersOf(state, task);
  for (const id of awaited.slice(0, MAX_AWAITED)) {
    const other = get(state.tasks, id);
    const text = `it waits for ${id}, which is ${other?.status ?? "not there"}`;
    add("depends_on", text, `Finish ${id}, or take it out of what the task depends on.`);
  }
  const others = awaited.length - MAX_AWAITED;
  if (others > 0) {
    const text = `it waits for ${others} more`;
    add("depends_on", text, "Finish those too, or take them out of what the task depends on.");
  }
  return reasons;
}

/** What concerns this agent and this task, beside what keeps everybody. */
export function agentReasons(
  state: State,
  relations: Relations,
  task: Task,
  agent: Agent,
): Reason[] {
  const reasons: Reason[] = [];
  const add = (code: Reason["code"], blocking: boolean, text: string, remedy: string) =>
    reasons.push({ code, blocking, text, remedy });
  const { id, name } = agent;
  if (agent.standing !== "active") {
    add("standing", true, `${name} is ${agent.standing}`, "Register it again.");
  } else if (!isPresent(agent)) {
    add("offline", false, `${name} is offline`, "It is present again with its next heartbeat.");
  }
  if (task.owner && task.owner !== id) {
    const text = `it belongs to ${nameOf(state, task.owner)}`;
    add("other_owner", true, text, `Update it with owner: ${id} to hand it over.`);
  } else if (!task.owner && !suits(task, agent)) {
    const text = `it asks for ${task.specialist}, which ${name} does not take`;
    add("other_specialist", true, text, `Update it with owner: ${id}, or change its specialist.`);
  } else if (!task.owner) {
    const whom = task.specialist ? `any agent that takes ${task.specialist}` : "any agent";
    add("no_owner", false, `it has no owner: ${whom} may claim it`, "Claim it, or set an owner.");
  }
  const open = relations.tasks("open", id).size;
  if (open > MAX_OPEN_TASKS) {
    const text = `${name} has ${open} open tasks, more than ${MAX_OPEN_TASKS}`;
    add("overloaded", false, text, "Hand some of them over.");
  }
  const full = holdsMost(relations, agent);
  if (full) reasons.push(full);
  return reasons;
}

/** Where the agent has as many tasks as one may hold at a time: what keeps it from another. */
export function holdsMost(relations: Relations, { id, name }: Agent): Reason | null {
  if (relations.tasks("held", id).size < MAX_LEASES) return null;
  const text =
    `${name} has ${MAX_LEASES} tasks that it holds or that wait for a human on its account, the most that ` +
    "an agent may; finish or release some, or ask a human for what waits";
  const remedy = "Finish or release some that it holds, or have a human end what waits for one.";
  return { code: "leases", blocking: true, text, remedy };
}

/**
 * The task an agent should start next: the most urgent of its own, else the most urgent of those
 * without an owner that suit it. Within a priority the one that has waited longest, so none starves.
 */
export function pickTask(relations: Relations, agent: Agent, project?: string): Task | null {
  const own = relations.startable("owner", agent.id, project);
  if (own) return own;
  let best: Task | null = null;
  const kinds = new Set([POOL_OF_ALL, agent.home_specialist ?? POOL_OF_ALL, ...agent.specialists]);
  for (const kind of kinds) {
    const found = relations.startable("pool", kind, project);
    if (found && (!best || compareByUrgency(found, best) < 0)) best = found;
  }
  return best;
}

/** In words and in data: who may start the task, who may not, and what would change that. */
export function explainTask(state: State, relations: Relations, task: Task, agents?: Agent[]) {
  const general = taskReasons(state, task);
  const asked = agents ?? activeIn(state.agents);
  const [able, unable]: [Agent[], Agent[]] = [[], []];
  // In words only of those who are told: anybody may ask, of a company with many.
  for (const agent of asked) {
    (general.length === 0 && mayTake(relations, task, agent) ? able : unable).push(agent);
  }
  const told = [...able, ...unable].slice(0, agents?.length ?? MAX_CANDIDATES);
  return {
    task_id: task.id,
    eligible: able.length > 0,
    summary: summarise(state, task, general, able),
    reasons: general,
    eligible_agents: able.slice(0, MAX_CANDIDATES).map(({ id }) => id),
    eligible_agents_left_out: Math.max(0, able.length - MAX_CANDIDATES),
    candidates: told.map((agent) => {
      const reasons = [...general, ...agentReasons(state, relations, task, agent)];
      const eligible = !reasons.some(({ blocking }) => blocking);
      return { agent_id: agent.id, name: agent.name, eligible, reasons };
    }),
    candidates_left_out: asked.length - told.length,
  };
}

/** By id. Looked up once for each table of them, and not for each who asks. */
const active = new WeakMap<object, Agent[]>();

function activeIn(agents: State["agents"]): Agent[] {
  const known = active.get(agents);
  if (known) return known;
  const found = list(agents)
    .filter(({ standing }) => standing === "active")
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  active.set(agents, found);
  return found;
}

/** Whether `agentReasons` has none for it that keeps it from the task. */
function mayTake(relations: Relations, task: Task, agent: Agent): boolean {
  if (agent.standing !== "active" || holdsMost(relations, agent)) return false;
  return task.owner ? task.owner === agent.id : suits(task, agent);
}

function summarise(state: State, task: Task, general: Reason[], able: Agent[]): string {
  if (general.length > 0) {
    return `${task.id} cannot be started: ${general.map(({ text }) => text).join("; ")}.`;
  }
  if (able.length === 0) return `${task.id} is ready, but no agent may start it.`;
  const names = able.slice(0, MAX_NAMED).map(({ id }) => nameOf(state, id));
  const others = able.length - names.length;
  return `${task.id} can be started by ${names.join(", ")}${others > 0 ? ` and ${others} more` : ""}.`;
}
