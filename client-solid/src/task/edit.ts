/**
 * How the panel changes its task: one update of the fields that were edited, with the way back in the
 * toast. Neighbour: `update.ts`. Invariant: a refusal is shown in the panel, at hand.
 */
import { type Accessor, createSignal } from "solid-js";
import type { TaskChange } from "./undo.ts";
import { useUpdate } from "./update.ts";

export interface TaskEdit {
  /** @returns whether the server took it */
  update(change: TaskChange, done: string): Promise<boolean>;
  /** The last no, in words, with the field it was about. */
  refusal: Accessor<{ message: string; fields: readonly string[] } | null>;
  dismiss(): void;
}

export function createTaskEdit(id: Accessor<string>): TaskEdit {
  const { update } = useUpdate();
  const [refusal, setRefusal] = createSignal<ReturnType<TaskEdit["refusal"]>>(null);
  return {
    refusal,
    dismiss: () => setRefusal(null),
    update(change, done) {
      setRefusal(null);
      const label = `${change.status ? "Move" : "Change"} ${id()}`;
      const fields = Object.keys(change);
      const refused = (message: string) => void setRefusal({ message, fields });
      return update(id(), change, { label, done, refused });
    },
  };
}
