/**
 * Who can do what, and what nobody can: specialisms and skills against who is present and what open
 * tasks ask for. Neighbour: the matrix shows it. Invariant: pure; one pass over agents and tasks.
 */
import type { Agent } from "../../../../core/state/agents/agent.ts";
import { isPresent } from "../../../../core/state/agents/views.ts";
import type { State } from "../../../../core/state/state.ts";
import { isOpen } from "../../../../core/state/tasks/task.ts";
import { values } from "../../../../core/table.ts";

export const KINDS = ["specialisms", "skills"] as const;
export type CoverageKind = (typeof KINDS)[number];

export interface Cover {
  name: string;
  /** The active agents who have it, by id. */
  holders: string[];
  present: number;
  /** Open tasks that ask for it; 0 for skills, which tasks do not name. */
  openTasks: number;
  /** `uncovered`: open tasks ask for it and nobody has it; `absent`: nobody who has it is here. */
  gap: "uncovered" | "absent" | null;
}

/** Gaps first, then what most open tasks ask for, then by name. */
export function coverageOf(state: Pick<State, "agents" | "tasks">, kind: CoverageKind): Cover[] {
  const covers = new Map<string, Cover>();
  const coverOf = (name: string): Cover => {
    let cover = covers.get(name);
    if (!cover) {
      cover = { name, holders: [], present: 0, openTasks: 0, gap: null };
      covers.set(name, cover);
    }
    return cover;
  };
  for (const agent of values(state.agents)) {
    if (agent.standing !== "active") continue;
    for (const name of abilitiesOf(agent, kind)) {
      const cover = coverOf(name);
      cover.holders.push(agent.id);
      if (isPresent(agent)) cover.present += 1;
    }
  }
  if (kind === "specialisms") {
    for (const task of values(state.tasks)) {
      if (isOpen(task) && task.specialist) coverOf(task.specialist).openTasks += 1;
    }
  }
  const found = [...covers.values()];
  for (const cover of found) {
    if (cover.holders.length === 0) cover.gap = "uncovered";
    else if (cover.present === 0) cover.gap = "absent";
  }
  const rank = ({ gap }: Cover) => (gap === "uncovered" ? 0 : gap === "absent" ? 1 : 2);
  return found.sort(
    (a, b) => rank(a) - rank(b) || b.openTasks - a.openTasks || (a.name < b.name ? -1 : 1),
  );
}

/** What an agent has of a kind, each once; the main specialism first. */
export function abilitiesOf(
  { home_specialist, specialists, skills }: Agent,
  kind: CoverageKind,
): string[] {
  if (kind === "skills") return [...new Set(skills)];
  return [...new Set([...(home_specialist ? [home_specialist] : []), ...specialists])];
}
