/**
 * How the task hangs together with others: what it waits for, what waits for it, its named links. Neighbours:
 * tasks/update writes `depends_on`, tasks/link the rest. Invariant: both directions are shown.
 */
import Link from "lucide-solid/icons/link";
import X from "lucide-solid/icons/x";
import type { JSX } from "solid-js";
import { createMemo, createSignal, For, Show } from "solid-js";
import type { Task } from "../../../core/state/tasks/task.ts";
import { usePage } from "../page.ts";
import { useAct } from "../parts/act.ts";
import { Button, IconButton } from "../parts/Button.tsx";
import { SelectField, TextField } from "../parts/Field.tsx";
import { First } from "../parts/First.tsx";
import { TaskLink } from "../parts/links.tsx";
import { Refusal } from "../parts/Refusal.tsx";
import { StatusIcon } from "../parts/signs.tsx";
import { LINK_CHOICES } from "./choices.ts";
import type { TaskEdit } from "./edit.ts";
import { Part } from "./Part.tsx";

export function Relations(props: { task: Task; edit: TaskEdit }) {
  const { tasks } = usePage().mirror;
  const [adding, setAdding] = createSignal(false);
  const task = () => props.task;
  const dependents = () => tasks.ids("dependents", task().id);
  const count = () => task().depends_on.length + dependents().length + task().links.length;
  const waitsFor = (depends_on: string[]) =>
    props.edit.update({ depends_on }, `What ${task().id} waits for saved.`);
  return (
    <Part
      title="Dependencies and links"
      count={count()}
      testid="relations"
      tools={
        <Show when={!adding()}>
          <IconButton label="Link a task" icon={Link} small onClick={() => setAdding(true)} />
        </Show>
      }
    >
      <Show when={count() === 0 && !adding()}>
        <p class="none">It stands on its own.</p>
      </Show>
      <Rows title="Waits for" ids={task().depends_on}>
        {(id) => (
          <IconButton
            label={`Do not wait for ${id}`}
            icon={X}
            small
            onClick={() => void waitsFor(task().depends_on.filter((one) => one !== id))}
          />
        )}
      </Rows>
      <Rows title="Waits for this" ids={dependents()} />
      <For each={LINK_CHOICES}>
        {({ value, name }) => (
          <Rows
            title={name[0]?.toUpperCase() + name.slice(1)}
            ids={task()
              .links.filter(({ link_type }) => link_type === value)
              .map(({ target_id }) => target_id)}
          />
        )}
      </For>
      <Show when={adding()}>
        <LinkForm task={task()} waitsFor={waitsFor} onClose={() => setAdding(false)} />
      </Show>
    </Part>
  );
}

function Rows(props: {
  title: string;
  ids: readonly string[];
  children?: (id: string) => JSX.Element;
}) {
  const { wire } = usePage().mirror;
  return (
    <Show when={props.ids.length > 0}>
      <div class="related">
        <h4>{props.title}</h4>
        <ul>
          <First each={props.ids} within="li">
            {(id) => (
              <li class="row" data-steady={id}>
                <Show when={wire.tasks[id]}>{(task) => <StatusIcon status={task().status} />}</Show>
                <TaskLink id={id} class="link row grow">
                  <span class="task-id">{id}</span>
                  <span class="cut">{wire.tasks[id]?.title ?? "not here any more"}</span>
                </TaskLink>
                {props.children?.(id)}
              </li>
            )}
          </First>
        </ul>
      </div>
    </Show>
  );
}

const WAITS_FOR = { value: "depends_on", name: "waits for" };

function LinkForm(props: {
  task: Task;
  waitsFor(ids: string[]): Promise<boolean>;
  onClose(): void;
}) {
  const { wire } = usePage().mirror;
  const { submit, busy, refusal } = useAct();
  const [type, setType] = createSignal(WAITS_FOR.value);
  const [target, setTarget] = createSignal("");
  const names = createMemo(() => {
    const typed = target().toLowerCase();
    const all = Object.values(wire.tasks).filter(({ id }) => id !== props.task.id);
    return all
      .filter(({ id, title }) => `${id} ${title}`.toLowerCase().includes(typed))
      .slice(0, 40)
      .map(({ id, title }) => `${id} ${title}`);
  });
  async function send(): Promise<void> {
    const id = target().trim().split(/\s/)[0] ?? "";
    if (!id) return;
    const done =
      type() === WAITS_FOR.value
        ? await props.waitsFor([...props.task.depends_on, id])
        : await submit(
            "tasks/link",
            { source_id: props.task.id, target_id: id, link_type: type() },
            { done: `${props.task.id} linked to ${id}.` },
          );
    if (done) props.onClose();
  }
  return (
    <form
      class="form link-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        props.onClose();
      }}
    >
      <Refusal of={refusal()} />
      <div class="columns">
        <SelectField
          label={`${props.task.id}…`}
          value={type()}
          choices={[WAITS_FOR, ...LINK_CHOICES]}
          onInput={setType}
        />
        <TextField
          label="Task"
          value={target()}
          list={names()}
          placeholder="T-203, or words of its title"
          invalid={refusal() !== null}
          onInput={setTarget}
          autofocus
        />
      </div>
      <div class="foot">
        <Button small kind="quiet" onClick={() => props.onClose()}>
          Cancel
        </Button>
        <Button small kind="main" type="submit" busy={busy()}>
          Link
        </Button>
      </div>
    </form>
  );
}
