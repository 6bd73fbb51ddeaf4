/**
 * Registers an agent or changes one (agents/register, agents/update), every field the API has, the rare
 * ones folded away. Neighbour: `agent-draft.ts`. Invariant: what is typed survives a refusal and every
 * change that comes in meanwhile; a newer version is never overwritten unseen.
 */
import { createMemo, createSignal, Show, untrack } from "solid-js";
import { createStore } from "solid-js/store";
import { AGENT_STATUSES, type AgentStatus } from "../../../../core/state/agents/agent.ts";
import { usePage } from "../../page.ts";
import { useAct } from "../../parts/act.ts";
import { Button } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { ListField, SelectField, TextArea, TextField } from "../../parts/Field.tsx";
import { isNamed, Refusal } from "../../parts/Refusal.tsx";
import { PRESENCE_WORDS } from "../../parts/words.ts";
import { useChoices } from "../../task/choices.ts";
import { type AgentDraft, toChanges, toDraft } from "./agent-draft.ts";

interface Props {
  /** The agent to change; null for a new one. */
  id: string | null;
  onClose(): void;
  onSaved(id: string): void;
}

export default function AgentForm(props: Props) {
  return (
    <Dialog
      title={props.id === null ? "Register an agent" : "Edit the agent"}
      open={true}
      wide
      onClose={() => props.onClose()}
      testid="agent-form"
    >
      <Body {...props} />
    </Dialog>
  );
}

function Body(props: Props) {
  const { wire } = usePage().mirror;
  const { submit, busy, refusal } = useAct();
  const choices = useChoices();
  const agent = untrack(() => (props.id === null ? null : (wire.agents[props.id] ?? null)));
  const version = untrack(() => agent?.version);
  const before = untrack(() => toDraft(agent));
  const [draft, setDraft] = createStore<AgentDraft>(untrack(() => toDraft(agent)));
  const [nothing, setNothing] = createSignal(false);
  const managers = createMemo(() => choices.people().filter(({ value }) => value !== props.id));
  const known = () => agent === null && wire.agents[draft.agent_id] !== undefined;

  /** What a text field needs, said once. */
  const text = <F extends TextName>(field: F, label: string) => ({
    label,
    name: field,
    get value() {
      return draft[field] as string;
    },
    get invalid() {
      return isNamed(refusal(), field);
    },
    onInput: (value: string) => setDraft(field as TextName, value),
  });
  const lines = (field: ListName, label: string) => ({
    label,
    get value() {
      return draft[field];
    },
    get invalid() {
      return isNamed(refusal(), field);
    },
    onInput: (value: string[]) => setDraft(field, value),
  });

  async function save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (busy()) return;
    const changes = toChanges(draft, before);
    if (agent) {
      if (Object.keys(changes).length === 0) return void setNothing(true);
      const reply = await submit(
        "agents/update",
        {
          ...changes,
          agent_id: agent.id,
          ...(version !== undefined && { expected_version: version }),
        },
        { done: `${draft.name.trim()} is saved.` },
      );
      if (reply) props.onSaved(agent.id);
      return;
    }
    const reply = await submit(
      "agents/register",
      {
        ...changes,
        name: draft.name.trim(),
        role: draft.role.trim(),
        ...(draft.agent_id.trim() && { agent_id: draft.agent_id.trim() }),
        ...(draft.home_specialist.trim() && { home_specialist: draft.home_specialist.trim() }),
      },
      { done: `${draft.name.trim()} is registered.` },
    );
    if (reply) props.onSaved(reply.agent.id);
  }

  return (
    <form class="form" onSubmit={(event) => void save(event)} novalidate>
      <div class="columns">
        <TextField {...text("name", "Name")} required autofocus maxLength={120} />
        <TextField {...text("role", "Role")} required />
      </div>
      <div class="columns">
        <Show when={agent === null}>
          <TextField
            {...text("agent_id", "Id")}
            hint={
              known()
                ? `${draft.agent_id} has joined already; this registers it again.`
                : "Lower case, as it names itself; made of the name when empty."
            }
          />
          <TextField
            {...text("home_specialist", "Main specialism")}
            list={choices.specialists()}
            hint="What kind of task it is given first."
          />
        </Show>
        <SelectField
          label="Reports to"
          name="manager"
          value={draft.manager}
          choices={managers()}
          invalid={isNamed(refusal(), "manager")}
          onInput={(value) => setDraft("manager", value)}
        />
        <SelectField
          label="Project"
          name="project_id"
          none="No project"
          value={draft.project_id}
          choices={choices.projects()}
          invalid={isNamed(refusal(), "project_id")}
          onInput={(value) => setDraft("project_id", value)}
        />
        <SelectField
          label="Status"
          name="status"
          value={draft.status}
          choices={AGENT_STATUSES.map((value) => ({ value, name: PRESENCE_WORDS[value] }))}
          onInput={(value) => setDraft("status", value as AgentStatus)}
        />
      </div>
      <div class="columns">
        <ListField {...lines("specialists", "Specialisms")} list={choices.specialists()} />
        <ListField {...lines("skills", "Skills")} />
      </div>
      <TextArea {...text("note", "Note")} rows={2} />
      <details>
        <summary>What it says of its work</summary>
        <div class="form more-fields">
          <TextArea {...text("doing_summary", "Doing")} rows={2} />
          <TextArea {...text("next_summary", "Next")} rows={2} />
          <TextArea {...text("done_summary", "Done")} rows={2} />
          <ListField {...lines("blockers", "Blockers")} />
          <ListField
            {...lines("collaborating_with", "Works with")}
            list={choices.agents().map(({ value }) => value)}
            hint="Agents by their ids."
          />
        </div>
      </details>
      <details>
        <summary>Organisation and looks</summary>
        <div class="form more-fields">
          <div class="columns">
            <TextField {...text("department", "Department")} />
            <TextField {...text("org_level", "Level")} />
            <TextField {...text("manager_title", "Title as a manager")} />
            <TextField {...text("team_name", "Team")} />
            <TextField {...text("team_id", "Team's id")} />
            <TextField {...text("coordination_scope", "Coordinates")} />
            <TextField {...text("emoji", "Emoji")} />
            <TextField {...text("profile_hue", "Hue, 0 to 360")} type="number" />
            <TextField {...text("avatar_ref", "Picture reference")} />
          </div>
          <ListField {...lines("allowed_tools", "Tools it may use")} />
        </div>
      </details>
      <Refusal of={refusal()} />
      <div class="foot">
        <Show when={nothing()}>
          <p class="dim grow" role="status">
            Nothing was changed.
          </p>
        </Show>
        <Button kind="quiet" onClick={() => props.onClose()}>
          Cancel
        </Button>
        <Button type="submit" kind="main" busy={busy()}>
          {agent ? "Save" : "Register"}
        </Button>
      </div>
    </form>
  );
}

type TextName = {
  [K in keyof AgentDraft]: AgentDraft[K] extends string
    ? string extends AgentDraft[K]
      ? K
      : never
    : never;
}[keyof AgentDraft];
type ListName = {
  [K in keyof AgentDraft]: AgentDraft[K] extends string[] ? K : never;
}[keyof AgentDraft];
