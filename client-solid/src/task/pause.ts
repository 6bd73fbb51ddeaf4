/**
 * A moment in which what has just come up is not decided on: the next press, or the second of a double one, was meant
 * for what stood there before. Neighbours: approvals and the dashboard begin it, and their buttons show it.
 * Invariant: what the person goes to themselves waits for nothing.
 */
import { type Accessor, createSignal, onCleanup } from "solid-js";

/** Longer than a press in haste, shorter than it takes to see what came, in milliseconds. */
const UNSEEN_MS = 400;

export interface Pause {
  isOn: Accessor<boolean>;
  /** From now on, also where it has begun already. */
  begin(): void;
}

export function createPause(): Pause {
  const [isOn, setOn] = createSignal(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));
  return {
    isOn,
    begin() {
      clearTimeout(timer);
      setOn(true);
      timer = setTimeout(() => setOn(false), UNSEEN_MS);
    },
  };
}
