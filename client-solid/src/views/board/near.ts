/**
 * Whether an element has come near the part of the page that is in sight: for what costs much to make
 * and is far down. Neighbour: `Lanes`. Invariant: what has been near stays, so that what was opened or
 * scrolled in it is not lost.
 */
import { type Accessor, createEffect, createSignal, onCleanup } from "solid-js";

/** So that one who scrolls finds it made. */
const MARGIN = "600px 0px";

/** @param already whether it is known to be near from the start */
export function createNear(
  element: Accessor<Element | undefined>,
  already: boolean,
): Accessor<boolean> {
  const [near, setNear] = createSignal(already);
  createEffect(() => {
    const watched = element();
    if (!watched || near()) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && setNear(true),
      { root: watched.closest(".lanes"), rootMargin: MARGIN },
    );
    observer.observe(watched);
    onCleanup(() => observer.disconnect());
  });
  return near;
}
