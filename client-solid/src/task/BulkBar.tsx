/** What can be done to all chosen tasks, each in one request. Neighbours: `selection.ts`, `bulk.ts`. */
import "./filter.css";
import Trash from "lucide-solid/icons/trash";
import X from "lucide-solid/icons/x";
import { createMemo, Show } from "solid-js";
import {
  type Priority,
  type Task,
  type TaskStatus,
  TRANSITIONS,
} from "../../../core/state/tasks/task.ts";
import { usePage } from "../page.ts";
import { IconButton } from "../parts/Button.tsx";
import { type Choice, Options } from "../parts/Options.tsx";
import { plural, STATUS_WORDS } from "../parts/words.ts";
import { useBulk } from "./bulk.ts";
import { PRIORITY_CHOICES, STATUS_CHOICES, useChoices } from "./choices.ts";
import type { Seen } from "./seen.ts";
import type { Selection } from "./selection.ts";
import type { TaskChange } from "./undo.ts";

const NOTHING = "-";

/** @param props.shown those that the view shows: what is chosen and not among them is changed too, and said */
export function BulkBar(props: { selection: Selection; shown: readonly string[] }) {
  const { mirror, confirm } = usePage();
  const bulk = useBulk();
  const choices = useChoices();
  const ids = () => [...props.selection.ids()];
  const unseen = createMemo(() => {
    const shown = new Set(props.selection.ids().size > 0 ? props.shown : []);
    return ids().filter((id) => !shown.has(id)).length;
  });
  const change = (
    changeOf: (task: Task) => TaskChange | null,
    shown: readonly Seen[] = bulk.look(ids()),
  ) => void bulk.update(shown, changeOf);

  async function move(to: TaskStatus): Promise<void> {
    const able = (id: string) => {
      const from = mirror.wire.tasks[id]?.status;
      return from !== undefined && TRANSITIONS[from].includes(to);
    };
    const shown = bulk.look(ids());
    const stuck = ids().filter((id) => !able(id));
    if (stuck.length > 0) {
      const yes = await confirm.ask({
        title: `Move ${plural(ids().length - stuck.length, "task")} to ${STATUS_WORDS[to]}?`,
        yes: "Move those that can",
        text: (
          <p>
            {stuck.slice(0, 12).join(", ")}
            {stuck.length > 12 ? ` and ${stuck.length - 12} more` : ""} cannot go there from where{" "}
            {stuck.length === 1 ? "it stands and stays" : "they stand and stay"}.
          </p>
        ),
      });
      if (!yes) return;
    }
    change(({ id }) => (able(id) ? { status: to } : null), shown);
  }

  async function remove(): Promise<void> {
    const doomed = ids();
    const yes = await confirm.ask({
      title: `Delete ${plural(doomed.length, "task")}?`,
      yes: "Delete",
      danger: true,
      ...(doomed.length > 3 && { typed: String(doomed.length) }),
      text: (
        <>
          <p>
            {doomed.slice(0, 12).join(", ")}
            {doomed.length > 12 ? ` and ${doomed.length - 12} more` : ""} will go for good, with
            comments and links, and other tasks will not wait for them any more.
          </p>
          <p>This cannot be taken back.</p>
        </>
      ),
    });
    if (!yes) return;
    await bulk.remove(doomed);
    props.selection.clear();
    document.getElementById("main")?.focus();
  }

  return (
    <Show when={props.selection.ids().size > 0}>
      <div class="bulk-bar" role="toolbar" aria-label="Chosen tasks" data-testid="bulk-bar">
        <p aria-live="polite">
          <strong>{plural(props.selection.ids().size, "task")}</strong>
          <Show when={unseen() > 0}>
            {" "}
            <span class="chip warn">
              {unseen()} of them {unseen() === 1 ? "is" : "are"} not shown
            </span>
          </Show>
        </p>
        <Pick
          label="Status"
          choices={STATUS_CHOICES}
          onPick={(status) => void move(status as TaskStatus)}
        />
        <Pick
          label="Owner"
          choices={[{ value: NOTHING, name: "Nobody" }, ...choices.agents()]}
          onPick={(owner) => change(() => ({ owner: owner === NOTHING ? null : owner }))}
        />
        <Pick
          label="Priority"
          choices={PRIORITY_CHOICES}
          onPick={(priority) => change(() => ({ priority: priority as Priority }))}
        />
        <Pick
          label="Sprint"
          choices={[{ value: NOTHING, name: "None" }, ...choices.sprints()]}
          onPick={(sprint) => change(() => ({ sprint_id: sprint === NOTHING ? null : sprint }))}
        />
        <Pick
          label="Mission"
          choices={[{ value: NOTHING, name: "None" }, ...choices.missions()]}
          onPick={(id) => change(() => ({ mission_id: id === NOTHING ? null : id }))}
        />
        <Pick
          label="Project"
          choices={choices.projects()}
          onPick={(project_id) => change(() => ({ project_id }))}
        />
        <Pick
          label="Add label"
          choices={mirror.tasks.keys("label").map((value) => ({ value, name: value }))}
          onPick={(label) =>
            change(({ labels }) => (labels.includes(label) ? null : { labels: [...labels, label] }))
          }
        />
        <IconButton
          label="Delete the chosen tasks"
          icon={Trash}
          small
          onClick={() => void remove()}
        />
        <IconButton
          label="Choose none"
          icon={X}
          small
          onClick={() => {
            props.selection.clear();
            document.getElementById("main")?.focus();
          }}
        />
      </div>
    </Show>
  );
}

/** A list that does something when one is picked, and names itself again afterwards. */
function Pick(props: { label: string; choices: readonly Choice[]; onPick(value: string): void }) {
  return (
    <select
      aria-label={props.label}
      onChange={({ currentTarget }) => {
        const { value } = currentTarget;
        currentTarget.value = "";
        if (value) props.onPick(value);
      }}
    >
      <Options of={props.choices} value="" none={props.label} />
    </select>
  );
}
