/**
 * The company as far as it is looked at: its records at once, a view only where it is asked for. Neighbour:
 * mcp reads by it, for whom the whole snapshot would be too much. Invariant: a view is that of the snapshot.
 */
import type { Agent } from "./state/agents/agent.ts";
import { type AgentView, toAgentView } from "./state/agents/views.ts";
import type { Company } from "./state/company/company.ts";
import type { Mission } from "./state/missions/mission.ts";
import { type MissionView, tasksAmong, toMissionView } from "./state/missions/views.ts";
import { overviewOf, type TaskOverview } from "./state/tasks/overview.ts";
import { list, type Table } from "./table.ts";
import { toTime } from "./time.ts";
import type { View } from "./view.ts";

export interface Picture {
  seq: number;
  timestamp: string;
  company: Company;
  agents: readonly Agent[];
  missions: readonly Mission[];
  overview: TaskOverview;
  seeAgent(agent: Agent): AgentView;
  seeMission(mission: Mission): MissionView;
}

/** Of each table, which every write makes anew. */
const lists = new WeakMap<object, readonly unknown[]>();

function listOf<T>(table: Table<T>): readonly T[] {
  const known = (lists.get(table) as readonly T[] | undefined) ?? list(table);
  lists.set(table, known);
  return known;
}

/** To be looked at at once: its look-ups move on with the next commit. */
export function toPicture({ state, seq, relations }: View, now: number): Picture {
  return {
    seq,
    timestamp: toTime(now),
    company: state.company,
    agents: listOf(state.agents),
    missions: listOf(state.missions),
    overview: overviewOf(state.tasks),
    seeAgent: (agent) => toAgentView(state, agent),
    seeMission(mission) {
      const tasks = tasksAmong(state, mission.id, relations.tasks("mission", mission.id));
      return toMissionView(state, mission, tasks, now);
    },
  };
}
