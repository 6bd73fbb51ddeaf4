/**
 * The roster's order and filter as they stand in the address. Neighbour: `Roster.tsx`. Invariant: pure;
 * equal ones keep the order of their names.
 */
import type { Agent } from "../../../../core/state/agents/agent.ts";
import { derivedStatus } from "../../../../core/state/agents/views.ts";
import { abilitiesOf } from "./coverage.ts";

export const SORTS = ["name", "status", "specialism", "project", "load", "heard"] as const;
export type Sort = (typeof SORTS)[number];

export interface RosterQuery {
  text: string;
  /** A derived status, `left` for those who left, "" for all active ones. */
  status: string;
  specialism: string;
  project: string;
  sort: Sort;
  descending: boolean;
}

const STATUS_RANK = ["blocked", "validation", "working", "idle", "offline"];

/** @param openOf how many open tasks an agent has */
export function toRoster(
  agents: Iterable<Agent>,
  query: RosterQuery,
  openOf: (id: string) => number,
): string[] {
  const words = query.text.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = [...agents].filter((agent) => isAsked(agent, query, words));
  const keyOf = KEYS[query.sort];
  const keyed = shown.map((agent) => ({
    id: agent.id,
    key: keyOf(agent, openOf),
    name: agent.name.toLowerCase(),
  }));
  const way = query.descending ? -1 : 1;
  keyed.sort((a, b) => way * compare(a.key, b.key) || compare(a.name, b.name));
  return keyed.map(({ id }) => id);
}

function isAsked(agent: Agent, query: RosterQuery, words: readonly string[]): boolean {
  if ((agent.standing === "active") === (query.status === "left")) return false;
  if (query.status && query.status !== "left" && derivedStatus(agent) !== query.status)
    return false;
  if (query.project && agent.project_id !== query.project) return false;
  if (query.specialism && !abilitiesOf(agent, "specialisms").includes(query.specialism))
    return false;
  if (words.length === 0) return true;
  const text =
    `${agent.id} ${agent.name} ${agent.role} ${agent.department ?? ""} ${agent.skills.join(" ")}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

const KEYS: Record<Sort, (agent: Agent, openOf: (id: string) => number) => string | number> = {
  name: (agent) => agent.name.toLowerCase(),
  status: (agent) => STATUS_RANK.indexOf(derivedStatus(agent)),
  specialism: (agent) => agent.home_specialist ?? agent.specialists[0] ?? "~",
  project: (agent) => agent.project_id ?? "~",
  load: (agent, openOf) => openOf(agent.id),
  heard: (agent) => agent.last_heartbeat ?? "",
};

function compare(a: string | number, b: string | number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
