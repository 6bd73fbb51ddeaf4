/**
 * The board: five columns by status, a card a task. Neighbour: `parts/TaskCard`. Invariant: lists hold
 * ids, so a card is made when its task enters a column and removed when it leaves, never in between.
 */
import { createMemo, createSignal, For, Show } from "solid-js";
import { TASK_STATUSES, type TaskStatus } from "../../../../core/state/tasks/task.ts";
import { usePage } from "../../page.ts";
import { ViewHead } from "../../parts/ViewHead.tsx";
import { TaskCard } from "./TaskCard.tsx";
import "./board.css";
import { plural, STATUS_WORDS } from "../../parts/words.ts";
import { columns } from "../../sync/reading.ts";

/** Cards a column shows at first, and how many more at a time. */
const PAGE = 60;

export default function Board() {
  const { mirror } = usePage();
  const by = createMemo(() => columns(mirror.wire));
  const count = () => TASK_STATUSES.reduce((sum, status) => sum + by()[status].length, 0);
  return (
    <>
      <ViewHead title="Board" />
      <div class="view-body">
        <Show
          when={count() > 0}
          fallback={
            <p class="empty">
              No tasks yet. Create one with <code>POST /api/tasks/create</code>, or plan a mission
              with <code>POST /api/missions/plan</code>; its tasks appear here.
            </p>
          }
        >
          {/* Focusable, so that the keyboard can scroll it sideways. */}
          <section class="board" aria-label="Tasks by status" tabindex="0" data-testid="board">
            <For each={TASK_STATUSES}>
              {(status) => <Column status={status} ids={by()[status]} />}
            </For>
          </section>
        </Show>
      </div>
    </>
  );
}

function Column(props: { status: TaskStatus; ids: readonly string[] }) {
  const [limit, setLimit] = createSignal(PAGE);
  const heading = () => `column-${props.status}`;
  return (
    <section class="column" aria-labelledby={heading()} data-testid={heading()}>
      <h2 id={heading()}>
        {STATUS_WORDS[props.status]} <span class="count">{props.ids.length}</span>
      </h2>
      <div class="cards">
        <For each={props.ids.slice(0, limit())} fallback={<p class="empty">No task here.</p>}>
          {(id) => <TaskCard id={id} />}
        </For>
        <Show when={props.ids.length > limit()}>
          <button type="button" onClick={() => setLimit((shown) => shown + PAGE)}>
            Show {plural(Math.min(PAGE, props.ids.length - limit()), "more task")}
          </button>
        </Show>
      </div>
    </section>
  );
}
