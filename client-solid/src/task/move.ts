/** How a task is moved from a list: at once, with the way back, the focus with it. Neighbour: `parts/act.ts`. */
import type { TaskStatus } from "../../../core/state/tasks/task.ts";
import { usePage } from "../page.ts";
import { useAct } from "../parts/act.ts";
import { STATUS_WORDS } from "../parts/words.ts";
import { isDecision, useDecide } from "./decide.ts";
import { seenOf } from "./seen.ts";
import { undoOf } from "./undo.ts";

export function useMove() {
  const { mirror, moved } = usePage();
  const { act, busy } = useAct();
  const decision = useDecide();
  return {
    busy: () => busy() || decision.busy(),
    async move(id: string, to: TaskStatus): Promise<void> {
      const task = mirror.wire.tasks[id];
      if (!task) return;
      const change = { status: to };
      const undo = undoOf(task, change);
      moved.id = id;
      const told = {
        label: `Move ${id}`,
        done: `${id} moved to ${STATUS_WORDS[to]}.`,
        ...(undo && { undo: { name: "tasks/update" as const, payload: undo } }),
      };
      const went = isDecision(task, change)
        ? await decision.decide(seenOf(task), change, told)
        : (await act("tasks/update", { ...change, task_id: id }, told)) !== null;
      if (!went) moved.id = null;
    },
  };
}
