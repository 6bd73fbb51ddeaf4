/**
 * What becomes of the work of an agent that leaves. Neighbours: `leave-actions.ts` hands over with the leaving
 * itself, and where that is too much the server's timer does it behind it, in entries that name their tasks.
 * Invariant: no work stays with an agent that left, but for what is on the way; who gets it stands with the agent,
 * so that a stop loses nothing of it.
 */
import { Type } from "typebox";
import { type Context, defineAction } from "../../action.ts";
import { inOrder, type Relations } from "../../relations.ts";
import { id } from "../../schema.ts";
import type { Steps } from "../../steps.ts";
import { get, values } from "../../table.ts";
import { find, revise, touch, unique } from "../lookup.ts";
import type { Mission } from "../missions/mission.ts";
import type { State } from "../state.ts";
import { moveTask, track } from "../tasks/moves.ts";
import { CEO } from "./agent.ts";

/** Tasks and missions that change with the leaving itself, where there are no more. */
export const MAX_HANDED_WITH_LEAVING = 1_000;
/** Tasks and missions of one entry behind it. */
export const MAX_HANDED_AT_ONCE = 200;

const isNamedIn = ({ owner, assigned_agents }: Mission, agent: string) =>
  owner === agent || assigned_agents.includes(agent);

function missionsOf(state: State, agent: string): string[] {
  return values(state.missions).flatMap((one) => (isNamedIn(one, agent) ? [one.id] : []));
}

/** How many tasks and missions name it. */
export function countNaming(agent: string, { before, relations }: Context): number {
  return relations.tasks("involving", agent).size + missionsOf(before, agent).length;
}

/** Whether they are too many to change with its leaving. */
export function isTooMuch(count: number, { most }: Context): boolean {
  return most !== undefined && count > most;
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
  const count = countNaming(from, context);
  const left = isTooMuch(count, context) ? count : 0;
  const leaving = find(state, "agents", from);
  const owned: string[] = [];
  if (left > 0) leaving.handing_over_to = to;
  else {
    const ids = inOrder(relations.tasks("involving", from));
    owned.push(...handTasks(state, ids, from, to, context).owned);
    handMissions(state, missionsOf(before, from), from, to, context);
    if (leaving.handing_over_to !== undefined) delete leaving.handing_over_to;
  }
  const upwards = get(before.agents, from)?.manager ?? CEO;
  for (const { id, manager, collaborating_with, handing_over_to } of values(before.agents)) {
    if (id === from) continue;
    const other = to === id ? null : to;
    if (manager === from) {
      // A successor from below must not end up over its own chain.
      const fits = to !== null && to !== id && !reportsTo(before, to, id);
      const report = find(state, "agents", id);
      report.manager = fits ? to : upwards;
      revise(report, context);
    }
    if (collaborating_with.includes(from)) {
      find(state, "agents", id).collaborating_with = replaceId(collaborating_with, from, other);
    }
    if (handing_over_to === from) find(state, "agents", id).handing_over_to = other;
  }
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

function reportsTo(state: State, id: string, manager: string): boolean {
  const seen = new Set<string>();
  // A state that was restored from elsewhere may have a circle.
  for (let at = get(state.agents, id); at && !seen.has(at.id); at = get(state.agents, at.manager)) {
    if (at.manager === manager) return true;
    seen.add(at.id);
  }
  return false;
}

function replaceId(ids: readonly string[], from: string, to: string | null): string[] {
  return unique(ids.flatMap((id) => (id === from ? (to === null ? [] : [to]) : [id])));
}

/** What names an agent that left. */
export type Left = { task: string } | { mission: string };

/** Of the agents that left with more than changes at once: what still names them. */
export function* whatIsLeft(
  state: State,
  relations: Relations,
): Steps<{ agent_id: string; left: Left[] }[]> {
  const found: { agent_id: string; left: Left[] }[] = [];
  for (const { id, handing_over_to } of values(state.agents)) {
    yield;
    if (handing_over_to === undefined) continue;
    const left: Left[] = [];
    for (const task of relations.tasks("involving", id)) {
      yield;
      left.push({ task });
    }
    for (const mission of missionsOf(state, id)) left.push({ mission });
    found.push({ agent_id: id, left });
  }
  return found;
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
  }),
  kind: "state_saved",
  examples: [{ agent_id: "echo", task_ids: ["T-212"], mission_ids: [] }],
  actor: () => "system",
  reduce(draft, { agent_id, task_ids, mission_ids }, context) {
    const { before, relations } = context;
    const agent = find(before, "agents", agent_id);
    if (agent.handing_over_to === undefined) {
      return {
        title: `${agent.name} has nothing to hand over`,
        idle: true as const,
        reply: () => ({ agent_id }),
      };
    }
    const successor = agent.handing_over_to;
    // It may have left meanwhile, too.
    const isThere = successor !== null && get(before.agents, successor)?.standing === "active";
    const to = isThere ? successor : null;
    const { named } = handTasks(draft, unique(task_ids), agent_id, to, context);
    const missions = handMissions(draft, unique(mission_ids), agent_id, to, context);
    const isLast =
      relations.tasks("involving", agent_id).size === named.length &&
      missionsOf(before, agent_id).length === missions.length;
    if (isLast) {
      const done = find(draft, "agents", agent_id);
      delete done.handing_over_to;
      revise(done, context);
    }
    return {
      title: `${agent.name} handed over ${named.length + missions.length}`,
      details: to ? `tasks→${to}` : "",
      ids: { agent_id, task_ids: named, mission_ids: missions },
      reply: () => ({ agent_id }),
    };
  },
});

export const handOverActions = [handOverMore] as const;
