/**
 * How the panel changes its task: one update of the fields that were edited, with the way back in the
 * toast. Neighbours: `undo.ts`, `parts/act.ts`. Invariant: a refusal is shown in the panel, at hand.
 */
import { type Accessor, createSignal } from "solid-js";
import { usePage } from "../page.ts";
import { useAct } from "../parts/act.ts";
import { isDecision, useDecide } from "./decide.ts";
import { seenOf } from "./seen.ts";
import { type TaskChange, undoOf } from "./undo.ts";

export interface TaskEdit {
  /** @returns whether the server took it */
  update(change: TaskChange, done: string): Promise<boolean>;
  /** The last no, in words, with the field it was about. */
  refusal: Accessor<{ message: string; fields: readonly string[] } | null>;
  dismiss(): void;
}

export function createTaskEdit(id: Accessor<string>): TaskEdit {
  const { mirror } = usePage();
  const { submit, refusal } = useAct();
  const { decide } = useDecide();
  const [refused, setRefused] = createSignal<ReturnType<TaskEdit["refusal"]>>(null);
  return {
    refusal: refused,
    dismiss: () => setRefused(null),
    async update(change, done) {
      const task = mirror.wire.tasks[id()];
      const undo = task && undoOf(task, change);
      setRefused(null);
      const told = {
        done,
        ...(undo && { undo: { name: "tasks/update" as const, payload: undo } }),
      };
      const fields = Object.keys(change);
      if (task && isDecision(task, change)) {
        const refused = (message: string) => void setRefused({ message, fields });
        return decide(seenOf(task), change, { ...told, label: `Move ${id()}`, refused });
      }
      const reply = await submit("tasks/update", { ...change, task_id: id() }, told);
      if (!reply) {
        setRefused({ message: refusal()?.message ?? "refused", fields });
      }
      return reply !== null;
    },
  };
}
