/** One task as a row. Invariant: reads its own task only, and the names it shows. */
import { type Accessor, Show } from "solid-js";
import { nameOf } from "../../../../core/state/lookup.ts";
import type { Task } from "../../../../core/state/tasks/task.ts";
import { isOverdue } from "../../../../core/state/tasks/views.ts";
import { usePage } from "../../page.ts";
import { Avatar } from "../../parts/Avatar.tsx";
import { TaskLink } from "../../parts/links.tsx";
import { Ago, PriorityChip, StatusIcon } from "../../parts/signs.tsx";
import { STATUS_WORDS } from "../../parts/words.ts";
import type { Selection } from "../../task/selection.ts";

export function Row(props: {
  id: string;
  /** As a screen reader counts, the head being the first. */
  index: number;
  /** Whether Tab comes to this one. */
  reached: boolean;
  selection: Selection;
  order: Accessor<readonly string[]>;
  onFocus(): void;
}) {
  const { wire } = usePage().mirror;
  return (
    <Show when={wire.tasks[props.id]}>
      {(task) => (
        <tr
          data-task-id={props.id}
          data-steady={props.id}
          aria-rowindex={props.index}
          tabindex={props.reached ? 0 : -1}
          data-selected={props.selection.has(props.id) ? "" : undefined}
          onFocus={() => props.onFocus()}
        >
          <td class="check">
            <input
              type="checkbox"
              tabindex="-1"
              aria-label={`Choose ${props.id}`}
              checked={props.selection.has(props.id)}
              onClick={(event) => {
                if (event.shiftKey) props.selection.extend(props.order(), props.id);
                else props.selection.toggle(props.id);
              }}
            />
          </td>
          <td class="task-id">{props.id}</td>
          <td class="wide">
            <TaskLink id={props.id} class="link cut" tabindex={-1}>
              {task().title}
            </TaskLink>
            <Show when={task().blocked}>
              <span class="chip bad" title={task().blockers.join("; ")}>
                blocked
              </span>
            </Show>
          </td>
          <td>
            <span class="row">
              <StatusIcon status={task().status} />
              <span class="cut status-word">{STATUS_WORDS[task().status]}</span>
            </span>
          </td>
          <td>
            <PriorityChip priority={task().priority} />
          </td>
          <td>
            <Show when={task().owner} fallback={<span class="dim">Nobody</span>}>
              {(owner) => (
                <span class="row">
                  <Avatar id={owner()} size={20} />
                  <span class="cut">{nameOf(wire, owner())}</span>
                </span>
              )}
            </Show>
          </td>
          <td class="extra cut">{wire.projects[task().project_id]?.name ?? task().project_id}</td>
          <td class="extra cut">{wire.sprints[task().sprint_id ?? ""]?.name}</td>
          <td class="extra number">{task().story_points}</td>
          <td class="number">{task().progress} %</td>
          <td>
            <Due task={task()} />
          </td>
          <td class="extra dim">
            <Ago time={task().updated_at} />
          </td>
        </tr>
      )}
    </Show>
  );
}

function Due(props: { task: Task }) {
  const { now } = usePage();
  return (
    <Show when={props.task.due_date}>
      {(date) => (
        <span
          class="number"
          classList={{ "chip bad": isOverdue(props.task, now()) }}
          title={isOverdue(props.task, now()) ? "overdue" : undefined}
        >
          {date()}
        </span>
      )}
    </Show>
  );
}
