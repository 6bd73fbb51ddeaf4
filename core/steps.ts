/**
 * Long work in steps, between which the event loop may turn. Neighbours: `snapshot-bytes.ts` is done so,
 * transport-http waits for it. Invariant: what the steps read must not change between them, as a state never does.
 */
import type { Ports } from "./ports.ts";

/** Yields where it can wait; what it returns is what it made. */
export type Steps<T> = Generator<void, T, void>;

/** Without a turn between. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** @returns at once where no turn came due meanwhile; without `turn` always */
export function finish<T>(steps: Steps<T>, turn?: Ports["turn"]): T | Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    const due = turn?.();
    if (due) return due.then(() => finish(steps, turn));
  }
}
