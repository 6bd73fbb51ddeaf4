/** How a task is moved from a list: at once, with the way back, the focus with it. Neighbour: `parts/act.ts`. */
import type { TaskStatus } from "../../../core/state/tasks/task.ts";
import { usePage } from "../page.ts";
import { useAct } from "../parts/act.ts";
import { STATUS_WORDS } from "../parts/words.ts";
import { undoOf } from "./undo.ts";

export function useMove() {
  const { mirror, moved } = usePage();
  const { act, busy } = useAct();
  return {
    busy,
    async move(id: string, to: TaskStatus): Promise<void> {
      const task = mirror.wire.tasks[id];
      if (!task) return;
      const undo = undoOf(task, { status: to });
      moved.id = id;
      const reply = await act(
        "tasks/update",
        { task_id: id, status: to },
        {
          done: `${id} moved to ${STATUS_WORDS[to]}.`,
          ...(undo && { undo: { name: "tasks/update", payload: undo } }),
        },
      );
      if (!reply) moved.id = null;
    },
  };
}
