/**
 * What would come of an agent's leaving, told before it is done. Neighbours: the dialog that shows it;
 * `core/state/agents/rules.ts` does it, and a spec holds the two against each other.
 * Invariant: pure; what is named here is what changes, no more and no less.
 */
import { type Agent, CEO } from "../../../../core/state/agents/agent.ts";
import type { State } from "../../../../core/state/state.ts";
import { isOpen, type Task, type TaskStatus } from "../../../../core/state/tasks/task.ts";
import { compareIds, get, values } from "../../../../core/table.ts";

export const WAYS = ["decommission", "retire", "replace", "merge", "delete"] as const;
export type Way = (typeof WAYS)[number];

export interface MovingTask {
  id: string;
  title: string;
  status: TaskStatus;
  /** It was being worked on under a lease, which ends. */
  leaseEnds: boolean;
  /** Nobody goes on with it: back to ready. */
  backToReady: boolean;
}

export interface Leaving {
  /** Who takes over; null for nobody. */
  to: string | null;
  /** Not done yet, by id; their owner changes. */
  open: MovingTask[];
  /** Done ones whose owner changes too. */
  done: string[];
  /** Tasks whose validation changes hands. */
  validating: string[];
  /** Tasks that it helps with as assignee or collaborator. */
  helping: string[];
  missions: { id: string; title: string; owned: boolean }[];
  /** Who reports to it, and to whom from then on. */
  reports: { id: string; manager: string }[];
  /** Agents that name it as somebody they work with. */
  collaborators: string[];
  chief: boolean;
  /** What the successor learns by a merge. */
  skills: string[];
  specialists: string[];
}

/** Which ways hand over to somebody. */
export function takesSuccessor(way: Way): "never" | "may" | "must" {
  if (way === "retire") return "may";
  return way === "replace" || way === "merge" ? "must" : "never";
}

/** @param successor ignored where the way has none */
export function previewLeaving(
  state: State,
  agentId: string,
  way: Way,
  successor: string | null,
): Leaving {
  const to = takesSuccessor(way) === "never" ? null : successor;
  const agent = get(state.agents, agentId);
  const into = to === null ? undefined : get(state.agents, to);
  const leaving: Leaving = {
    to,
    open: [],
    done: [],
    validating: [],
    helping: [],
    missions: [],
    reports: [],
    collaborators: [],
    chief: state.company.chief_agent_id === agentId,
    skills: way === "merge" ? newIn(agent?.skills, into?.skills) : [],
    specialists: way === "merge" ? newIn(agent?.specialists, into?.specialists) : [],
  };
  for (const task of values(state.tasks)) previewTask(leaving, task, agentId, to);
  for (const { id, title, owner, assigned_agents } of values(state.missions)) {
    const owned = owner === agentId;
    if (owned || assigned_agents.includes(agentId)) leaving.missions.push({ id, title, owned });
  }
  for (const other of values(state.agents)) {
    if (other.id === agentId) continue;
    if (other.manager === agentId) {
      const fits = to !== null && to !== other.id && !reportsTo(state, to, other.id);
      leaving.reports.push({ id: other.id, manager: fits ? to : (agent?.manager ?? CEO) });
    }
    if (other.collaborating_with.includes(agentId)) leaving.collaborators.push(other.id);
  }
  leaving.open.sort((a, b) => compareIds(a.id, b.id));
  for (const ids of [leaving.done, leaving.validating, leaving.helping]) ids.sort(compareIds);
  return leaving;
}

function previewTask(leaving: Leaving, task: Task, agentId: string, to: string | null): void {
  const { id, title, status, lease } = task;
  if (task.owner === agentId) {
    const leaseEnds = lease !== null && lease.holder !== to;
    const backToReady = lease?.holder === agentId && to === null && status === "in_progress";
    if (isOpen(task)) leaving.open.push({ id, title, status, leaseEnds, backToReady });
    else leaving.done.push(id);
  }
  if (task.validation_owner === agentId) leaving.validating.push(id);
  if (task.assignees.includes(agentId) || task.collaborators.includes(agentId)) {
    leaving.helping.push(id);
  }
}

function newIn(from: readonly string[] = [], into: readonly string[] = []): string[] {
  return [...new Set(from)].filter((item) => !into.includes(item));
}

/** Whether somebody is, over others, under a manager. */
function reportsTo(state: State, id: string, manager: string): boolean {
  const seen = new Set<string>();
  for (
    let at: Agent | undefined = get(state.agents, id);
    at && !seen.has(at.id);
    at = get(state.agents, at.manager)
  ) {
    if (at.manager === manager) return true;
    seen.add(at.id);
  }
  return false;
}
