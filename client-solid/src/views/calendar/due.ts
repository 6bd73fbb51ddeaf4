/** What falls on a day, kept up to date by what changed of that day only. Neighbours: week and agenda. */
import { type Accessor, createMemo, createSignal } from "solid-js";
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

/** Of a day where there is room for a list. */
export const MAX_IN_LIST = 50;
/** So many are shown beside those with each click. */
const MORE = 200;

/** The first ones, and more when they are asked for: a day may have more tasks than a page can draw. */
export function useFirst(ids: Accessor<readonly string[]>, first: Accessor<number>) {
  const [more, setMore] = createSignal(0);
  const shown = createMemo(() => ids().slice(0, first() + more()));
  return {
    shown,
    left: () => ids().length - shown().length,
    showMore: () => setMore((before) => before + MORE),
  };
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
