/**
 * A long list that fills while the page rests: at once only its beginning, the rest in pieces between the
 * frames. For what must be whole at last and is not in sight, such as the options of a select. Neighbour:
 * `First`, for what is drawn. Invariant: nobody waits for a list, whatever its length.
 */
import { type Accessor, createEffect, createMemo, createSignal, onCleanup } from "solid-js";

const STEP = 250;

export function createFilling<T>(list: Accessor<readonly T[]>): Accessor<readonly T[]> {
  const [filled, setFilled] = createSignal(STEP);
  createEffect(() => {
    if (filled() >= list().length) return;
    const cancel = whenIdle(() => setFilled((count) => count + STEP));
    onCleanup(cancel);
  });
  return createMemo(() => (filled() >= list().length ? list() : list().slice(0, filled())));
}

/** Safari has no idle callbacks; a frame later is near enough. */
function whenIdle(run: () => void): () => void {
  if (typeof requestIdleCallback === "function") {
    const id = requestIdleCallback(run, { timeout: 200 });
    return () => cancelIdleCallback(id);
  }
  const id = setTimeout(run, 16);
  return () => clearTimeout(id);
}
