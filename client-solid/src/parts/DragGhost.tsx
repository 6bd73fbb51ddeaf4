/**
 * What follows the pointer, or the arrow keys, while something is dragged. To stand inside a
 * `DragDropProvider`. Invariant: where the ghost is, is where it would be dropped; without a shape of
 * what is dragged dnd-kit finds no target.
 */
import { DOMRectangle } from "@dnd-kit/dom/utilities";
import { useDragDropMonitor } from "@dnd-kit/solid";
import { createSignal, type JSX, Show } from "solid-js";

export function DragGhost(props: { children(id: string): JSX.Element }) {
  const [id, setId] = createSignal<string | null>(null);
  const [at, setAt] = createSignal({ x: 0, y: 0 });
  let ghost: HTMLDivElement | undefined;
  useDragDropMonitor({
    onDragStart({ operation }, { dragOperation }) {
      const { source, position } = operation;
      setAt(position.current);
      setId(source ? String(source.id) : null);
      if (ghost) dragOperation.shape = new DOMRectangle(ghost);
    },
    // The move is told before the position has it.
    onDragMove({ operation, to, by }, { dragOperation }) {
      const { x, y } = operation.position.current;
      setAt(to ?? { x: x + (by?.x ?? 0), y: y + (by?.y ?? 0) });
      if (ghost) dragOperation.shape = new DOMRectangle(ghost);
    },
    onDragEnd: () => setId(null),
  });
  return (
    <Show when={id()} keyed>
      {(dragged) => (
        <div
          ref={ghost}
          class="drag-ghost"
          aria-hidden="true"
          style={{ transform: `translate(${at().x + 4}px, ${at().y + 4}px)` }}
        >
          {props.children(dragged)}
        </div>
      )}
    </Show>
  );
}
