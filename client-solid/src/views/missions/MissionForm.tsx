/**
 * The planner: writes a mission and its tasks in one go, or changes a mission. Neighbours:
 * `mission-draft.ts` says what is sent; the core creates all or nothing.
 * Invariant: what is typed is this form's own; no patch and no refusal takes it away.
 */
import { A, useBeforeLeave, useNavigate, useSearchParams } from "@solidjs/router";
import Plus from "lucide-solid/icons/plus";
import X from "lucide-solid/icons/x";
import { createMemo, createSignal, Index, Show, untrack } from "solid-js";
import { createStore, unwrap } from "solid-js/store";
import type { PayloadOf } from "../../../../core/registry.ts";
import { MISSION_STATUSES, SEVERITIES } from "../../../../core/state/missions/mission.ts";
import { HOME_PROJECT } from "../../../../core/state/projects/project.ts";
import { PRIORITIES } from "../../../../core/state/tasks/task.ts";
import { usePage } from "../../page.ts";
import { useAct } from "../../parts/act.ts";
import { Button, IconButton } from "../../parts/Button.tsx";
import { ListField, SelectField, TextArea, TextField } from "../../parts/Field.tsx";
import { First } from "../../parts/First.tsx";
import type { Choice } from "../../parts/Options.tsx";
import { Refusal } from "../../parts/Refusal.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";
import { useChoices } from "../../task/choices.ts";
import { EMPTY_CHILD, type MissionDraft, toDraft, toPayload } from "./mission-draft.ts";
import { NoMission } from "./NoMission.tsx";
import { MISSION_WORDS, SEVERITY_WORDS } from "./words.ts";

/** @param props.id the mission to change; null for a new one */
export function MissionForm(props: { id: string | null }) {
  const { wire } = usePage().mirror;
  const found = untrack(() => props.id === null || wire.missions[props.id] !== undefined);
  return (
    <Show when={found} fallback={<NoMission id={props.id ?? ""} />}>
      <Planner id={props.id} />
    </Show>
  );
}

function Planner(props: { id: string | null }) {
  const { mirror, confirm } = usePage();
  const { wire } = mirror;
  const choices = useChoices();
  const { submit, busy, refusal } = useAct();
  const navigate = useNavigate();
  const [search] = useSearchParams<{ project?: string }>();
  // As it was when the form was opened: its version goes with the change, so that nobody is overwritten.
  const mission = untrack(() => {
    const found = props.id === null ? undefined : wire.missions[props.id];
    return found ? structuredClone(unwrap(found)) : null;
  });
  const before = untrack(() =>
    toDraft(
      mission,
      props.id === null ? [] : mirror.tasks.ids("mission", props.id),
      search.project ?? HOME_PROJECT,
    ),
  );
  const [draft, setDraft] = createStore<MissionDraft>(structuredClone(before));
  const [saved, setSaved] = createSignal(false);
  const back = props.id === null ? "/missions" : `/missions/${props.id}`;
  const set =
    <K extends keyof MissionDraft>(field: K) =>
    (value: MissionDraft[K]) =>
      setDraft(field as keyof MissionDraft, value as never);
  const names = (field: string) => refusal()?.message.startsWith(field) === true;

  useBeforeLeave((leaving) => {
    if (saved() || Object.keys(toPayload(unwrap(draft), before)).length === 0) return;
    leaving.preventDefault();
    void confirm
      .ask({
        title: "Leave without saving?",
        text: "What you wrote in the planner would be lost.",
        yes: "Leave",
        danger: true,
      })
      .then((yes) => yes && leaving.retry(true));
  });

  async function save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (busy()) return;
    const payload = toPayload(unwrap(draft), before) as PayloadOf<"missions/plan">;
    if (mission && Object.keys(payload).length === 0) {
      setSaved(true);
      navigate(back);
      return;
    }
    const reply = await submit(
      "missions/plan",
      mission ? { ...payload, mission_id: mission.id, expected_version: mission.version } : payload,
      {
        done: ({ mission: { id }, operation }) =>
          operation === "created" ? `${id} is planned.` : `${id} is saved.`,
      },
    );
    if (!reply) return;
    setSaved(true);
    navigate(`/missions/${reply.mission.id}`);
  }

  return (
    <>
      <ViewHead title={mission ? `Edit ${mission.id}` : "Plan a mission"} />
      <form class="view-body form planner" onSubmit={(event) => void save(event)} novalidate>
        <TextField
          label="Title"
          name="title"
          required
          autofocus
          maxLength={300}
          value={draft.title}
          invalid={names("title")}
          onInput={set("title")}
        />
        <TextArea
          label="Objective"
          name="objective"
          required
          hint="What it is to achieve. Markdown is understood."
          value={draft.objective}
          invalid={names("objective")}
          onInput={set("objective")}
        />
        <TextField
          label="Summary"
          name="summary"
          hint="Where it stands, in a sentence."
          value={draft.summary}
          onInput={set("summary")}
        />
        <div class="columns">
          <SelectField
            label="Project"
            name="project_id"
            value={draft.project_id}
            choices={choices.projects()}
            onInput={set("project_id")}
          />
          <SelectField
            label="Led by"
            name="owner"
            none="Nobody yet"
            value={draft.owner}
            choices={choices.agents()}
            onInput={set("owner")}
          />
          <SelectField
            label="Status"
            name="status"
            value={draft.status}
            choices={MISSION_STATUSES.map((value) => ({ value, name: MISSION_WORDS[value] }))}
            onInput={(value) => set("status")(value as MissionDraft["status"])}
          />
          <SelectField
            label="Priority"
            name="priority"
            value={draft.priority}
            choices={PRIORITIES.map((value) => ({ value, name: value }))}
            onInput={(value) => set("priority")(value as MissionDraft["priority"])}
          />
          <SelectField
            label="Stakes"
            name="severity"
            value={draft.severity}
            choices={SEVERITIES.map((value) => ({ value, name: SEVERITY_WORDS[value] }))}
            onInput={(value) => set("severity")(value as MissionDraft["severity"])}
          />
          <TextField
            label="Horizon"
            name="horizon"
            list={["Today", "This Week", "This Sprint", "This Month", "This Quarter"]}
            value={draft.horizon}
            onInput={set("horizon")}
          />
        </div>

        <fieldset>
          <legend>Tasks</legend>
          <Show when={mission}>
            <ListField
              label="Its tasks"
              name="task_ids"
              hint="Ids; taking one out leaves the task without a mission."
              value={draft.task_ids}
              list={Object.keys(wire.tasks).slice(0, 500)}
              invalid={names("unknown task")}
              onInput={set("task_ids")}
            />
          </Show>
          <Index each={draft.tasks}>
            {(child, at) => (
              <div class="child-task">
                <div class="row">
                  <div class="grow">
                    <TextField
                      label={`New task ${at + 1}`}
                      maxLength={300}
                      value={child().title}
                      onInput={(title) => setDraft("tasks", at, { title })}
                    />
                  </div>
                  <IconButton
                    label={`Remove new task ${at + 1}`}
                    icon={X}
                    onClick={() => setDraft("tasks", (all) => all.filter((_, i) => i !== at))}
                  />
                </div>
                <div class="columns">
                  <SelectField
                    label="Specialist"
                    none="Any"
                    value={child().specialist}
                    choices={choices.specialists().map((value) => ({ value, name: value }))}
                    onInput={(specialist) => setDraft("tasks", at, { specialist })}
                  />
                  <SelectField
                    label="Owner"
                    none="Best by specialism"
                    value={child().owner}
                    choices={choices.agents()}
                    onInput={(owner) => setDraft("tasks", at, { owner })}
                  />
                  <SelectField
                    label="Priority"
                    value={child().priority}
                    choices={PRIORITIES.map((value) => ({ value, name: value }))}
                    onInput={(value) =>
                      setDraft("tasks", at, { priority: value as (typeof PRIORITIES)[number] })
                    }
                  />
                </div>
                <TextArea
                  label="Description"
                  rows={2}
                  value={child().description}
                  onInput={(description) => setDraft("tasks", at, { description })}
                />
              </div>
            )}
          </Index>
          <div>
            <Button
              small
              icon={Plus}
              onClick={() => setDraft("tasks", (all) => [...all, { ...EMPTY_CHILD }])}
            >
              Add a task
            </Button>
          </div>
        </fieldset>

        <fieldset>
          <legend>Milestones</legend>
          <Index each={draft.milestones}>
            {(milestone, at) => (
              <div class="milestone-row">
                <input
                  type="text"
                  aria-label={`Milestone ${at + 1}`}
                  value={milestone().title}
                  onInput={({ currentTarget }) =>
                    setDraft("milestones", at, { title: currentTarget.value })
                  }
                />
                <input
                  type="date"
                  aria-label={`Milestone ${at + 1} is due`}
                  value={milestone().due_date}
                  onInput={({ currentTarget }) =>
                    setDraft("milestones", at, { due_date: currentTarget.value })
                  }
                />
                <IconButton
                  label={`Remove milestone ${at + 1}`}
                  icon={X}
                  onClick={() => setDraft("milestones", (all) => all.filter((_, i) => i !== at))}
                />
              </div>
            )}
          </Index>
          <div>
            <Button
              small
              icon={Plus}
              onClick={() =>
                setDraft("milestones", (all) => [...all, { title: "", due_date: "", done: false }])
              }
            >
              Add a milestone
            </Button>
          </div>
        </fieldset>

        <fieldset>
          <legend>People</legend>
          <ListField
            label="Needed specialisms"
            value={draft.required_specialists}
            list={choices.specialists()}
            onInput={set("required_specialists")}
          />
          <AgentTicks value={draft.assigned_agents} onInput={set("assigned_agents")} />
        </fieldset>
        <fieldset>
          <legend>Plan</legend>
          <ListField
            label="Next actions"
            value={draft.next_actions}
            onInput={set("next_actions")}
          />
          <ListField
            label="Success criteria"
            value={draft.success_criteria}
            onInput={set("success_criteria")}
          />
          <ListField label="Depends on" value={draft.dependencies} onInput={set("dependencies")} />
          <ListField label="Risks" value={draft.risks} onInput={set("risks")} />
        </fieldset>
        <Refusal of={refusal()} />
        <div class="foot">
          <A href={back} class="button" data-kind="quiet">
            Cancel
          </A>
          <Button type="submit" kind="main" busy={busy()}>
            {mission ? "Save the mission" : "Plan the mission"}
          </Button>
        </div>
      </form>
    </>
  );
}

function AgentTicks(props: { value: readonly string[]; onInput(value: string[]): void }) {
  const choices = useChoices();
  /** Those that are assigned first, so that they are in sight in a large company. */
  const before = untrack(() => props.value);
  const sorted = createMemo(() => {
    const is = (choice: Choice) => before.includes(choice.value);
    return [...choices.agents().filter(is), ...choices.agents().filter((one) => !is(one))];
  });
  const toggle = (id: string, on: boolean) =>
    props.onInput(on ? [...props.value, id] : props.value.filter((one) => one !== id));
  return (
    <fieldset class="field">
      <legend>Assigned agents</legend>
      <div class="chips">
        <First each={sorted()}>
          {({ value, name }) => (
            <label class="chip tick">
              <input
                type="checkbox"
                checked={props.value.includes(value)}
                onChange={({ currentTarget }) => toggle(value, currentTarget.checked)}
              />
              {name}
            </label>
          )}
        </First>
      </div>
    </fieldset>
  );
}
