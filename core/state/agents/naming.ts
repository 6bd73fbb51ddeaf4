/**
 * What names an agent: tasks, missions, other agents. Neighbours: `hand-over.ts` hands it over when the agent leaves, the
 * server's timer looks for what is left. Invariant: a look passes each mission and each agent once, however many left.
 */
import type { Context } from "../../action.ts";
import type { Relations } from "../../relations.ts";
import type { Steps } from "../../steps.ts";
import { get, values } from "../../table.ts";
import type { Mission } from "../missions/mission.ts";
import type { State } from "../state.ts";
import type { Agent } from "./agent.ts";

export const isNamedIn = ({ owner, assigned_agents }: Mission, agent: string) =>
  owner === agent || assigned_agents.includes(agent);

export function missionsOf(state: State, agent: string): string[] {
  return values(state.missions).flatMap((one) => (isNamedIn(one, agent) ? [one.id] : []));
}

/** Whether one agent names another: as its manager, as one that it works with, or as who gets its work. */
export const isNamedBy = (one: Agent, agent: string) =>
  one.id !== agent &&
  (one.manager === agent ||
    one.handing_over_to === agent ||
    one.collaborating_with.includes(agent));

/** The agents that name it. */
export function agentsOf(state: State, agent: string): string[] {
  return values(state.agents).flatMap((one) => (isNamedBy(one, agent) ? [one.id] : []));
}

/** How many tasks and missions name it. */
export function countNaming(agent: string, { before, relations }: Context): number {
  return relations.tasks("involving", agent).size + missionsOf(before, agent).length;
}

/** How many agents do. */
export function countAgentsNaming(agent: string, { before }: Context): number {
  return agentsOf(before, agent).length;
}

/** What names an agent that left. */
export type Left = { task: string } | { mission: string } | { agent: string };

/** As the body of an entry names them. */
export function toHanded(left: readonly Left[]) {
  return {
    task_ids: left.flatMap((one) => ("task" in one ? [one.task] : [])),
    mission_ids: left.flatMap((one) => ("mission" in one ? [one.mission] : [])),
    agent_ids: left.flatMap((one) => ("agent" in one ? [one.agent] : [])),
  };
}

/**
 * Of the agents that left with more than changes at once: what still names them. One that is active leaves nothing,
 * whatever a restored state says.
 */
export function* whatIsLeft(
  state: State,
  relations: Relations,
): Steps<{ agent_id: string; left: Left[] }[]> {
  const found = new Map<string, Left[]>();
  for (const { id, handing_over_to } of values(state.agents)) {
    yield;
    if (handing_over_to !== undefined) found.set(id, []);
  }
  const isActive = (id: string) => get(state.agents, id)?.standing === "active";
  const waiting = new Map([...found].filter(([id]) => !isActive(id)));
  for (const [id, left] of waiting) {
    for (const task of relations.tasks("involving", id)) {
      yield;
      left.push({ task });
    }
  }
  if (waiting.size > 0) {
    for (const { id, owner, assigned_agents } of values(state.missions)) {
      yield;
      for (const agent of new Set([...(owner ? [owner] : []), ...assigned_agents])) {
        waiting.get(agent)?.push({ mission: id });
      }
    }
    for (const { id, manager, handing_over_to, collaborating_with } of values(state.agents)) {
      yield;
      for (const agent of new Set([manager, handing_over_to ?? id, ...collaborating_with])) {
        if (agent !== id) waiting.get(agent)?.push({ agent: id });
      }
    }
  }
  return [...found].map(([agent_id, left]) => ({ agent_id, left }));
}
