/**
 * dnd-kit at the board's cards: when a press becomes a drag, scrolling at the edges, what it tells of
 * the way. Neighbour: `dragging.ts` fetches this once the board is shown. Invariant: where a card is
 * dropped is asked of the document, so no column has to register.
 */
import { AutoScroller, DragDropManager, Draggable, PointerSensor } from "@dnd-kit/dom";

export interface DragWatcher {
  onStart(id: string): void;
  /** In pixels of the window. */
  onMove(x: number, y: number): void;
  onEnd(canceled: boolean): void;
}

export interface PointerDrag {
  /** Until ended, the element can be dragged. */
  attach(id: string, element: Element): () => void;
  close(): void;
}

export function openPointerDrag({ onStart, onMove, onEnd }: DragWatcher): PointerDrag {
  const sensor = PointerSensor.configure({
    preventActivation: ({ target }) =>
      target instanceof Element && target.closest("button, input, select") !== null,
  });
  const manager = new DragDropManager({ sensors: [sensor], plugins: [AutoScroller] });
  // Set again, since the manager adds some of its own, of which one injects styles.
  manager.plugins = [AutoScroller];
  const { monitor } = manager;
  monitor.addEventListener("dragstart", ({ operation }) => {
    if (operation.source) onStart(String(operation.source.id));
  });
  monitor.addEventListener("dragmove", ({ operation }) => {
    const { x, y } = operation.position.current;
    onMove(x, y);
  });
  monitor.addEventListener("dragend", ({ canceled }) => onEnd(canceled));
  return {
    attach(id, element) {
      const draggable = new Draggable({ id, element, register: false }, manager);
      draggable.register();
      return () => draggable.destroy();
    },
    close: () => manager.destroy(),
  };
}
