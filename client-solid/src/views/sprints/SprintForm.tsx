/** Creates a sprint or changes one, as a dialog. Invariant: what is typed survives a refusal. */
import { createSignal, untrack } from "solid-js";
import type { Sprint } from "../../../../core/state/sprints/sprint.ts";
import { toDate } from "../../../../core/time.ts";
import { usePage } from "../../page.ts";
import { useAct } from "../../parts/act.ts";
import { Button } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { SelectField, TextArea, TextField } from "../../parts/Field.tsx";
import { isNamed, Refusal } from "../../parts/Refusal.tsx";
import { useChoices } from "../../task/choices.ts";
import { addDays } from "../calendar/calendar-grid.ts";

/** Two weeks, as most have them. */
const USUAL_DAYS = 14;

interface Props {
  /** The sprint to change; null for a new one. */
  id: string | null;
  open: boolean;
  onClose(): void;
  onCreated(id: string): void;
}

export function SprintForm(props: Props) {
  return (
    <Dialog
      title={props.id === null ? "Create a sprint" : "Change the sprint"}
      open={props.open}
      onClose={() => props.onClose()}
      testid="sprint-form"
    >
      <Body {...props} />
    </Dialog>
  );
}

function Body(props: Props) {
  const { mirror, now } = usePage();
  const { wire } = mirror;
  const choices = useChoices();
  const { submit, busy, refusal } = useAct();
  const before = untrack(() => (props.id === null ? undefined : wire.sprints[props.id]));
  const next = untrack(() => nextStart(Object.values(wire.sprints), toDate(now())));
  const [name, setName] = createSignal(
    before?.name ?? `Sprint ${untrack(() => wire.counters.sprint) + 1}`,
  );
  const [goal, setGoal] = createSignal(before?.goal ?? "");
  const [project, setProject] = createSignal(before?.project_id ?? "");
  const [start, setStart] = createSignal(before ? (before.start_date ?? "") : next);
  const [end, setEnd] = createSignal(
    before ? (before.end_date ?? "") : addDays(next, USUAL_DAYS - 1),
  );

  async function save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (busy()) return;
    const fields = {
      name: name().trim(),
      goal: goal(),
      project_id: project() || null,
      ...(start() && { start_date: start() }),
      ...(end() && { end_date: end() }),
    };
    const told = { done: `${fields.name} is ${before ? "saved" : "created"}.` };
    const reply = before
      ? await submit("sprints/update", { sprint_id: before.id, ...fields }, told)
      : await submit("sprints/create", fields, told);
    if (!reply) return;
    props.onClose();
    if (!before) props.onCreated(reply.sprint.id);
  }

  return (
    <form class="form" onSubmit={(event) => void save(event)} novalidate>
      <TextField
        label="Name"
        name="name"
        required
        autofocus
        value={name()}
        invalid={isNamed(refusal(), "name")}
        onInput={setName}
      />
      <TextArea label="Goal" name="goal" rows={2} value={goal()} onInput={setGoal} />
      <div class="columns">
        <TextField
          label="First day"
          name="start_date"
          type="date"
          value={start()}
          invalid={isNamed(refusal(), "start_date")}
          onInput={setStart}
        />
        <TextField
          label="Last day"
          name="end_date"
          type="date"
          value={end()}
          invalid={isNamed(refusal(), "end_date")}
          onInput={setEnd}
        />
      </div>
      <SelectField
        label="Project"
        name="project_id"
        none="All projects"
        value={project()}
        choices={choices.projects()}
        onInput={setProject}
      />
      <Refusal of={refusal()} />
      <div class="foot">
        <Button kind="quiet" onClick={() => props.onClose()}>
          Cancel
        </Button>
        <Button type="submit" kind="main" busy={busy()}>
          {before ? "Save" : "Create the sprint"}
        </Button>
      </div>
    </form>
  );
}

/** The day after the last sprint, or today where that has passed. */
function nextStart(sprints: readonly Sprint[], today: string): string {
  const last = sprints.reduce((latest, { end_date }) => {
    return end_date && end_date > latest ? end_date : latest;
  }, "");
  return last >= today ? addDays(last, 1) : today;
}
