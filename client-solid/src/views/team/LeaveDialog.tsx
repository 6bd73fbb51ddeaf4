/**
 * An agent leaves: decommission, retire, replace, merge or delete, with what will change said before.
 * Neighbours: `leaving.ts` foretells, the server decides. Invariant: the preview follows the choice of
 * the successor and what happens meanwhile; a refusal is shown in the server's words.
 */
import { createMemo, createSignal, Show } from "solid-js";
import { unwrap } from "solid-js/store";
import type { Agent } from "../../../../core/state/agents/agent.ts";
import { usePage } from "../../page.ts";
import { useAct } from "../../parts/act.ts";
import { Button } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { SelectField, TextField } from "../../parts/Field.tsx";
import { isNamed, Refusal } from "../../parts/Refusal.tsx";
import { useSettled } from "../../parts/settled.ts";
import { useChoices } from "../../task/choices.ts";
import { LeavePreview } from "./LeavePreview.tsx";
import { previewLeaving, takesSuccessor, type Way } from "./leaving.ts";
import { LEAVE_WORDS } from "./words.ts";

interface Props {
  agent: Agent;
  way: Way;
  onClose(): void;
  /** @param kept whether its record is still there */
  onDone(kept: boolean): void;
}

export function LeaveDialog(props: Props) {
  return (
    <Dialog
      title={LEAVE_WORDS[props.way].title(props.agent.name)}
      open={true}
      onClose={() => props.onClose()}
      testid="leave"
    >
      <Body {...props} />
    </Dialog>
  );
}

function Body(props: Props) {
  const { wire } = usePage().mirror;
  const { submit, busy, refusal } = useAct();
  const choices = useChoices();
  const [successor, setSuccessor] = createSignal("");
  const [reason, setReason] = createSignal("");
  const [typed, setTyped] = createSignal("");
  const words = () => LEAVE_WORDS[props.way];
  const others = createMemo(() => choices.agents().filter(({ value }) => value !== props.agent.id));
  // A new object at each beat, so that the preview is made anew.
  const beat = useSettled(() => ({}));
  const preview = createMemo(() => {
    beat();
    return previewLeaving(unwrap(wire), props.agent.id, props.way, successor() || null);
  });
  const why = () => {
    if (takesSuccessor(props.way) === "must" && !successor()) return "Choose who takes over first";
    if (props.way === "delete" && typed().trim() !== props.agent.id) {
      return `Type ${props.agent.id} first`;
    }
    return undefined;
  };

  async function send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (busy() || why()) return;
    const { id } = props.agent;
    const to = successor();
    const said = reason().trim() ? { reason: reason().trim() } : {};
    const gone = await {
      decommission: () => submit("agents/decommission", { agent_id: id, ...said }, TOLD),
      retire: () =>
        submit("agents/retire", { agent_id: id, ...said, ...(to && { successor_id: to }) }, TOLD),
      replace: () =>
        submit("agents/replace", { old_agent_id: id, new_agent_id: to, ...said }, TOLD),
      merge: () => submit("agents/merge", { source_agent_id: id, target_agent_id: to }, TOLD),
      delete: () =>
        submit(
          "agents/delete",
          { agent_id: id },
          { done: ({ deleted }) => `${deleted} is deleted.` },
        ),
    }[props.way]();
    if (gone) props.onDone(props.way !== "delete");
  }

  return (
    <form class="form" onSubmit={(event) => void send(event)} novalidate>
      <p>{words().stays}</p>
      <Show when={takesSuccessor(props.way) !== "never"}>
        <SelectField
          label={props.way === "merge" ? "Merge into" : "Who takes over"}
          none={takesSuccessor(props.way) === "may" ? "Nobody" : "Choose an agent"}
          value={successor()}
          choices={others()}
          invalid={isNamed(refusal(), "successor_id")}
          onInput={setSuccessor}
        />
      </Show>
      <LeavePreview leaving={preview()} />
      <Show when={props.way !== "merge" && props.way !== "delete"}>
        <TextField
          label="Reason"
          value={reason()}
          hint="Kept with the agent, as its note."
          onInput={setReason}
        />
      </Show>
      <Show when={props.way === "delete"}>
        <TextField label={`Type ${props.agent.id} to confirm`} value={typed()} onInput={setTyped} />
      </Show>
      <Refusal of={refusal()} />
      <div class="foot">
        <Button kind="quiet" onClick={() => props.onClose()}>
          Cancel
        </Button>
        <Button kind="danger" type="submit" busy={busy()} off={why() !== undefined} title={why()}>
          {words().yes}
        </Button>
      </div>
    </form>
  );
}

const TOLD = { done: ({ message }: { message: string }) => `${message}.` };
