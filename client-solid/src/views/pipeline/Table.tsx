/**
 * The tasks as a table: sorted by any column, many changed at once. Neighbours: `model.ts` sorts, `Row`
 * shows one. Invariant: only the rows in sight are made; a change of one task touches one row.
 */
import { createVirtualizer } from "@tanstack/solid-virtual";
import Rows3 from "lucide-solid/icons/rows-3";
import { createMemo, createSignal, For, Show } from "solid-js";
import { EXCEPTION_BUCKETS } from "../../../../core/state/tasks/views.ts";
import { useCommands } from "../../commands.ts";
import { usePage } from "../../page.ts";
import { Button } from "../../parts/Button.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { useQuery } from "../../parts/query.ts";
import { BUCKET_WORDS, plural } from "../../parts/words.ts";
import { createSortedList } from "../../sync/sorted-list.ts";
import { BulkBar } from "../../task/BulkBar.tsx";
import { FilterBar } from "../../task/FilterBar.tsx";
import { toPredicate } from "../../task/filter.ts";
import { createFiltered } from "../../task/filtered.ts";
import { createTask } from "../../task/new-task.ts";
import { useTaskOrder } from "../../task/order.ts";
import { createSelection } from "../../task/selection.ts";
import { nextSort, orderBy, type SortField, toSort } from "./model.ts";
import { Row } from "./Row.tsx";

const ROW_PX = 38;
const OVERSCAN = 10;

const COLUMNS: readonly { field: SortField; name: string; class?: string }[] = [
  { field: "id", name: "Id" },
  { field: "title", name: "Title", class: "wide" },
  { field: "status", name: "Status" },
  { field: "priority", name: "Priority" },
  { field: "owner", name: "Owner" },
  { field: "project", name: "Project", class: "extra" },
  { field: "sprint", name: "Sprint", class: "extra" },
  { field: "points", name: "Points", class: "extra" },
  { field: "progress", name: "Progress" },
  { field: "due", name: "Due" },
  { field: "updated", name: "Updated", class: "extra" },
];

export function Table() {
  const { mirror, read } = usePage();
  const query = useQuery();
  const selection = createSelection();
  const [current, setCurrent] = createSignal<string | null>(null);
  let scroller!: HTMLDivElement;

  const keep = createMemo(() => toPredicate(query.get));
  const needs = () => EXCEPTION_BUCKETS.find((bucket) => bucket === query.get("needs"));
  const filtered = createFiltered(() => {
    const bucket = needs();
    return bucket ? read.exceptionIds(bucket) : mirror.tasks.ids("all", "");
  }, keep);
  const narrowed = () => keep() !== null || needs() !== undefined;
  const sort = createMemo(() => toSort(query.get("sort")));
  const sorted = createMemo(() => {
    const by = sort();
    return by ? createSortedList(mirror, filtered, orderBy(by)) : filtered;
  });
  const ids = () => sorted()();
  useTaskOrder(ids);
  const reached = () => {
    const chosen = current();
    return chosen !== null && mirror.wire.tasks[chosen] ? chosen : (ids()[0] ?? null);
  };

  const virtual = createVirtualizer({
    get count() {
      return ids().length;
    },
    getScrollElement: () => scroller,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
  });
  const from = createMemo(() => virtual.getVirtualItems()[0]?.index ?? 0);
  const to = createMemo(() => (virtual.getVirtualItems().at(-1)?.index ?? OVERSCAN * 3) + 1);
  const shown = createMemo(() => ids().slice(from(), to()));

  function focusRow(at: number): void {
    const id = ids()[at];
    if (id === undefined) return;
    virtual.scrollToIndex(at);
    setCurrent(id);
    queueMicrotask(() =>
      scroller.querySelector<HTMLElement>(`[data-task-id="${CSS.escape(id)}"]`)?.focus(),
    );
  }

  function onKeyDown(event: KeyboardEvent): void {
    const row = event.target as Element;
    const id = row.getAttribute("data-task-id");
    if (!id || event.ctrlKey || event.metaKey) return;
    const at = ids().indexOf(id);
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined) {
      const next = ids()[at + by];
      if (event.shiftKey && next) {
        if (!selection.has(id)) selection.toggle(id);
        selection.extend(ids(), next);
      }
      focusRow(at + by);
    } else if (event.key === "Home") focusRow(0);
    else if (event.key === "End") focusRow(ids().length - 1);
    else if (event.key === "x" || event.key === " ") selection.toggle(id);
    else if (event.key === "Enter") row.querySelector<HTMLElement>("a")?.click();
    else if (event.key === "Escape" && selection.ids().size > 0) selection.clear();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  useCommands(() => [
    {
      id: "pipeline all",
      name: "Choose all tasks in the table",
      group: "Pipeline",
      keys: "Shift+A",
      run: () => selection.set(ids()),
    },
    {
      id: "pipeline choose",
      name: "Choose the row for a change of many",
      group: "Pipeline",
      keys: "x",
      hidden: true,
      run() {
        const id = reached();
        if (id) selection.toggle(id);
      },
    },
    {
      id: "pipeline rows",
      name: "Go to the rows",
      group: "Pipeline",
      keys: "ArrowDown",
      moves: true,
      hidden: true,
      run: () => focusRow(Math.max(0, ids().indexOf(reached() ?? ""))),
    },
  ]);

  return (
    <div class="view-body fill table-body">
      <FilterBar>
        <select
          aria-label="Needs your eye"
          data-set={needs()}
          onChange={({ currentTarget }) => query.set({ needs: currentTarget.value })}
        >
          <option value="">All tasks</option>
          <For each={EXCEPTION_BUCKETS}>
            {(bucket) => (
              <option value={bucket} selected={needs() === bucket}>
                {BUCKET_WORDS[bucket].title}
              </option>
            )}
          </For>
        </select>
        <span class="dim small">{plural(ids().length, "task")}</span>
      </FilterBar>
      <Show
        when={ids().length > 0}
        fallback={
          <Empty
            title={narrowed() ? "Nothing matches" : "No tasks yet"}
            icon={Rows3}
            text={narrowed() ? "No task passes these filters." : "Create one, or plan a mission."}
          >
            <Show when={!narrowed()}>
              <Button kind="main" onClick={() => createTask()}>
                New task
              </Button>
            </Show>
          </Empty>
        }
      >
        {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys of the rows, in one place. */}
        <div ref={scroller} class="table-scroll" onKeyDown={onKeyDown}>
          <table class="tasks" aria-rowcount={ids().length + 1} data-testid="task-table">
            <thead>
              <tr>
                <th class="check">
                  <input
                    type="checkbox"
                    aria-label="Choose all"
                    checked={selection.ids().size > 0 && selection.ids().size === ids().length}
                    onChange={({ currentTarget }) =>
                      currentTarget.checked ? selection.set(ids()) : selection.clear()
                    }
                  />
                </th>
                <For each={COLUMNS}>
                  {({ field, name, class: width }) => {
                    const way = () => (sort()?.field === field ? sort() : null);
                    return (
                      <th
                        class={width}
                        aria-sort={way() ? (way()?.down ? "descending" : "ascending") : undefined}
                      >
                        <button
                          type="button"
                          onClick={() => query.set({ sort: nextSort(sort(), field) })}
                        >
                          {name}
                          <span aria-hidden="true">{way() ? (way()?.down ? " ↓" : " ↑") : ""}</span>
                        </button>
                      </th>
                    );
                  }}
                </For>
              </tr>
            </thead>
            <tbody>
              <tr class="space" style={{ height: `${from() * ROW_PX}px` }} />
              <For each={shown()}>
                {(id, at) => (
                  <Row
                    id={id}
                    index={from() + at() + 2}
                    reached={reached() === id}
                    selection={selection}
                    order={ids}
                    onFocus={() => setCurrent(id)}
                  />
                )}
              </For>
              <tr
                class="space"
                style={{ height: `${Math.max(0, ids().length - to()) * ROW_PX}px` }}
              />
            </tbody>
          </table>
          <Show when={read.taskCount() > 0}>
            <p class="unseen">Arrows go from row to row, X chooses, Enter opens.</p>
          </Show>
        </div>
      </Show>
      <BulkBar selection={selection} shown={ids()} />
    </div>
  );
}
