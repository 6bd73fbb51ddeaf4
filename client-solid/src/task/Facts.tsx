/** The short fields of a task, each edited in its place. Neighbours: `InPlace`, `choices.ts`, `edit.ts`. */
import { nameOf } from "../../../core/state/lookup.ts";
import {
  type Priority,
  type Task,
  type TaskStatus,
  type TaskType,
  TRANSITIONS,
} from "../../../core/state/tasks/task.ts";
import { usePage } from "../page.ts";
import { STATUS_WORDS } from "../parts/words.ts";
import { HORIZONS, POINT_CHOICES, PRIORITY_CHOICES, TYPE_CHOICES, useChoices } from "./choices.ts";
import type { TaskEdit } from "./edit.ts";
import { ChipsInPlace, ChoiceInPlace, TextInPlace } from "./InPlace.tsx";
import type { TaskChange } from "./undo.ts";

export function Facts(props: { task: Task; edit: TaskEdit }) {
  const { wire, tasks } = usePage().mirror;
  const choices = useChoices();
  const task = () => props.task;
  const invalid = (field: keyof TaskChange) =>
    props.edit.refusal()?.fields.includes(field) ?? false;
  const save = (what: string, change: TaskChange) =>
    props.edit.update(change, `${what} of ${task().id} saved.`);
  const name = (id: string) => nameOf(wire, id);
  const statuses = () =>
    [task().status, ...TRANSITIONS[task().status]].map((value) => ({
      value,
      name: STATUS_WORDS[value],
    }));
  /** A choice that is not offered any more, such as a completed sprint, is still what the task has. */
  const withPresent = (
    list: readonly { value: string; name: string }[],
    value: string | null,
    named: string | undefined,
  ) =>
    value && !list.some((one) => one.value === value)
      ? [...list, { value, name: named ?? value }]
      : list;
  return (
    <div class="task-facts">
      <ChoiceInPlace
        label="Status"
        value={task().status}
        choices={statuses()}
        invalid={invalid("status")}
        save={(status) =>
          props.edit.update(
            { status: status as TaskStatus },
            `${task().id} moved to ${STATUS_WORDS[status as TaskStatus]}.`,
          )
        }
      />
      <ChoiceInPlace
        label="Priority"
        value={task().priority}
        choices={PRIORITY_CHOICES}
        save={(priority) => save("Priority", { priority: priority as Priority })}
      />
      <ChoiceInPlace
        label="Owner"
        value={task().owner ?? ""}
        choices={withPresent(choices.agents(), task().owner, name(task().owner ?? ""))}
        none="Nobody"
        invalid={invalid("owner")}
        save={(owner) => save("Owner", { owner: owner || null })}
      />
      <ChoiceInPlace
        label="Validator"
        value={task().validation_owner ?? ""}
        choices={withPresent(
          choices.people(),
          task().validation_owner,
          name(task().validation_owner ?? ""),
        )}
        none="Nobody"
        save={(id) => save("Validator", { validation_owner: id || null })}
      />
      <TextInPlace
        label="Specialist"
        value={task().specialist ?? ""}
        list={choices.specialists()}
        placeholder="Any"
        save={(specialist) => save("Specialist", { specialist: specialist || null })}
      />
      <ChoiceInPlace
        label="Type"
        value={task().type}
        choices={TYPE_CHOICES}
        save={(type) => save("Type", { type: type as TaskType })}
      />
      <ChoiceInPlace
        label="Project"
        value={task().project_id}
        choices={withPresent(choices.projects(), task().project_id, undefined)}
        save={(project_id) => save("Project", { project_id })}
      />
      <ChoiceInPlace
        label="Mission"
        value={task().mission_id ?? ""}
        choices={choices.missions()}
        none="None"
        save={(id) => save("Mission", { mission_id: id || null })}
      />
      <ChoiceInPlace
        label="Sprint"
        value={task().sprint_id ?? ""}
        choices={withPresent(
          choices.sprints(),
          task().sprint_id,
          wire.sprints[task().sprint_id ?? ""]?.name,
        )}
        none="None"
        save={(id) => save("Sprint", { sprint_id: id || null })}
      />
      <ChoiceInPlace
        label="Points"
        value={String(task().story_points ?? "")}
        choices={POINT_CHOICES}
        none="Not sized"
        save={(points) =>
          save("Points", {
            story_points: points ? Number(points) : null,
          })
        }
      />
      <TextInPlace
        label="Due"
        type="date"
        value={task().due_date ?? ""}
        invalid={invalid("due_date")}
        save={(date) => save("Due date", { due_date: date || null })}
      />
      <TextInPlace
        label="Horizon"
        value={task().horizon ?? ""}
        list={HORIZONS}
        placeholder="None"
        save={(horizon) => save("Horizon", { horizon: horizon || null })}
      />
      <TextInPlace
        label="Progress, %"
        type="number"
        max={100}
        value={String(task().progress)}
        invalid={invalid("progress")}
        save={(progress) => save("Progress", { progress: Number(progress) })}
      />
      <TextInPlace
        label="Reporter"
        value={task().reporter}
        placeholder="Nobody"
        save={(reporter) => save("Reporter", { reporter })}
      />
      <ChipsInPlace
        label="Assignees"
        value={task().assignees}
        nameOf={name}
        choices={choices.agents()}
        save={(assignees) => save("Assignees", { assignees })}
      />
      <ChipsInPlace
        label="Collaborators"
        value={task().collaborators}
        nameOf={name}
        choices={choices.agents()}
        save={(collaborators) => save("Collaborators", { collaborators })}
      />
      <ChipsInPlace
        label="Labels"
        free
        value={task().labels}
        choices={tasks.keys("label").map((value) => ({ value, name: value }))}
        save={(list) => save("Labels", { labels: list })}
      />
    </div>
  );
}
