/** The company, its CEO and its chief agent (org/configure). What is typed is the form's until it is sent. */
import { createMemo, createSignal } from "solid-js";
import { usePage } from "../../page.ts";
import { useAct } from "../../parts/act.ts";
import { Button } from "../../parts/Button.tsx";
import { SelectField, TextField } from "../../parts/Field.tsx";
import { isNamed, Refusal } from "../../parts/Refusal.tsx";
import { rosterIds } from "../../sync/reading.ts";
import { Section } from "./Section.tsx";

type Draft = Partial<Record<"company_name" | "ceo_name" | "ceo_role" | "chief_agent_id", string>>;

export default function Company() {
  const { wire } = usePage().mirror;
  const { submit, busy, refusal } = useAct();
  // Only what was typed; the rest follows the server.
  const [draft, setDraft] = createSignal<Draft>({});
  const now = () => ({
    company_name: wire.company.name,
    ceo_name: wire.company.ceo_name,
    ceo_role: wire.company.ceo_role,
    chief_agent_id: wire.company.chief_agent_id ?? "",
  });
  const shown = () => ({ ...now(), ...draft() });
  const set = (field: keyof Draft) => (value: string) =>
    setDraft((before) => ({ ...before, [field]: value }));
  const changes = () => {
    const before = now();
    return Object.fromEntries(
      Object.entries(draft()).filter(([field, value]) => before[field as keyof Draft] !== value),
    ) as Draft;
  };
  const changed = () => Object.keys(changes()).length > 0;
  const agents = createMemo(() =>
    rosterIds(wire).map((id) => ({ value: id, name: wire.agents[id]?.name ?? id })),
  );

  async function save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (busy() || !changed()) return;
    const { chief_agent_id, ...names } = changes();
    const { chief_agent_id: chief, ...before } = now();
    const said = await submit(
      "org/configure",
      { ...names, ...(chief_agent_id && { chief_agent_id }) },
      {
        done: "The company is saved",
        undo: {
          name: "org/configure",
          payload: { ...before, ...(chief && { chief_agent_id: chief }) },
        },
      },
    );
    if (said) setDraft({});
  }

  return (
    <Section
      title="Company"
      text="How it is called, who leads it, and which agent leads the others."
    >
      <form class="form" onSubmit={save} data-testid="company-form">
        <TextField
          label="Company name"
          value={shown().company_name}
          onInput={set("company_name")}
          invalid={isNamed(refusal(), "company_name")}
        />
        <div class="columns">
          <TextField
            label="CEO"
            value={shown().ceo_name}
            onInput={set("ceo_name")}
            invalid={isNamed(refusal(), "ceo_name")}
          />
          <TextField
            label="CEO's role"
            value={shown().ceo_role}
            onInput={set("ceo_role")}
            invalid={isNamed(refusal(), "ceo_role")}
          />
        </div>
        <SelectField
          label="Chief agent"
          hint="Directives and messages without a target go to the chief."
          {...(now().chief_agent_id === "" && { none: "Nobody yet" })}
          choices={agents()}
          value={shown().chief_agent_id}
          onInput={set("chief_agent_id")}
          invalid={isNamed(refusal(), "chief_agent_id")}
        />
        <Refusal of={refusal()} />
        <div class="foot">
          <Button kind="quiet" off={!changed()} onClick={() => setDraft({})}>
            Discard
          </Button>
          <Button kind="main" type="submit" busy={busy()} off={!changed()}>
            Save
          </Button>
        </div>
      </form>
    </Section>
  );
}
