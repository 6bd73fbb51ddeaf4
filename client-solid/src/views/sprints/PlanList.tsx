/** One of the two lists of planning, with only the rows that are in view. Neighbour: `Planning`. */
import { useDraggable, useDroppable } from "@dnd-kit/solid";
import { createVirtualizer } from "@tanstack/solid-virtual";
import GripVertical from "lucide-solid/icons/grip-vertical";
import Minus from "lucide-solid/icons/minus";
import Plus from "lucide-solid/icons/plus";
import { createMemo, For, type JSX, Show } from "solid-js";
import { usePage } from "../../page.ts";
import { Avatar } from "../../parts/Avatar.tsx";
import { IconButton } from "../../parts/Button.tsx";
import { TaskLink } from "../../parts/links.tsx";
import { PriorityChip, StatusIcon } from "../../parts/signs.tsx";

const ROW_PX = 38;

interface Props {
  id: "free" | "sprint";
  title: string;
  ids: readonly string[];
  empty: string;
  /** What the button of a row does. */
  verb: "Add" | "Remove";
  onMove(id: string): void;
  children?: JSX.Element;
}

export function PlanList(props: Props) {
  const { wire } = usePage().mirror;
  const drop = useDroppable({ id: props.id });
  let scroller!: HTMLDivElement;
  const rows = createVirtualizer({
    get count() {
      return props.ids.length;
    },
    getScrollElement: () => scroller,
    estimateSize: () => ROW_PX,
    overscan: 8,
    getItemKey: (at) => props.ids[at] ?? at,
  });
  const points = createMemo(() =>
    props.ids.reduce((sum, id) => sum + (wire.tasks[id]?.story_points ?? 0), 0),
  );
  // By id, so that a row stays while the list moves around it.
  const places = createMemo(() => {
    const by = new Map<string, number>();
    for (const { index, start } of rows.getVirtualItems()) {
      const id = props.ids[index];
      if (id !== undefined) by.set(id, start);
    }
    return by;
  });
  const shown = createMemo(() => [...places().keys()]);
  return (
    <section
      ref={drop.ref}
      class="card plan-list stack"
      aria-labelledby={`plan-${props.id}`}
      data-testid={`plan-${props.id}`}
      data-target={drop.isDropTarget() ? "" : undefined}
    >
      <h2 id={`plan-${props.id}`}>
        {props.title}{" "}
        <span class="count">
          {props.ids.length}
          <Show when={points() > 0}> · {points()} points</Show>
        </span>
      </h2>
      <div>{props.children}</div>
      <div class="scroller" ref={scroller}>
        <Show when={props.ids.length > 0} fallback={<p class="dim">{props.empty}</p>}>
          <ul class="plan-rows" style={{ height: `${rows.getTotalSize()}px` }}>
            <For each={shown()}>
              {(id) => (
                <PlanRow
                  id={id}
                  top={places().get(id) ?? 0}
                  verb={props.verb}
                  onMove={() => props.onMove(id)}
                />
              )}
            </For>
          </ul>
        </Show>
      </div>
    </section>
  );
}

function PlanRow(props: { id: string; top: number; verb: Props["verb"]; onMove(): void }) {
  const { wire } = usePage().mirror;
  const drag = useDraggable({ id: props.id });
  return (
    <Show when={wire.tasks[props.id]}>
      {(task) => (
        <li
          class="plan-place"
          data-steady={props.id}
          style={{ transform: `translateY(${props.top}px)` }}
        >
          <div
            ref={drag.ref}
            class="plan-row"
            data-plan-task={props.id}
            data-dragging={drag.isDragging() ? "" : undefined}
          >
            <button
              type="button"
              ref={drag.handleRef}
              class="grip"
              aria-label={`Drag ${props.id}`}
              title="Drag with the pointer, or with Enter and the arrow keys"
            >
              <GripVertical size={14} aria-hidden="true" />
            </button>
            <StatusIcon status={task().status} />
            <TaskLink id={props.id} class="link row grow">
              <span class="task-id">{props.id}</span>
              <span class="cut">{task().title}</span>
            </TaskLink>
            <Show when={task().story_points}>
              {(count) => <span class="chip number">{count()}</span>}
            </Show>
            <PriorityChip priority={task().priority} />
            <Show when={task().owner}>{(owner) => <Avatar id={owner()} size={20} />}</Show>
            <IconButton
              small
              label={`${props.verb} ${props.id}`}
              icon={props.verb === "Add" ? Plus : Minus}
              onClick={() => props.onMove()}
            />
          </div>
        </li>
      )}
    </Show>
  );
}
