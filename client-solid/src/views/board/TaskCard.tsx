/**
 * One task as a card, with the moves that are allowed from where it stands. Neighbours: the board lists
 * cards by id, the store feeds each field. Invariant: reads its own task (and names it shows) only, so
 * that another task's change does not touch it.
 */
import { createMemo, createSignal, For, onMount, Show } from "solid-js";
import { nameOf } from "../../../../core/state/lookup.ts";
import { type Task, type TaskStatus, TRANSITIONS } from "../../../../core/state/tasks/task.ts";
import { blockersOf, isOverdue, isStale } from "../../../../core/state/tasks/views.ts";
import { usePage } from "../../page.ts";
import { Avatar } from "../../parts/Avatar.tsx";
import { STATUS_WORDS } from "../../parts/words.ts";

export function TaskCard(props: { id: string }) {
  const { mirror } = usePage();
  return <Show when={mirror.wire.tasks[props.id]}>{(task) => <Card task={task()} />}</Show>;
}

function Card(props: { task: Task }) {
  const { mirror, moved, now } = usePage();
  const { wire } = mirror;
  let card!: HTMLElement;
  onMount(() => {
    if (moved.id !== props.task.id) return;
    moved.id = null;
    card.focus();
  });
  const owner = () => props.task.owner;
  const stale = createMemo(() => isStale(wire, props.task, now()));
  const overdue = createMemo(() => isOverdue(props.task, now()));
  const waiting = createMemo(() => blockersOf(wire, props.task).join(", "));
  return (
    <article
      ref={card}
      class="card task"
      tabindex="-1"
      aria-label={`${props.task.id} ${props.task.title}`}
      data-task-id={props.task.id}
      data-testid="task-card"
      data-blocked={props.task.blocked ? "" : undefined}
    >
      <header class="row">
        <span class="task-id">{props.task.id}</span>
        <span class="chip" data-priority={props.task.priority}>
          {props.task.priority}
        </span>
      </header>
      <h3>{props.task.title}</h3>
      <Show when={props.task.blocked}>
        <p class="reason" data-testid="blocked-reason">
          <strong>Blocked</strong> {props.task.blockers.join("; ") || "no reason given"}
        </p>
      </Show>
      <Show when={waiting() || stale() || overdue()}>
        <ul class="chips" aria-label="Warnings">
          <Show when={waiting()}>
            <li class="chip">waits for {waiting()}</li>
          </Show>
          <Show when={stale()}>
            <li class="chip warn">stale</li>
          </Show>
          <Show when={overdue()}>
            <li class="chip bad">due {props.task.due_date}</li>
          </Show>
        </ul>
      </Show>
      <div class="row progress">
        <progress
          max="100"
          value={props.task.progress}
          aria-label={`Progress of ${props.task.id}`}
        />
        <span class="number">{props.task.progress} %</span>
      </div>
      <p class="row owner">
        <Show when={owner()} fallback={<span class="dim">Nobody yet</span>}>
          {(id) => (
            <>
              <Avatar id={id()} />
              <span class="cut">{nameOf(wire, id())}</span>
            </>
          )}
        </Show>
      </p>
      <Moves id={props.task.id} status={props.task.status} />
    </article>
  );
}

function Moves(props: { id: string; status: TaskStatus }) {
  const { api, moved, toasts } = usePage();
  const [busy, setBusy] = createSignal(false);
  async function move(to: TaskStatus): Promise<void> {
    if (busy()) return;
    setBusy(true);
    moved.id = props.id;
    const { id } = props;
    const result = await api.post("tasks/update", { task_id: id, status: to });
    setBusy(false);
    if (result.ok) {
      toasts.show("done", `${id} moved to ${STATUS_WORDS[to]}.`);
    } else {
      moved.id = null;
      toasts.show("refused", result.message);
    }
  }
  return (
    <fieldset class="moves" aria-label={`Move ${props.id}`}>
      <For each={TRANSITIONS[props.status]}>
        {(to) => (
          <button
            type="button"
            aria-disabled={busy()}
            aria-label={`Move ${props.id} to ${STATUS_WORDS[to]}`}
            data-move={to}
            // The second click of a double one may fall on the card that slid into this one's place.
            onClick={({ detail }) => detail < 2 && void move(to)}
          >
            {STATUS_WORDS[to]}
          </button>
        )}
      </For>
    </fieldset>
  );
}
