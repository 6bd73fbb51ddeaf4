/** Lists of ids through a filter that may change. Neighbours: `filter.ts`, `reading.ts`. */
import { type Accessor, createMemo } from "solid-js";
import type { Task } from "../../../core/state/tasks/task.ts";
import { usePage } from "../page.ts";
import { filterTasks } from "../sync/reading.ts";

export type Keep = ((task: Task) => boolean) | null;

/** Without a filter the list itself, so that it costs nothing at any size. */
export function createFiltered(
  ids: Accessor<readonly string[]>,
  keep: Accessor<Keep>,
): Accessor<readonly string[]> {
  const { mirror } = usePage();
  const through = createMemo(() => {
    const question = keep();
    return question ? filterTasks(mirror, ids, question) : ids;
  });
  return () => through()();
}
