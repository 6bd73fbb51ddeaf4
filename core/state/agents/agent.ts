/**
 * The agent: its profile, what it says of itself, and when it last lived. Neighbours: `rules.ts`
 * changes agents, `views.ts` derives org chart and presence.
 */
export const AGENT_STATUSES = ["working", "idle", "blocked", "validation", "offline"] as const;
export type AgentStatus = (typeof AGENT_STATUSES)[number];

/** Retired and decommissioned agents keep their record, for history, but take no work. */
export const STANDINGS = ["active", "decommissioned", "retired"] as const;
export type Standing = (typeof STANDINGS)[number];

/** The human; never an agent, yet a manager, a sender and an author. */
export const CEO = "ceo";

/** More open tasks than this is an overload (routes.md, Notifications). */
export const MAX_OPEN_TASKS = 4;

export interface Agent {
  id: string;
  name: string;
  role: string;
  status: AgentStatus;
  standing: Standing;
  manager: string;
  home_specialist: string | null;
  specialists: string[];
  skills: string[];
  allowed_tools: string[];
  project_id: string | null;
  emoji: string | null;
  profile_hue: number | null;
  department: string | null;
  org_level: string | number | null;
  team_id: string | null;
  team_name: string | null;
  coordination_scope: string | null;
  manager_title: string | null;
  avatar_ref: string | null;
  note: string;
  done_summary: string;
  doing_summary: string;
  next_summary: string;
  blockers: string[];
  collaborating_with: string[];
  current_task_id: string | null;
  speaking: boolean;
  /** Heard nothing for longer than the stale time; set by the sweep, cleared by a heartbeat. */
  silent: boolean;
  last_heartbeat: string | null;
  /** Who gets its work, or null for nobody, while that is handed over behind its leaving; else absent. */
  handing_over_to?: string | null;
  /** The sequence number of the last change of its profile; heartbeats do not count. */
  version: number;
  registered_at: string;
  updated_at: string;
}
