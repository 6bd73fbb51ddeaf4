/**
 * In which order the panel steps from task to task: that of the view it lies over. Neighbours: the views
 * say theirs while they are shown, the panel asks. Invariant: the view shown last is asked first.
 */
import { type Accessor, createSignal, onCleanup, untrack } from "solid-js";

const [orders, setOrders] = createSignal<readonly Accessor<readonly string[]>[]>([]);

/** Says the order of this view's tasks while it is shown. */
export function useTaskOrder(ids: Accessor<readonly string[]>): void {
  setOrders((before) => [...before, ids]);
  onCleanup(() => setOrders((before) => before.filter((one) => one !== ids)));
}

/** The ids around which the panel steps; null where the view has no order of its own. */
export function taskOrder(): readonly string[] | null {
  return untrack(() => orders().at(-1)?.() ?? null);
}
