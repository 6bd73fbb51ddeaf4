/** One status in one lane: a few cards, and more when asked. */
import { type Accessor, createSignal, For, Show } from "solid-js";
import type { TaskStatus } from "../../../../core/state/tasks/task.ts";
import { Button } from "../../parts/Button.tsx";
import { plural, STATUS_WORDS } from "../../parts/words.ts";
import type { Verdict } from "./model.ts";
import { TaskCard } from "./TaskCard.tsx";

/** Cards at first, and how many more at a time. */
const PAGE = 8;

export function LaneCell(props: {
  status: TaskStatus;
  ids: Accessor<readonly string[]>;
  mark: Accessor<Verdict | null>;
}) {
  const [limit, setLimit] = createSignal(PAGE);
  return (
    <div
      class="lane-cell"
      data-column={props.status}
      data-drop={props.mark() ? (props.mark()?.allowed ? "yes" : "no") : undefined}
    >
      <h3 class="unseen">{STATUS_WORDS[props.status]}</h3>
      <ul>
        <For each={props.ids().slice(0, limit())}>
          {(id) => (
            <li>
              <TaskCard id={id} order={props.ids()} />
            </li>
          )}
        </For>
      </ul>
      <Show when={props.ids().length > limit()}>
        <Button small kind="quiet" onClick={() => setLimit((shown) => shown + PAGE)}>
          Show {plural(Math.min(PAGE, props.ids().length - limit()), "more task")}
        </Button>
      </Show>
    </div>
  );
}
