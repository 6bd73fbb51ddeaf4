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

export function useMilestonesDue(
  date: Accessor<string>,
  project: Accessor<string | undefined>,
): Accessor<readonly DueMilestone[]> {
  const { wire } = usePage().mirror;
  return createMemo(() =>
    Object.values(wire.missions).flatMap((mission) =>
      project() && mission.project_id !== project()
        ? []
        : mission.milestones
            .filter(({ due_date }) => due_date === date())
            .map((milestone) => ({ mission: mission.id, milestone })),
    ),
  );
}
