/**
 * An agent's profile as it stands in the form, and what of it is sent. Neighbour: `AgentForm.tsx`.
 * Invariant: an update carries only what the person changed, so that two people do not undo each other.
 */
import { type Agent, type AgentStatus, CEO } from "../../../../core/state/agents/agent.ts";

const TEXTS = ["name", "role", "note", "done_summary", "doing_summary", "next_summary"] as const;
/** Cleared by null. */
const CLEARABLE = [
  "project_id",
  "emoji",
  "department",
  "team_id",
  "team_name",
  "coordination_scope",
  "manager_title",
  "avatar_ref",
] as const;
const LISTS = ["specialists", "skills", "allowed_tools", "blockers", "collaborating_with"] as const;

export type AgentDraft = {
  [K in (typeof TEXTS)[number] | (typeof CLEARABLE)[number]]: string;
} & { [K in (typeof LISTS)[number]]: string[] } & {
  agent_id: string;
  manager: string;
  home_specialist: string;
  status: AgentStatus;
  profile_hue: string;
  org_level: string;
};

/** @param agent null for one that is to be registered */
export function toDraft(agent: Agent | null): AgentDraft {
  const texts = Object.fromEntries(
    [...TEXTS, ...CLEARABLE].map((field) => [field, agent?.[field] ?? ""]),
  ) as Pick<AgentDraft, (typeof TEXTS)[number] | (typeof CLEARABLE)[number]>;
  const lists = Object.fromEntries(
    LISTS.map((field) => [field, [...(agent?.[field] ?? [])]]),
  ) as Pick<AgentDraft, (typeof LISTS)[number]>;
  return {
    ...texts,
    ...lists,
    agent_id: agent?.id ?? "",
    manager: agent?.manager ?? CEO,
    home_specialist: agent?.home_specialist ?? "",
    status: agent?.status ?? "idle",
    profile_hue: agent?.profile_hue == null ? "" : String(agent.profile_hue),
    org_level: agent?.org_level == null ? "" : String(agent.org_level),
  };
}

/** What differs from `before`, as agents/update takes it; for a new one all that says something. */
export function toChanges(draft: AgentDraft, before: AgentDraft): Record<string, unknown> {
  const changes: Record<string, unknown> = {};
  for (const field of TEXTS) {
    if (draft[field].trim() !== before[field]) changes[field] = draft[field].trim();
  }
  for (const field of CLEARABLE) {
    if (draft[field].trim() !== before[field]) changes[field] = draft[field].trim() || null;
  }
  for (const field of LISTS) {
    const lines = draft[field].map((line) => line.trim()).filter((line) => line !== "");
    if (lines.join("\n") !== before[field].join("\n")) changes[field] = lines;
  }
  if (draft.manager !== before.manager) changes.manager = draft.manager;
  if (draft.status !== before.status) changes.status = draft.status;
  if (draft.org_level !== before.org_level) changes.org_level = levelOf(draft.org_level);
  if (draft.profile_hue !== before.profile_hue) {
    changes.profile_hue = draft.profile_hue === "" ? null : Number(draft.profile_hue);
  }
  return changes;
}

/** A level of digits is a number, as the API has it. */
function levelOf(text: string): string | number | null {
  const trimmed = text.trim();
  return trimmed === "" ? null : /^\d+$/.test(trimmed) ? Number(trimmed) : trimmed;
}
