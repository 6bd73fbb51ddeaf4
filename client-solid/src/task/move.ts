/** How a task is moved from a list: at once, with the way back, the focus with it. Neighbour: `update.ts`. */
import type { TaskStatus } from "../../../core/state/tasks/task.ts";
import { usePage } from "../page.ts";
import { STATUS_WORDS } from "../parts/words.ts";
import { useUpdate } from "./update.ts";

export function useMove() {
  const { mirror, moved } = usePage();
  const { update, busy } = useUpdate();
  return {
    busy,
    async move(id: string, to: TaskStatus): Promise<void> {
      if (!mirror.wire.tasks[id]) return;
      moved.id = id;
      const told = { label: `Move ${id}`, done: `${id} moved to ${STATUS_WORDS[to]}.` };
      if (!(await update(id, { status: to }, told))) moved.id = null;
    },
  };
}
