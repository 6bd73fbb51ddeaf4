/** What falls on a day, kept up to date by what changed of that day only. Neighbours: week and agenda. */
import { type Accessor, createMemo } from "solid-js";
import type { Milestone } from "../../../../core/state/missions/mission.ts";
import { usePage } from "../../page.ts";

/** The tasks due on a day, in the order of the board. */
export function useTasksDue(
  date: Accessor<string>,
  project: Accessor<string | undefined>,
): Accessor<readonly string[]> {
  const { mirror } = usePage();
  return createMemo(() => {
    const ids = mirror.tasks.ids("due", date());
    const only = project();
    return only ? ids.filter((id) => mirror.wire.tasks[id]?.project_id === only) : ids;
  });
}

export interface DueMilestone {
  mission: string;
  milestone: Milestone;
}

/** By day; missions are gone through once for all days. */
export type MilestonesDue = ReadonlyMap<string, readonly DueMilestone[]>;

export function useMilestonesDue(project: Accessor<string | undefined>): Accessor<MilestonesDue> {
  const { wire } = usePage().mirror;
  return createMemo(() => {
    const due = new Map<string, DueMilestone[]>();
    for (const mission of Object.values(wire.missions)) {
      if (project() && mission.project_id !== project()) continue;
      for (const milestone of mission.milestones) {
        if (!milestone.due_date) continue;
        const day = due.get(milestone.due_date) ?? [];
        due.set(milestone.due_date, day);
        day.push({ mission: mission.id, milestone });
      }
    }
    return due;
  });
}
