/**
 * What becomes of the work of an agent that leaves. Neighbours: `naming.ts` finds it, `leave-actions.ts` hands over with
 * the leaving itself, and where that is too much the server's timer does it behind it, in entries that name their tasks.
 * Invariant: no work stays with an agent that left, but for what is on the way; who gets it stands with the agent,
 * so that a stop loses nothing of it.
 */
import { Type } from "typebox";
import { type Context, defineAction, type Ruled } from "../../action.ts";
import { inOrder } from "../../relations.ts";
import { id } from "../../schema.ts";
import { get } from "../../table.ts";
import { find, revise, touch, unique } from "../lookup.ts";
import type { State } from "../state.ts";
import { moveTask, track } from "../tasks/moves.ts";
import { type Agent, CEO } from "./agent.ts";
import { lineBeyond } from "./line.ts";
import {
  agentsOf,
  countAgentsNaming,
  countNaming,
  isNamedBy,
  isNamedIn,
  missionsOf,
} from "./naming.ts";

/** Tasks and missions that change with the leaving itself, where there are no more; and as many agents. */
export const MAX_HANDED_WITH_LEAVING = 1_000;
/** Tasks, missions and agents of one entry behind it. */
export const MAX_HANDED_AT_ONCE = 200;

/** Whether they are too many to change with its leaving. */
export function isTooMuch(count: number, { most }: Context): boolean {
  return most !== undefined && count > most;
}

/** Whether the agents that name it are; before there were rules they all changed with it. */
export function isTooLarge(team: number, context: Context): boolean {
  return context.rules !== undefined && isTooMuch(team, context);
}

/**
 * Hands every task and mission of an agent to a successor, or to nobody, and its reports to the
 * successor or to its own manager.
 * @returns the ids of the tasks it owned, in the order of their numbers, and how much is left for behind it
 */
export function handOver(
  state: State,
  from: string,
  to: string | null,
  context: Context,
): { owned: string[]; left: number } {
  const { before, relations } = context;
  const [work, team] = [countNaming(from, context), agentsOf(before, from)];
  const leaving = find(state, "agents", from);
  let left = 0;
  const owned: string[] = [];
  if (isTooMuch(work, context)) left += work;
  else {
    const ids = inOrder(relations.tasks("involving", from));
    owned.push(...handTasks(state, ids, from, to, context).owned);
    handMissions(state, missionsOf(before, from), from, to, context);
  }
  if (isTooLarge(team.length, context)) left += team.length;
  else handAgents(state, team, from, to, context);
  if (left > 0) leaving.handing_over_to = to;
  else if (leaving.handing_over_to !== undefined) delete leaving.handing_over_to;
  if (state.company.chief_agent_id === from) state.company.chief_agent_id = to;
  return { owned, left };
}

/** Of these tasks the ones that name the agent; those it owned apart. */
function handTasks(
  state: State,
  ids: readonly string[],
  from: string,
  to: string | null,
  context: Context,
): { named: string[]; owned: string[] } {
  const naming = context.relations.tasks("involving", from);
  const [named, owned]: [string[], string[]] = [[], []];
  for (const id of ids) {
    const task = naming.has(id) ? get(state.tasks, id) : undefined;
    if (!task) continue;
    named.push(id);
    if (task.owner === from) {
      owned.push(id);
      const wasHeld = task.lease?.holder === from;
      track(task, "owner", to, CEO, context);
      // Nobody is left to go on with what was under way.
      if (wasHeld && to === null) moveTask(task, "ready", CEO, context);
    }
    if (task.validation_owner === from) task.validation_owner = to;
    if (task.assignees.includes(from)) task.assignees = replaceId(task.assignees, from, to);
    if (task.collaborators.includes(from)) {
      task.collaborators = replaceId(task.collaborators, from, to);
    }
    touch(task, context);
  }
  return { named, owned };
}

function handMissions(
  state: State,
  ids: readonly string[],
  from: string,
  to: string | null,
  context: Context,
): string[] {
  const named = ids.filter((id) => {
    const before = get(context.before.missions, id);
    return before !== undefined && isNamedIn(before, from);
  });
  for (const id of named) {
    const mission = find(state, "missions", id);
    if (mission.owner === from) mission.owner = to;
    mission.assigned_agents = replaceId(mission.assigned_agents, from, to);
    touch(mission, context);
  }
  return named;
}

/** Hands those of these agents on that name the one that leaves: its reports, who works with it, who leaves it work. */
function handAgents(
  state: State,
  ids: readonly string[],
  from: string,
  to: string | null,
  context: Context,
): string[] {
  const { before, rules } = context;
  const above = to === null ? new Set<string>() : managersOf(before, to);
  const upwards = get(before.agents, from)?.manager ?? CEO;
  const reports = ids.filter((id) => get(before.agents, id)?.manager === from && !above.has(id));
  const isTooLong =
    rules !== undefined &&
    to !== null &&
    reports.length > 0 &&
    lineBeyond(
      before,
      reports.flatMap((id) => (id === to ? [] : [[id, to] as const])),
    ) !== null;
  const handed: string[] = [];
  for (const id of ids) {
    const known = get(before.agents, id);
    if (!known || !isNamedBy(known, from)) continue;
    handed.push(id);
    const agent = find(state, "agents", id);
    const other = to === id ? null : to;
    if (known.manager === from) {
      // A successor from below must not end up over its own chain, nor one too far below over many.
      const fits = other !== null && !above.has(id) && !isTooLong;
      const isUp = rules === undefined || (upwards !== from && upwards !== id);
      agent.manager = fits ? other : isUp ? upwards : CEO;
      revise(agent, context);
    }
    if (known.collaborating_with.includes(from)) {
      agent.collaborating_with = replaceId(known.collaborating_with, from, other);
    }
    if (known.handing_over_to === from) agent.handing_over_to = other;
  }
  return handed;
}

/** All whom the agent reports to, over others too. */
function managersOf(state: State, id: string): Set<string> {
  const above = new Set<string>();
  // A state that was restored from elsewhere may have a circle.
  for (let at = get(state.agents, id); at && !above.has(at.manager); ) {
    above.add(at.manager);
    at = get(state.agents, at.manager);
  }
  return above;
}

/**
 * Who gets what names an agent that left; null for nobody. The one that it named may have left meanwhile, too, and
 * leave all to another. A restored state may name itself or lead in a circle, which is nobody.
 */
function successorOf(
  state: State,
  { id, handing_over_to }: Agent,
  { rules }: Ruled,
): string | null {
  const isActive = (agent: string) => get(state.agents, agent)?.standing === "active";
  let at = handing_over_to ?? null;
  // Before there were rules it was the named one, or nobody.
  if (rules === undefined) return at !== null && isActive(at) ? at : null;
  const seen = new Set([id]);
  while (at !== null && !seen.has(at)) {
    seen.add(at);
    if (isActive(at)) return at;
    at = get(state.agents, at)?.handing_over_to ?? null;
  }
  return null;
}

function replaceId(ids: readonly string[], from: string, to: string | null): string[] {
  return unique(ids.flatMap((id) => (id === from ? (to === null ? [] : [to]) : [id])));
}

const ids = (description: string) =>
  Type.Array(id("One of them."), { maxItems: MAX_HANDED_AT_ONCE, description });

const handOverMore = defineAction({
  name: "system/hand_over",
  summary: "Hand over what still names an agent that left.",
  internal: true,
  body: Type.Object({
    agent_id: id("Who left."),
    task_ids: ids("Tasks, as far as they still name it."),
    mission_ids: ids("Missions, likewise."),
    // Absent in entries of earlier releases.
    agent_ids: Type.Optional(ids("Agents, likewise.")),
  }),
  kind: "state_saved",
  examples: [{ agent_id: "echo", task_ids: ["T-212"], mission_ids: [] }],
  actor: () => "system",
  reduce(draft, { agent_id, task_ids, mission_ids, agent_ids = [] }, context) {
    const { before } = context;
    const agent = find(before, "agents", agent_id);
    if (agent.handing_over_to === undefined) {
      return {
        title: `${agent.name} has nothing to hand over`,
        idle: true as const,
        reply: () => ({ agent_id }),
      };
    }
    const isActive = context.rules !== undefined && agent.standing === "active";
    const to = isActive ? null : successorOf(before, agent, context);
    const of = <T>(all: readonly T[]) => (isActive ? [] : all);
    const { named } = handTasks(draft, unique(of(task_ids)), agent_id, to, context);
    const missions = handMissions(draft, unique(of(mission_ids)), agent_id, to, context);
    const agents = handAgents(draft, unique(of(agent_ids)), agent_id, to, context);
    const isLast =
      countNaming(agent_id, context) === named.length + missions.length &&
      (context.rules === undefined || countAgentsNaming(agent_id, context) === agents.length);
    if (isLast || isActive) {
      const done = find(draft, "agents", agent_id);
      delete done.handing_over_to;
      revise(done, context);
    }
    return {
      title: `${agent.name} handed over ${named.length + missions.length + agents.length}`,
      details: to ? `tasks→${to}` : "",
      ids: {
        agent_id,
        task_ids: named,
        mission_ids: missions,
        ...(agents.length > 0 && { agent_ids: agents }),
      },
      reply: () => ({ agent_id }),
    };
  },
});

export const handOverActions = [handOverMore] as const;
