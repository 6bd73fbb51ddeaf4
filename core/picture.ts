/**
 * The company as far as it is looked at: its records at once, a view only where it is asked for. Neighbour:
 * mcp reads by it, for whom the whole snapshot would be too much. Invariant: a view is that of the snapshot.
 */
import type { Agent } from "./state/agents/agent.ts";
import { type AgentView, toAgentView } from "./state/agents/views.ts";
import type { Company } from "./state/company/company.ts";
import type { Mission } from "./state/missions/mission.ts";
import { type MissionView, tasksAmong, toMissionView } from "./state/missions/views.ts";
import type { Task } from "./state/tasks/task.ts";
import { list } from "./table.ts";
import { toTime } from "./time.ts";
import type { View } from "./view.ts";

export interface Picture {
  seq: number;
  timestamp: string;
  company: Company;
  agents: readonly Agent[];
  tasks: readonly Task[];
  missions: readonly Mission[];
  seeAgent(agent: Agent): AgentView;
  seeMission(mission: Mission): MissionView;
}

/** To be looked at at once: its look-ups move on with the next commit. */
export function toPicture({ state, seq, relations }: View, now: number): Picture {
  return {
    seq,
    timestamp: toTime(now),
    company: state.company,
    agents: list(state.agents),
    tasks: list(state.tasks),
    missions: list(state.missions),
    seeAgent: (agent) => toAgentView(state, agent),
    seeMission(mission) {
      const tasks = tasksAmong(state, mission.id, relations.tasks("mission", mission.id));
      return toMissionView(state, mission, tasks, now);
    },
  };
}
