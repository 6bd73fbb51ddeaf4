/**
 * A task on its day. Shift and the arrow keys move it a day or a week, in one write.
 * Invariant: after a move the focus is on the task where it now is.
 */
import { Show } from "solid-js";
import { isOverdue } from "../../../../core/state/tasks/views.ts";
import { usePage } from "../../page.ts";
import { TaskLink } from "../../parts/links.tsx";
import { StatusIcon } from "../../parts/signs.tsx";
import { toDay } from "../../parts/words.ts";
import { useUpdate } from "../../task/update.ts";
import { addDays } from "./calendar-grid.ts";

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

export function DueTask(props: { id: string }) {
  const { mirror, now } = usePage();
  const { update } = useUpdate();
  const task = () => mirror.wire.tasks[props.id];

  async function move(event: KeyboardEvent): Promise<void> {
    const step = event.shiftKey ? STEPS[event.key] : undefined;
    const due = task()?.due_date;
    if (step === undefined || !due) return;
    event.preventDefault();
    const { id } = props;
    const to = addDays(due, step);
    const told = { label: `Move ${id}`, done: `${id} is due ${toDay(to)}.` };
    const moved = update(id, { due_date: to }, told);
    // At once where the change shows early, else after the answer.
    queueMicrotask(() => focusOn(id));
    if (await moved) focusOn(id);
  }

  return (
    <Show when={task()}>
      {(one) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: the keys are of the link inside.
        <div
          class="due-task"
          data-due-task={props.id}
          data-late={isOverdue(one(), now()) ? "" : undefined}
          data-done={one().status === "done" ? "" : undefined}
          onKeyDown={(event) => void move(event)}
        >
          <StatusIcon status={one().status} size={13} />
          <TaskLink id={props.id} class="link cut">
            <span class="unseen">{props.id} </span>
            {one().title}
          </TaskLink>
        </div>
      )}
    </Show>
  );
}

function focusOn(id: string): void {
  const shown = document.querySelectorAll<HTMLElement>(`[data-due-task="${CSS.escape(id)}"] a`);
  [...shown].find((link) => link.offsetParent !== null)?.focus();
}
