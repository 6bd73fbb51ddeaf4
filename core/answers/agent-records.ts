/**
 * The records of agents as answers show them: profile, load, org chart, runs. Neighbours: the slices
 * `state/agents` and `state/runs` have the interfaces; `records.ts` gathers all records.
 */
import { Type } from "typebox";
import { AGENT_STATUSES, type AgentStatus, STANDINGS } from "../state/agents/agent.ts";
import type { AgentView, OrgCard, OrgStructure, Workload } from "../state/agents/views.ts";
import { OUTCOMES, type Run } from "../state/runs/run.ts";
import {
  count,
  flag,
  oneOf,
  optionalText,
  optionalTime,
  record,
  text,
  texts,
  time,
} from "./fields.ts";

export const agent = record<AgentView>()("Agent", {
  id: text(),
  name: text(),
  role: text(),
  status: oneOf(AGENT_STATUSES),
  standing: oneOf(STANDINGS),
  manager: text("An agent, or ceo."),
  home_specialist: optionalText(),
  specialists: texts(),
  skills: texts(),
  allowed_tools: texts(),
  project_id: optionalText(),
  emoji: optionalText(),
  profile_hue: Type.Unsafe<number | null>({ type: ["number", "null"] }),
  department: optionalText(),
  org_level: Type.Unsafe<string | number | null>({ type: ["string", "number", "null"] }),
  team_id: optionalText(),
  team_name: optionalText(),
  coordination_scope: optionalText(),
  manager_title: optionalText(),
  avatar_ref: optionalText(),
  note: text(),
  done_summary: text(),
  doing_summary: text(),
  next_summary: text(),
  blockers: texts(),
  collaborating_with: texts(),
  current_task_id: optionalText(),
  speaking: flag(),
  silent: flag(),
  last_heartbeat: optionalTime(),
  handing_over_to: Type.Optional(
    optionalText("Who gets its work, or null, while it is handed over behind its leaving."),
  ),
  version: count("Quote it as If-Match or expected_version; heartbeats do not change it."),
  registered_at: time(),
  updated_at: time(),
  derived_status: Type.Unsafe<AgentStatus>({
    type: "string",
    enum: [...AGENT_STATUSES],
    description: "Offline for who is silent or gone.",
  }),
  manager_name: optionalText(),
  last_seen: time(),
});

export const workload = record<Workload>()("Workload", {
  agent_id: text(),
  name: text(),
  open: count(),
  backlog: count(),
  ready: count(),
  in_progress: count(),
  validation: count(),
  done: count(),
  blocked: count(),
  overloaded: flag(),
});

export const orgCard = record<OrgCard>()("OrgCard", {
  agent_id: text(),
  name: text(),
  role: text(),
  emoji: optionalText(),
  department: optionalText(),
  org_level: Type.Unsafe<string | number | null>({ type: ["string", "number", "null"] }),
  home_specialist: optionalText(),
  status: oneOf(AGENT_STATUSES),
  manager: text(),
  manager_name: optionalText(),
  is_chief: flag(),
  direct_reports: texts(),
});

export const orgStructure = record<OrgStructure>()("OrgStructure", {
  ceo: Type.Object({ name: text(), role: text(), direct_reports: texts() }),
  chief_agent_id: optionalText(),
  cards: Type.Array(orgCard),
});

export const run = record<Run>()("Run", {
  id: text(),
  agent_id: text(),
  task_id: optionalText(),
  project_id: optionalText(),
  title: text(),
  outcome: oneOf(OUTCOMES),
  summary: text(),
  artifacts: texts(),
  session_key: optionalText(),
  run_id: optionalText(),
  collaborating_with: texts(),
  pr_status: optionalText(),
  issue_ref: optionalText(),
  note: text(),
  done_summary: text(),
  doing_summary: text(),
  next_summary: text(),
  timestamp: time(),
});
