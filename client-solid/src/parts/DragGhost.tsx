/** What follows the pointer, or the arrow keys, while something is dragged. To stand inside a `DragDropProvider`. */
import { useDragDropMonitor } from "@dnd-kit/solid";
import { createSignal, type JSX, Show } from "solid-js";

export function DragGhost(props: { children(id: string): JSX.Element }) {
  const [id, setId] = createSignal<string | null>(null);
  const [at, setAt] = createSignal({ x: 0, y: 0 });
  useDragDropMonitor({
    onDragStart({ operation }) {
      const { source, position } = operation;
      setAt(position.current);
      setId(source ? String(source.id) : null);
    },
    // The move is told before the position has it.
    onDragMove: ({ operation, to, by }) => {
      const { x, y } = operation.position.current;
      setAt(to ?? { x: x + (by?.x ?? 0), y: y + (by?.y ?? 0) });
    },
    onDragEnd: () => setId(null),
  });
  return (
    <Show when={id()} keyed>
      {(dragged) => (
        <div
          class="drag-ghost"
          aria-hidden="true"
          style={{ transform: `translate(${at().x + 8}px, ${at().y + 8}px)` }}
        >
          {props.children(dragged)}
        </div>
      )}
    </Show>
  );
}
