/**
 * The board: five columns by status, or lanes of them. Neighbours: `Column` and `Lanes` show, `held.ts`
 * knows the card in the hand, `task/` moves and changes. Invariant: lists hold ids, so a card is made
 * when its task comes into sight and removed when it leaves, never in between.
 */
import "./board.css";
import { useNavigate } from "@solidjs/router";
import Plus from "lucide-solid/icons/plus";
import SquareKanban from "lucide-solid/icons/square-kanban";
import { createMemo, createSignal, For, Show } from "solid-js";
import { TASK_STATUSES, type TaskStatus } from "../../../../core/state/tasks/task.ts";
import { useCommands } from "../../commands.ts";
import { usePage } from "../../page.ts";
import { Button } from "../../parts/Button.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { useTaskHref } from "../../parts/links.tsx";
import { useQuery } from "../../parts/query.ts";
import { ViewHead } from "../../parts/ViewHead.tsx";
import { STATUS_WORDS } from "../../parts/words.ts";
import { BulkBar } from "../../task/BulkBar.tsx";
import { FilterBar } from "../../task/FilterBar.tsx";
import { toPredicate } from "../../task/filter.ts";
import { createFiltered } from "../../task/filtered.ts";
import { useMove } from "../../task/move.ts";
import { createTask } from "../../task/new-task.ts";
import { useTaskOrder } from "../../task/order.ts";
import { createSelection } from "../../task/selection.ts";
import { Column } from "./Column.tsx";
import { createDragging } from "./dragging.ts";
import { BoardContext, createHeld } from "./held.ts";
import { GROUPS, type Group, Lanes } from "./Lanes.tsx";
import { columnBeside } from "./model.ts";
import { SavedViews } from "./SavedViews.tsx";

export default function Board() {
  const { mirror } = usePage();
  const query = useQuery();
  const navigate = useNavigate();
  const hrefOf = useTaskHref();
  const { move } = useMove();
  const held = createHeld();
  const selection = createSelection();
  const [current, setCurrent] = createSignal<string | null>(null);
  const [isDropped, setDropped] = createSignal(0);
  let ghost: HTMLDivElement | undefined;
  let area!: HTMLDivElement;

  const keep = createMemo(() => toPredicate(query.get));
  const ids = Object.fromEntries(
    TASK_STATUSES.map((status) => [
      status,
      createFiltered(() => mirror.tasks.ids("status", status), keep),
    ]),
  ) as Record<TaskStatus, () => readonly string[]>;
  const order = () => TASK_STATUSES.flatMap((status) => ids[status]());
  useTaskOrder(order);
  const count = () => TASK_STATUSES.reduce((sum, status) => sum + ids[status]().length, 0);
  const first = createMemo(() => {
    const chosen = current();
    if (chosen !== null && mirror.wire.tasks[chosen]) return chosen;
    return TASK_STATUSES.map((status) => ids[status]()[0]).find(Boolean) ?? null;
  });
  const group = () => GROUPS.find((one) => one === query.get("group")) ?? null;

  useCommands(() => [
    {
      id: "board all",
      name: "Choose all tasks that are shown",
      group: "Board",
      keys: "Shift+A",
      run: () => selection.set(order()),
    },
    {
      id: "board find",
      name: "Find on the board",
      group: "Board",
      keys: "/",
      run: () => area.querySelector<HTMLInputElement>("input[type=search]")?.focus(),
    },
    {
      id: "board hold",
      name: "Hold the card: then ← → and Enter",
      group: "Board",
      keys: "m",
      hidden: true,
      run() {
        const id = first();
        if (!id) return;
        cardOf(id)?.focus();
        held.take(id, "keyboard");
      },
    },
    {
      id: "board choose",
      name: "Choose the card for a change of many",
      group: "Board",
      keys: "x",
      hidden: true,
      run() {
        const id = first();
        if (id) selection.toggle(id);
      },
    },
  ]);

  const cardOf = (id: string) =>
    area.querySelector<HTMLElement>(`[data-task-id="${CSS.escape(id)}"]`);

  function focusBeside(id: string, key: string): void {
    const status = mirror.wire.tasks[id]?.status;
    if (!status) return;
    const list = ids[status]();
    const at = list.indexOf(id);
    if (key === "ArrowUp" || key === "ArrowDown") {
      cardOf(list[at + (key === "ArrowUp" ? -1 : 1)] ?? "")?.focus();
      return;
    }
    const by = key === "ArrowLeft" ? -1 : 1;
    for (let to = columnBeside(status, by), from = status; to !== from; ) {
      const next = ids[to]();
      const card = cardOf(next[Math.min(at, next.length - 1)] ?? "") ?? cardOf(next[0] ?? "");
      if (card) {
        card.focus();
        return;
      }
      from = to;
      to = columnBeside(to, by);
    }
  }

  function drop(): void {
    const held_ = held.grip();
    const target = held.drop();
    if (held_?.by === "keyboard") cardOf(held_.id)?.focus();
    if (target) void move(target.id, target.to);
  }

  /** While a card is held by the keyboard, every key is about it. */
  function onKeyHeld(event: KeyboardEvent): void {
    const grip = held.grip();
    if (!grip) return;
    const over = grip.over ?? mirror.wire.tasks[grip.id]?.status ?? "backlog";
    if (event.key === "ArrowLeft") held.hover(columnBeside(over, -1));
    else if (event.key === "ArrowRight") held.hover(columnBeside(over, 1));
    else if (["Enter", " ", "m"].includes(event.key)) drop();
    else if (event.key === "Escape" || event.key === "Tab") {
      held.hover(null);
      held.drop();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function onKeyDown(event: KeyboardEvent): void {
    const target = event.target as Element;
    const id = target.matches("[data-task-id]") ? target.getAttribute("data-task-id") : null;
    if (!id || event.ctrlKey || event.metaKey || event.altKey) return;
    if (held.grip()?.by === "keyboard") {
      onKeyHeld(event);
      return;
    }
    if (event.key.startsWith("Arrow")) focusBeside(id, event.key);
    else if (event.key === "Enter") navigate(hrefOf(id), { scroll: false });
    else if (event.key === " " || event.key === "m") held.take(id, "keyboard");
    else if (event.key === "x") selection.toggle(id);
    else if (event.key === "Escape" && selection.ids().size > 0) selection.clear();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  const columnAt = (x: number, y: number) =>
    (document.elementFromPoint(x, y)?.closest("[data-column]")?.getAttribute("data-column") ??
      null) as TaskStatus | null;

  const dragging = createDragging({
    onStart: (id) => held.take(id, "pointer"),
    onMove(x, y) {
      held.hover(columnAt(x, y));
      ghost?.style.setProperty("transform", `translate(${x + 12}px, ${y + 8}px)`);
    },
    onEnd(canceled) {
      setDropped(Date.now());
      if (canceled) held.hover(null);
      drop();
    },
  });

  return (
    <BoardContext.Provider
      value={{ held, dragging, selection, current: first, setCurrent, isDropped }}
    >
      <ViewHead title="Board">
        <Button kind="main" small class="board-new" icon={Plus} onClick={() => createTask()}>
          New task
        </Button>
      </ViewHead>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys of the cards, in one place. */}
      <div
        ref={area}
        class="view-body fill board-body"
        data-draggable={dragging.ready() ? "" : undefined}
        onKeyDown={onKeyDown}
      >
        <FilterBar>
          <select
            aria-label="Group by"
            data-set={group() ? "" : undefined}
            onChange={({ currentTarget }) => query.set({ group: currentTarget.value })}
          >
            <option value="" selected={!group()}>
              No lanes
            </option>
            <For each={GROUPS}>
              {(one) => (
                <option value={one} selected={group() === one}>
                  By {one}
                </option>
              )}
            </For>
          </select>
          <SavedViews />
        </FilterBar>
        <nav class="tabs on-small" aria-label="Columns">
          <For each={TASK_STATUSES}>
            {(status) => (
              <button
                type="button"
                onClick={() =>
                  area
                    .querySelector(`[data-testid="column-${status}"]`)
                    ?.scrollIntoView({ inline: "start", block: "nearest" })
                }
              >
                {STATUS_WORDS[status]} <span class="count">{ids[status]().length}</span>
              </button>
            )}
          </For>
        </nav>
        <p class="unseen" id="board-keys">
          Arrows go from card to card, Enter opens, Space holds, X chooses.
        </p>
        <p class="unseen" aria-live="assertive" data-testid="held">
          {held.said()}
        </p>
        <Show
          when={count() > 0}
          fallback={
            <Show
              when={keep()}
              fallback={
                <Empty
                  title="No tasks yet"
                  icon={SquareKanban}
                  text="Create one, or plan a mission: its tasks appear here."
                >
                  <Button kind="main" onClick={() => createTask()}>
                    New task
                  </Button>
                </Empty>
              }
            >
              <Empty
                title="Nothing matches"
                icon={SquareKanban}
                text="No task passes these filters."
              />
            </Show>
          }
        >
          <Show
            when={group()}
            fallback={
              <section class="board" aria-label="Tasks by status" data-testid="board">
                <For each={TASK_STATUSES}>
                  {(status) => <Column status={status} ids={ids[status]} />}
                </For>
              </section>
            }
          >
            {(by) => <Lanes group={by() as Group} keep={keep} />}
          </Show>
        </Show>
        <Show when={held.grip()?.by === "pointer" && held.grip()}>
          {(grip) => (
            <div ref={ghost} class="ghost" aria-hidden="true">
              <span class="task-id">{grip().id}</span> {mirror.wire.tasks[grip().id]?.title}
            </div>
          )}
        </Show>
        <BulkBar selection={selection} shown={order()} />
      </div>
    </BoardContext.Provider>
  );
}
