/**
 * What readers see of agents beyond the base state: presence, workload, names, the org chart. Pure
 * selectors; presence needs no clock, since the sweep journals who fell silent.
 */
import { get, list, values } from "../../table.ts";
import { nameOf } from "../lookup.ts";
import type { State } from "../state.ts";
import type { Task } from "../tasks/task.ts";
import { type Agent, type AgentStatus, CEO, MAX_OPEN_TASKS } from "./agent.ts";

export function isPresent(agent: Agent): boolean {
  return agent.standing === "active" && agent.status !== "offline" && !agent.silent;
}

export function derivedStatus(agent: Agent): AgentStatus {
  return isPresent(agent) ? agent.status : "offline";
}

export interface Workload {
  agent_id: string;
  name: string;
  open: number;
  backlog: number;
  ready: number;
  in_progress: number;
  validation: number;
  done: number;
  blocked: number;
  overloaded: boolean;
}

export interface AgentView extends Agent {
  derived_status: AgentStatus;
  manager_name: string | null;
  last_seen: string;
}

/** How many tasks an owner has, by what they are. */
export type LoadCounts = Omit<Workload, "agent_id" | "name" | "overloaded">;

const NO_LOAD: LoadCounts = {
  open: 0,
  backlog: 0,
  ready: 0,
  in_progress: 0,
  validation: 0,
  done: 0,
  blocked: 0,
};

/** The counts of every owner that is named, whether or not it is there. */
export function countLoads(tasks: Iterable<Task>): Map<string, LoadCounts> {
  const loads = new Map<string, LoadCounts>();
  for (const { owner, status, blocked } of tasks) {
    if (!owner) continue;
    let load = loads.get(owner);
    if (!load) {
      load = { ...NO_LOAD };
      loads.set(owner, load);
    }
    load[status] += 1;
    if (status === "done") continue;
    load.open += 1;
    if (blocked) load.blocked += 1;
  }
  return loads;
}

/**
 * The workload of every agent.
 * @param counted the counts of all tasks, also in parts
 */
export function workloads(
  state: State,
  counted: readonly ReadonlyMap<string, LoadCounts>[] = [countLoads(values(state.tasks))],
): Map<string, Workload> {
  const loads = new Map<string, Workload>();
  for (const { id, name } of values(state.agents)) {
    loads.set(id, { agent_id: id, name, ...NO_LOAD, overloaded: false });
  }
  for (const counts of counted) {
    for (const [owner, count] of counts) {
      const load = loads.get(owner);
      if (!load) continue;
      // One by one: fields named by a variable take several times as long.
      load.open += count.open;
      load.backlog += count.backlog;
      load.ready += count.ready;
      load.in_progress += count.in_progress;
      load.validation += count.validation;
      load.done += count.done;
      load.blocked += count.blocked;
      load.overloaded = load.open > MAX_OPEN_TASKS;
    }
  }
  return loads;
}

export function toAgentView(state: State, agent: Agent): AgentView {
  // Field by field, as the view of a task.
  const view: AgentView = {
    id: agent.id,
    name: agent.name,
    role: agent.role,
    status: agent.status,
    standing: agent.standing,
    manager: agent.manager,
    home_specialist: agent.home_specialist,
    specialists: agent.specialists,
    skills: agent.skills,
    allowed_tools: agent.allowed_tools,
    project_id: agent.project_id,
    emoji: agent.emoji,
    profile_hue: agent.profile_hue,
    department: agent.department,
    org_level: agent.org_level,
    team_id: agent.team_id,
    team_name: agent.team_name,
    coordination_scope: agent.coordination_scope,
    manager_title: agent.manager_title,
    avatar_ref: agent.avatar_ref,
    note: agent.note,
    done_summary: agent.done_summary,
    doing_summary: agent.doing_summary,
    next_summary: agent.next_summary,
    blockers: agent.blockers,
    collaborating_with: agent.collaborating_with,
    current_task_id: agent.current_task_id,
    speaking: agent.speaking,
    silent: agent.silent,
    last_heartbeat: agent.last_heartbeat,
    version: agent.version,
    registered_at: agent.registered_at,
    updated_at: agent.updated_at,
    derived_status: derivedStatus(agent),
    manager_name: nameOf(state, agent.manager),
    last_seen: agent.last_heartbeat ?? agent.registered_at,
  };
  if (agent.handing_over_to !== undefined) view.handing_over_to = agent.handing_over_to;
  return view;
}

/** The view of an agent that is known to exist, for replies. */
export function viewAgent(state: State, id: string): AgentView {
  const agent = get(state.agents, id);
  if (!agent) throw new Error(`no agent ${id} right after it was written`);
  return toAgentView(state, agent);
}

/** A box of the org chart. */
export interface OrgCard {
  agent_id: string;
  name: string;
  role: string;
  emoji: string | null;
  department: string | null;
  org_level: string | number | null;
  home_specialist: string | null;
  status: AgentStatus;
  manager: string;
  manager_name: string | null;
  is_chief: boolean;
  direct_reports: string[];
}

export interface OrgStructure {
  ceo: { name: string; role: string; direct_reports: string[] };
  chief_agent_id: string | null;
  cards: OrgCard[];
}

export function orgStructure(state: State): OrgStructure {
  const active = list(state.agents).filter(({ standing }) => standing === "active");
  active.sort((a, b) => (a.id < b.id ? -1 : 1));
  const reports = new Map<string, string[]>();
  for (const { id, manager } of active) {
    const team = reports.get(manager);
    if (team) team.push(id);
    else reports.set(manager, [id]);
  }
  return {
    ceo: {
      name: nameOf(state, CEO),
      role: state.company.ceo_role,
      direct_reports: reports.get(CEO) ?? [],
    },
    chief_agent_id: state.company.chief_agent_id,
    cards: active.map((agent) => toOrgCard(state, agent, reports.get(agent.id) ?? [])),
  };
}

/** The box of an agent that is known to exist, for replies. */
export function viewOrgCard(state: State, id: string): OrgCard {
  const agent = get(state.agents, id);
  if (!agent) throw new Error(`no agent ${id} right after it was written`);
  const reports = list(state.agents).filter(
    ({ standing, manager }) => standing === "active" && manager === id,
  );
  const ids = reports.map((report) => report.id).sort((a, b) => (a < b ? -1 : 1));
  return toOrgCard(state, agent, agent.standing === "active" ? ids : []);
}

export function toOrgCard(state: State, agent: Agent, directReports: string[]): OrgCard {
  return {
    agent_id: agent.id,
    name: agent.name,
    role: agent.role,
    emoji: agent.emoji,
    department: agent.department,
    org_level: agent.org_level,
    home_specialist: agent.home_specialist,
    status: derivedStatus(agent),
    manager: agent.manager,
    manager_name: nameOf(state, agent.manager),
    is_chief: state.company.chief_agent_id === agent.id,
    direct_reports: directReports,
  };
}
