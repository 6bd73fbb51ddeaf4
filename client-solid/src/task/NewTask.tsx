/**
 * The form of a new task, from scratch or from a template. Neighbours: `new-task.ts` opens it,
 * tasks/templates and tasks/create answer. Invariant: a refusal leaves everything as it was typed.
 */
import { useNavigate } from "@solidjs/router";
import { createResource, createSignal } from "solid-js";
import { createStore } from "solid-js/store";
import type { PayloadOf } from "../../../core/registry.ts";
import type { Priority, TaskType } from "../../../core/state/tasks/task.ts";
import { usePage } from "../page.ts";
import { useAct } from "../parts/act.ts";
import { Button } from "../parts/Button.tsx";
import { Dialog } from "../parts/Dialog.tsx";
import { ListField, linesOf, SelectField, TextArea, TextField } from "../parts/Field.tsx";
import { useTaskHref } from "../parts/links.tsx";
import { Refusal } from "../parts/Refusal.tsx";
import { useRead } from "../parts/read.ts";
import {
  POINT_CHOICES,
  PRIORITY_CHOICES,
  STATUS_CHOICES,
  TYPE_CHOICES,
  useChoices,
} from "./choices.ts";
import { closeNewTask, type TaskPresets } from "./new-task.ts";

const BLANK = {
  template: "",
  title: "",
  description: "",
  status: "backlog",
  project_id: "",
  priority: "P2",
  type: "task",
  owner: "",
  specialist: "",
  validation_owner: "",
  mission_id: "",
  sprint_id: "",
  story_points: "",
  due_date: "",
  labels: "",
  acceptance_criteria: [] as string[],
  definition_of_done: [] as string[],
};

const NOBODY = "-";

/** Outlives the form: closed by mistake, it opens again as it was. */
const [form, setForm] = createStore({ ...BLANK });
const clear = () => setForm({ ...BLANK });

export default function NewTask(props: { presets: TaskPresets }) {
  const { toasts } = usePage();
  const { submit, busy, refusal } = useAct();
  const choices = useChoices();
  const read = useRead();
  const navigate = useNavigate();
  const hrefOf = useTaskHref();
  const [templates] = createResource(async () => (await read("tasks/templates", {})).templates);
  const known = () => (templates.error ? [] : (templates.latest ?? []));
  const [more, setMore] = createSignal(false);
  setForm(props.presets);

  const invalid = (field: string) => refusal()?.message.includes(field) ?? false;
  const set = (field: keyof typeof BLANK) => (value: string) => setForm(field, value as never);

  function useTemplate(id: string): void {
    setForm("template", id);
    const template = known().find((one) => one.id === id);
    if (!template) return;
    setMore(true);
    setForm({
      description: form.description || template.description,
      specialist: template.specialist,
      type: template.type,
      priority: template.priority,
      labels: template.labels.join(", "),
      acceptance_criteria: [...template.acceptance_criteria],
      definition_of_done: [...template.definition_of_done],
    });
  }

  async function send(): Promise<void> {
    const { owner, story_points } = form;
    const body: PayloadOf<"tasks/create"> = {
      title: form.title.trim(),
      description: form.description,
      status: form.status as "backlog",
      priority: form.priority as Priority,
      type: form.type as TaskType,
      ...(form.project_id && { project_id: form.project_id }),
      ...(owner && { owner: owner === NOBODY ? null : owner }),
      ...(form.specialist.trim() && { specialist: form.specialist.trim() }),
      ...(form.validation_owner && { validation_owner: form.validation_owner }),
      ...(form.mission_id && { mission_id: form.mission_id }),
      ...(form.sprint_id && { sprint_id: form.sprint_id }),
      ...(story_points && { story_points: Number(story_points) }),
      ...(form.due_date && { due_date: form.due_date }),
      labels: linesOf(form.labels.split(",")),
      acceptance_criteria: linesOf(form.acceptance_criteria),
      definition_of_done: linesOf(form.definition_of_done),
    };
    const reply = await submit("tasks/create", body);
    if (!reply) return;
    clear();
    closeNewTask();
    const { id } = reply.task;
    toasts.show("done", `${id} created.`, {
      label: "Open",
      run: () => navigate(hrefOf(id), { scroll: false }),
    });
  }

  return (
    <Dialog title="New task" open={true} onClose={closeNewTask} wide testid="new-task">
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy()) void send();
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          event.currentTarget.requestSubmit();
        }}
      >
        <Refusal of={refusal()} />
        <TextField
          label="Title"
          name="title"
          required
          autofocus
          value={form.title}
          invalid={invalid("title")}
          placeholder="What is to be done"
          onInput={set("title")}
        />
        <TextArea
          label="Description"
          name="description"
          rows={4}
          value={form.description}
          placeholder="In full, in Markdown"
          onInput={set("description")}
        />
        <div class="columns">
          <SelectField
            label="Template"
            value={form.template}
            none="From scratch"
            choices={known().map(({ id, name }) => ({ value: id, name }))}
            onInput={useTemplate}
          />
          <SelectField
            label="Project"
            value={form.project_id}
            none="The home project"
            choices={choices.projects()}
            invalid={invalid("project")}
            onInput={set("project_id")}
          />
          <SelectField
            label="Owner"
            value={form.owner}
            none={form.specialist ? "The best for the specialist" : "Nobody yet"}
            choices={[
              ...(form.specialist ? [{ value: NOBODY, name: "Nobody: whoever claims it" }] : []),
              ...choices.agents(),
            ]}
            invalid={invalid("agent")}
            onInput={set("owner")}
          />
          <SelectField
            label="Priority"
            value={form.priority}
            choices={PRIORITY_CHOICES}
            onInput={set("priority")}
          />
          <SelectField
            label="Status"
            value={form.status}
            choices={STATUS_CHOICES.slice(0, 2)}
            onInput={set("status")}
          />
          <TextField
            label="Due"
            type="date"
            value={form.due_date}
            invalid={invalid("due_date")}
            onInput={set("due_date")}
          />
        </div>
        <details open={more()} onToggle={({ currentTarget }) => setMore(currentTarget.open)}>
          <summary>More: specialist, validator, mission, sprint, size, labels, criteria</summary>
          <div class="form more-fields">
            <div class="columns">
              <TextField
                label="Specialist"
                value={form.specialist}
                list={choices.specialists()}
                onInput={set("specialist")}
              />
              <SelectField
                label="Validator"
                value={form.validation_owner}
                none="Nobody"
                choices={choices.people()}
                onInput={set("validation_owner")}
              />
              <SelectField
                label="Type"
                value={form.type}
                choices={TYPE_CHOICES}
                onInput={set("type")}
              />
              <SelectField
                label="Points"
                value={form.story_points}
                none="Not sized"
                choices={POINT_CHOICES}
                onInput={set("story_points")}
              />
              <SelectField
                label="Mission"
                value={form.mission_id}
                none="None"
                choices={choices.missions()}
                onInput={set("mission_id")}
              />
              <SelectField
                label="Sprint"
                value={form.sprint_id}
                none="None"
                choices={choices.sprints()}
                onInput={set("sprint_id")}
              />
            </div>
            <TextField
              label="Labels, separated by commas"
              value={form.labels}
              onInput={set("labels")}
            />
            <ListField
              label="Acceptance criteria"
              value={form.acceptance_criteria}
              onInput={(lines) => setForm("acceptance_criteria", lines)}
            />
            <ListField
              label="Definition of done"
              value={form.definition_of_done}
              onInput={(lines) => setForm("definition_of_done", lines)}
            />
          </div>
        </details>
        <div class="foot">
          <Button kind="quiet" onClick={clear}>
            Clear
          </Button>
          <span class="grow" />
          <Button kind="quiet" onClick={closeNewTask}>
            Cancel
          </Button>
          <Button kind="main" type="submit" busy={busy()} title="Ctrl Enter">
            Create
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
