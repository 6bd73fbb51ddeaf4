/**
 * The way back from a change of a task: the update that restores what stood there. Neighbours: the task
 * panel, the board and the bulk edit offer it in a toast. Invariant: only what the API allows back.
 */
import type { PayloadOf } from "../../../core/registry.ts";
import { type Task, TRANSITIONS } from "../../../core/state/tasks/task.ts";

export type TaskChange = Omit<PayloadOf<"tasks/update">, "task_id">;

/** The update that takes `change` back; null where there is no way back. */
export function undoOf(task: Task, change: TaskChange): PayloadOf<"tasks/update"> | null {
  const { status } = change;
  if (status && status !== task.status && !TRANSITIONS[status].includes(task.status)) return null;
  const back: Record<string, unknown> = { task_id: task.id };
  for (const field of Object.keys(change)) {
    if (!(field in task)) continue;
    const value = task[field as keyof Task];
    back[field] = Array.isArray(value) ? [...value] : value;
  }
  // To be done means 100 percent; what it was before is not said by the status.
  if (status === "done") back.progress = task.progress;
  if ("blocked" in back || "blockers" in back) {
    back.blocked = task.blocked;
    back.blockers = [...task.blockers];
  }
  return back as PayloadOf<"tasks/update">;
}
