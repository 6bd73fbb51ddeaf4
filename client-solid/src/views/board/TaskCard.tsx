/**
 * One task as a card. Neighbours: the columns list cards by id, the store feeds each field, the board
 * has the keys. Invariant: reads its own task (and names it shows) only, so that another task's change
 * does not touch it.
 */
import { useNavigate } from "@solidjs/router";
import ArrowLeft from "lucide-solid/icons/arrow-left";
import ArrowRight from "lucide-solid/icons/arrow-right";
import { createMemo, For, onCleanup, onMount, Show } from "solid-js";
import { nameOf } from "../../../../core/state/lookup.ts";
import {
  TASK_STATUSES,
  type Task,
  type TaskStatus,
  TRANSITIONS,
} from "../../../../core/state/tasks/task.ts";
import { blockersOf, isOverdue, isStale } from "../../../../core/state/tasks/views.ts";
import { usePage } from "../../page.ts";
import { Avatar } from "../../parts/Avatar.tsx";
import { TaskLink, useTaskHref } from "../../parts/links.tsx";
import { inPieces } from "../../parts/pieces.ts";
import { PriorityChip } from "../../parts/signs.tsx";
import { STATUS_WORDS, toAge, toMoment } from "../../parts/words.ts";
import { useMove } from "../../task/move.ts";
import { useBoard } from "./held.ts";

export function TaskCard(props: { id: string; order: readonly string[] }) {
  const { mirror } = usePage();
  return (
    <Show when={mirror.wire.tasks[props.id]}>
      {(task) => <Card task={task()} order={props.order} />}
    </Show>
  );
}

function Card(props: { task: Task; order: readonly string[] }) {
  const { mirror, moved, now } = usePage();
  const { wire } = mirror;
  const { held, dragging, selection, current, setCurrent, isDropped } = useBoard();
  const navigate = useNavigate();
  const hrefOf = useTaskHref();
  let card!: HTMLElement;
  const { id } = props.task;
  onMount(() => {
    onCleanup(dragging.register(id, card));
    if (moved.id !== id) return;
    moved.id = null;
    card.focus();
  });
  const owner = () => props.task.owner;
  const stale = createMemo(() => isStale(wire, props.task, now()));
  const overdue = createMemo(() => isOverdue(props.task, now()));
  const waiting = createMemo(() => blockersOf(wire, props.task).join(", "));
  const working = createMemo(() => {
    const { lease, owner: by, status } = props.task;
    if (lease) return lease.holder;
    return status === "in_progress" && by && wire.agents[by]?.current_task_id === id ? by : null;
  });
  const age = createMemo(() => toAge(props.task.status_since, now()).replace(" ago", ""));

  const press = (event: MouseEvent) => {
    // The press that ended a drag is no click.
    if (Date.now() - isDropped() < 250) return event.preventDefault();
    const target = event.target as Element;
    if (target.closest("button")) return;
    if (event.shiftKey || event.ctrlKey || event.metaKey) {
      event.preventDefault();
      if (event.shiftKey) selection.extend(props.order, id);
      else selection.toggle(id);
      return;
    }
    if (!target.closest("a")) navigate(hrefOf(id), { scroll: false });
  };

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the board has the keys.
    <article
      ref={card}
      class="task"
      tabindex={current() === id ? 0 : -1}
      aria-label={`${id} ${props.task.title}`}
      aria-describedby="board-keys"
      data-task-id={id}
      data-steady={id}
      data-testid="task-card"
      data-blocked={props.task.blocked ? "" : undefined}
      data-held={held.grip()?.id === id ? held.grip()?.by : undefined}
      data-selected={selection.has(id) ? "" : undefined}
      onFocus={() => setCurrent(id)}
      onClick={press}
    >
      <header class="row">
        <span class="task-id">{id}</span>
        <Show when={working()}>
          {(agent) => (
            <span
              class="pulse"
              role="img"
              aria-label={`${nameOf(wire, agent())} is working on it`}
              title={`${nameOf(wire, agent())} is working on it`}
            />
          )}
        </Show>
        <Show when={selection.has(id)}>
          <span class="unseen">chosen</span>
        </Show>
        <time
          class="dim small end"
          datetime={props.task.status_since}
          title={`${STATUS_WORDS[props.task.status]} since ${toMoment(props.task.status_since, now())}`}
        >
          {age()}
        </time>
      </header>
      <h3>
        <TaskLink id={id} class="link" tabindex={-1}>
          {props.task.title}
        </TaskLink>
      </h3>
      <Show when={props.task.blocked}>
        <p class="reason" data-testid="blocked-reason">
          <strong>Blocked</strong> {inPieces(props.task.blockers.join("; ") || "no reason given")}
        </p>
      </Show>
      <ul class="chips" aria-label="Signs">
        <li>
          <PriorityChip priority={props.task.priority} />
        </li>
        <Show when={props.task.story_points !== null}>
          <li class="chip" title="Story points">
            {props.task.story_points} pt
          </li>
        </Show>
        <Show when={waiting()}>
          <li class="chip">waits for {waiting()}</li>
        </Show>
        <Show when={stale()}>
          <li class="chip warn">stale</li>
        </Show>
        <Show when={overdue()}>
          <li class="chip bad">due {props.task.due_date}</li>
        </Show>
        <Show when={props.task.needs_human}>
          <li class="chip bad">needs a human</li>
        </Show>
      </ul>
      <footer class="row">
        <p class="row owner grow">
          <Show when={owner()} fallback={<span class="dim">Nobody yet</span>}>
            {(by) => (
              <>
                <Avatar id={by()} size={20} />
                <span class="cut">{nameOf(wire, by())}</span>
              </>
            )}
          </Show>
        </p>
        <span class="row progress" data-none={props.task.progress === 0 ? "" : undefined}>
          <progress max="100" value={props.task.progress} aria-label={`Progress of ${id}`} />
          <span class="number">{props.task.progress} %</span>
        </span>
        <Moves id={id} status={props.task.status} />
      </footer>
    </article>
  );
}

function Moves(props: { id: string; status: TaskStatus }) {
  const { move, busy } = useMove();
  const isBack = (to: TaskStatus) =>
    TASK_STATUSES.indexOf(to) < TASK_STATUSES.indexOf(props.status);
  return (
    <span class="moves">
      <For each={TRANSITIONS[props.status]}>
        {(to) => (
          <button
            type="button"
            tabindex="-1"
            aria-disabled={busy()}
            aria-label={`Move ${props.id} to ${STATUS_WORDS[to]}`}
            title={`Move to ${STATUS_WORDS[to]}`}
            data-move={to}
            // The second click of a double one may fall on the card that slid into this one's place.
            onClick={({ detail }) => detail < 2 && !busy() && void move(props.id, to)}
          >
            <Show when={isBack(to)} fallback={<ArrowRight size={15} aria-hidden="true" />}>
              <ArrowLeft size={15} aria-hidden="true" />
            </Show>
          </button>
        )}
      </For>
    </span>
  );
}
