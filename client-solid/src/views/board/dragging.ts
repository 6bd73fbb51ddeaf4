/**
 * The cards that can be dragged. Neighbours: cards register, `Board` says what a drag means,
 * `pointer-drag.ts` has the library, which is fetched once the cards are painted, so that it costs the
 * first board nothing. Invariant: a card that registered before it came can be dragged as soon as it
 * is there.
 */
import { type Accessor, createSignal, onCleanup, onMount } from "solid-js";
import type { DragWatcher, PointerDrag } from "./pointer-drag.ts";

export interface Dragging {
  /** Until ended, the card can be taken by the pointer. */
  register(id: string, element: Element): () => void;
  /** Whether the library is there. */
  ready: Accessor<boolean>;
}

interface Registered {
  id: string;
  element: Element;
  detach?: () => void;
}

/** To be called in a component; ends with it. */
export function createDragging(watcher: DragWatcher): Dragging {
  const cards = new Set<Registered>();
  const [ready, setReady] = createSignal(false);
  let drag: PointerDrag | null = null;
  let closed = false;

  function attach(card: Registered): void {
    if (drag) card.detach = drag.attach(card.id, card.element);
  }

  onMount(() => {
    requestAnimationFrame(async () => {
      const { openPointerDrag } = await import("./pointer-drag.ts");
      if (closed) return;
      drag = openPointerDrag(watcher);
      cards.forEach(attach);
      setReady(true);
    });
  });
  onCleanup(() => {
    closed = true;
    drag?.close();
  });

  return {
    ready,
    register(id, element) {
      const card: Registered = { id, element };
      cards.add(card);
      attach(card);
      return () => {
        cards.delete(card);
        card.detach?.();
      };
    },
  };
}
