/**
 * The rules by which an agent changes: registering, its place in the chart, leaving.
 * Neighbours: the agent, roster and company actions, `hand-over.ts` for its work. Invariant: no manager is
 * missing, and none manages itself over a circle.
 */
import type { Context } from "../../action.ts";
import { refuse, refuseUnknown } from "../../errors.ts";
import { FORBIDDEN } from "../../patch.ts";
import { isReserved } from "../../permissions.ts";
import { toSlug } from "../../schema.ts";
import { get, put, remove, values } from "../../table.ts";
import { checkRef, find, touch, toWay, unique } from "../lookup.ts";
import type { State } from "../state.ts";
import { type Agent, type AgentStatus, CEO } from "./agent.ts";
import { checkLines, MAX_LINE, refuseLine } from "./line.ts";

/** What a body may say of an agent; each field as in `Agent`, absent meaning unchanged. */
export type AgentFields = {
  [K in Exclude<
    keyof Agent,
    | "id"
    | "version"
    | "standing"
    | "handing_over_to"
    | "silent"
    | "last_heartbeat"
    | "registered_at"
    | "updated_at"
  >]?: Agent[K] | undefined;
};

const LISTS = [
  "specialists",
  "skills",
  "allowed_tools",
  "blockers",
  "collaborating_with",
] as const satisfies readonly (keyof AgentFields)[];
const VALUES = [
  "name",
  "role",
  "home_specialist",
  "project_id",
  "emoji",
  "profile_hue",
  "department",
  "org_level",
  "team_id",
  "team_name",
  "coordination_scope",
  "manager_title",
  "avatar_ref",
  "note",
  "done_summary",
  "doing_summary",
  "next_summary",
  "current_task_id",
  "speaking",
] as const satisfies readonly (keyof AgentFields)[];
const CLEARED_BY_EMPTY = new Set<string>(["project_id", "current_task_id", "home_specialist"]);

/** Writes the given fields; references are checked by `checkAgentFields`. */
export function applyAgentFields(agent: Agent, fields: AgentFields): void {
  for (const field of VALUES) {
    const value = fields[field];
    if (value === undefined) continue;
    set(agent, field, value === "" && CLEARED_BY_EMPTY.has(field) ? null : value);
  }
  for (const field of LISTS) {
    const value = fields[field];
    if (value === undefined) continue;
    const items = unique(value);
    const same =
      items.length === agent[field].length && items.every((v, i) => v === agent[field][i]);
    if (!same) agent[field] = items;
  }
  if (fields.manager !== undefined) agent.manager = fields.manager || CEO;
  if (fields.status !== undefined) agent.status = fields.status;
}

function set(agent: Agent, field: (typeof VALUES)[number], value: unknown): void {
  if (agent[field] !== value) Object.assign(agent, { [field]: value });
}

export function checkAgentFields(state: State, id: string, fields: AgentFields): void {
  if (fields.project_id && fields.project_id !== get(state.agents, id)?.project_id) {
    checkRef(state, "projects", fields.project_id);
  }
  checkRef(state, "tasks", fields.current_task_id);
  for (const other of fields.collaborating_with ?? []) checkRef(state, "agents", other);
  if (fields.manager) checkManager(state, id, fields.manager);
}

function checkManager(state: State, id: string, manager: string): void {
  const line = new Set<string>();
  checkChain(state, id, manager, line);
  const known = get(state.agents, id);
  // Nobody is below a new one.
  if (!known && line.size > MAX_LINE) refuseLine(line.size);
  if (known && known.manager !== manager) checkLines(state, [[id, manager]]);
}

/**
 * The manager is an active agent and does not, over others, report to this one.
 * @param sound agents already known to lead up to the CEO; those found here join them
 */
export function checkChain(state: State, id: string, manager: string, sound: Set<string>): void {
  const chain = new Set([id]);
  for (let at = manager; at !== CEO && !sound.has(at); ) {
    if (chain.has(at)) {
      refuse("conflict", `circular management: ${toWay([...chain, at])}`, { field: "manager" });
    }
    chain.add(at);
    const next = get(state.agents, at) ?? refuseUnknown("manager", at);
    if (next.standing !== "active") {
      refuse("conflict", `manager ${at} is ${next.standing}`, { field: "manager" });
    }
    at = next.manager;
  }
  for (const each of chain) sound.add(each);
}

/** The id a body means: `agent_id`, else the name's slug. */
export function agentIdOf(body: { agent_id?: string | undefined; name: string }): string {
  const id = body.agent_id || toSlug(body.name);
  if (!id) refuse("required", "agent_id is required", { field: "agent_id" });
  // A name can be slugged into what the schema of agent_id refuses, and no patch could ever name.
  if (FORBIDDEN.has(id)) refuse("invalid", `agent_id may not be ${id}`, { field: "agent_id" });
  return id;
}

/** By their ids without case, those of the agents of a state. */
export function idsOf(state: State): Map<string, string> {
  return new Map(values(state.agents).map(({ id }) => [id.toLowerCase(), id]));
}

/**
 * A new id is nobody else's in other letters, nor one that the server or the CEO speaks by. Agents who had
 * such an id before keep it.
 * @param known ids without case → as they are written
 */
export function checkNewId(id: string, known: ReadonlyMap<string, string>): void {
  const plain = id.toLowerCase();
  if (isReserved(plain)) {
    const whose = plain === CEO ? "the CEO" : "the server";
    refuse("protected", `agent_id ${id} is reserved for ${whose}`, { field: "agent_id" });
  }
  const other = known.get(plain);
  if (other === undefined || other === id) return;
  const text = `agent_id ${id} is ${other} in other letters; register as ${other}, or choose another`;
  refuse("conflict", text, { field: "agent_id" });
}

/** Adds the agent or updates the one of that id, who is active again from then on. */
export function registerAgent(
  state: State,
  id: string,
  fields: AgentFields & { name: string },
  context: Context,
): "registered" | "updated" {
  const known = get(state.agents, id);
  if (!known) put(state.agents, id, createAgent(id, fields.name, context));
  const agent = find(state, "agents", id);
  applyAgentFields(agent, fields);
  if (agent.home_specialist && agent.specialists.length === 0) {
    agent.specialists = [agent.home_specialist];
  }
  if (agent.standing !== "active") agent.standing = "active";
  if (agent.handing_over_to !== undefined) delete agent.handing_over_to;
  if (agent.silent) agent.silent = false;
  if (agent.status === "offline" && fields.status === undefined) agent.status = "idle";
  agent.registered_at = context.time;
  touch(agent, context);
  return known ? "updated" : "registered";
}

function createAgent(id: string, name: string, { time, seq }: Context): Agent {
  return {
    id,
    name,
    role: "",
    status: "idle",
    standing: "active",
    manager: CEO,
    home_specialist: null,
    specialists: [],
    skills: [],
    allowed_tools: [],
    project_id: null,
    emoji: null,
    profile_hue: null,
    department: null,
    org_level: null,
    team_id: null,
    team_name: null,
    coordination_scope: null,
    manager_title: null,
    avatar_ref: null,
    note: "",
    done_summary: "",
    doing_summary: "",
    next_summary: "",
    blockers: [],
    collaborating_with: [],
    current_task_id: null,
    speaking: false,
    silent: false,
    last_heartbeat: null,
    version: seq,
    registered_at: time,
    updated_at: time,
  };
}

/** A sign of life: whatever was wrong with its presence is over. */
export function markAlive(agent: Agent, status: AgentStatus | undefined, context: Context): void {
  agent.last_heartbeat = context.time;
  agent.updated_at = context.time;
  if (agent.silent) agent.silent = false;
  if (status !== undefined) agent.status = status;
  else if (agent.status === "offline") agent.status = "idle";
}

/** Takes the agent off the active roster; its record stays, for history. */
export function leave(
  agent: Agent,
  standing: "decommissioned" | "retired",
  reason: string,
  context: Context,
): void {
  agent.standing = standing;
  agent.status = "offline";
  agent.silent = false;
  agent.speaking = false;
  agent.current_task_id = null;
  agent.doing_summary = "";
  agent.next_summary = "";
  if (reason) agent.note = reason;
  touch(agent, context);
}

export function removeAgent(state: State, id: string): void {
  remove(state.agents, id);
}
