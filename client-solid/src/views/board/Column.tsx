/**
 * One column: only the cards in sight and a few around them are made. Neighbour: TanStack's virtualiser
 * says which; they stand in the normal flow between two spaces, so a card that grows touches no other.
 */
import { createVirtualizer, measureElement, type Virtualizer } from "@tanstack/solid-virtual";
import Plus from "lucide-solid/icons/plus";
import { type Accessor, createEffect, createMemo, For, on, Show } from "solid-js";
import type { TaskStatus } from "../../../../core/state/tasks/task.ts";
import { usePage } from "../../page.ts";
import { IconButton } from "../../parts/Button.tsx";
import { StatusIcon } from "../../parts/signs.tsx";
import { STATUS_WORDS } from "../../parts/words.ts";
import { createTask } from "../../task/new-task.ts";
import { createDropMark } from "./held.ts";
import { TaskCard } from "./TaskCard.tsx";

const CARD_PX = 118;
const GAP_PX = 8;
/** Cards made beyond each edge of the column, so that a turn of the wheel finds them there. */
const OVERSCAN = 4;

export function Column(props: { status: TaskStatus; ids: Accessor<readonly string[]> }) {
  const { moved } = usePage();
  let scroller!: HTMLUListElement;
  const mark = createDropMark(() => props.status);
  const heading = () => `column-${props.status}`;

  /** As it was measured when it was last in sight. */
  const sizeOf = (at: number) => virtual.itemSizeCache.get(props.ids()[at] ?? at) ?? CARD_PX;
  const virtual: Virtualizer<HTMLUListElement, Element> = createVirtualizer({
    get count() {
      return props.ids().length;
    },
    getScrollElement: () => scroller,
    getItemKey: (at) => props.ids()[at] ?? at,
    estimateSize: () => CARD_PX,
    gap: GAP_PX,
    overscan: OVERSCAN,
    // Without an entry the size would be asked of the layout, card by card, while others are still
    // being made; the browser tells all of them at once before it paints.
    measureElement: (element, entry, own) =>
      entry ? measureElement(element, entry, own) : sizeOf(own.indexFromElement(element)),
  });
  const span = createMemo(
    () => {
      const items = virtual.getVirtualItems();
      const [first, last] = [items[0], items.at(-1)];
      return first && last
        ? { from: first.index, to: last.index + 1, above: first.start, end: last.end }
        : { from: 0, to: OVERSCAN, above: 0, end: 0 };
    },
    undefined,
    {
      equals: (a, b) =>
        a.from === b.from && a.to === b.to && a.above === b.above && a.end === b.end,
    },
  );
  const shown = createMemo(() => props.ids().slice(span().from, span().to));
  const below = () => (span().end === 0 ? 0 : Math.max(0, virtual.getTotalSize() - span().end));

  // The card that was moved here by hand takes the focus, so it has to be made.
  createEffect(
    on(props.ids, (ids) => {
      const at = moved.id === null ? -1 : ids.indexOf(moved.id);
      if (at >= 0 && (at < span().from || at >= span().to)) virtual.scrollToIndex(at);
    }),
  );

  return (
    <section
      class="column"
      aria-labelledby={heading()}
      data-testid={heading()}
      data-column={props.status}
      data-drop={mark() ? (mark()?.allowed ? "yes" : "no") : undefined}
    >
      <header class="row">
        <StatusIcon status={props.status} />
        <h2 id={heading()} class="grow">
          {STATUS_WORDS[props.status]} <span class="count">{props.ids().length}</span>
        </h2>
        <Show when={props.status === "backlog" || props.status === "ready"}>
          <IconButton
            label={`New task in ${STATUS_WORDS[props.status]}`}
            icon={Plus}
            small
            onClick={() => createTask({ status: props.status === "ready" ? "ready" : "backlog" })}
          />
        </Show>
      </header>
      <Show when={mark()?.text}>{(text) => <p class="verdict">{text()}</p>}</Show>
      <ul
        ref={scroller}
        class="cards"
        style={{ "--above": `${span().above}px`, "--below": `${below()}px` }}
      >
        <For each={shown()} fallback={<li class="none">No task here.</li>}>
          {(id, at) => (
            <li
              ref={(element) => queueMicrotask(() => virtual.measureElement(element))}
              data-index={span().from + at()}
            >
              <TaskCard id={id} order={props.ids()} />
            </li>
          )}
        </For>
      </ul>
    </section>
  );
}
