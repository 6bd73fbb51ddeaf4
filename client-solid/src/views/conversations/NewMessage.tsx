/** Writes to somebody without a thread at hand: the one between the two is used, or begun. */
import { createSignal } from "solid-js";
import { CEO } from "../../../../core/state/agents/agent.ts";
import { usePage } from "../../page.ts";
import { useAct } from "../../parts/act.ts";
import { Button } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { SelectField, TextArea } from "../../parts/Field.tsx";
import { useQuery } from "../../parts/query.ts";
import { isNamed, Refusal } from "../../parts/Refusal.tsx";
import { useChoices } from "../../task/choices.ts";
import { CATEGORY_CHOICES, toCategory } from "./Composer.tsx";

export function NewMessage(props: { onClose(): void; onSent(threadId: string): void }) {
  const { wire } = usePage().mirror;
  const { submit, busy, refusal } = useAct();
  const choices = useChoices();
  const query = useQuery();
  const [target, setTarget] = createSignal(query.get("to") || (wire.company.chief_agent_id ?? ""));
  const [category, setCategory] = createSignal("discussion");
  const [project, setProject] = createSignal("");
  const [text, setText] = createSignal("");

  async function send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (busy()) return;
    const reply = await submit("conversations/message", {
      sender: CEO,
      target: target(),
      text: text().trim(),
      category: toCategory(category()),
      ...(project() && { project_id: project() }),
    });
    if (!reply) return;
    props.onClose();
    props.onSent(reply.thread.id);
  }

  return (
    <Dialog title="New message" open={true} onClose={() => props.onClose()} testid="new-message">
      <form class="form" onSubmit={send}>
        <div class="columns">
          <SelectField
            label="To"
            none="Choose somebody"
            value={target()}
            choices={choices.agents()}
            onInput={setTarget}
            required
            invalid={isNamed(refusal(), "target")}
          />
          <SelectField
            label="Category"
            value={category()}
            choices={CATEGORY_CHOICES}
            onInput={setCategory}
          />
          <SelectField
            label="Project"
            none="None"
            value={project()}
            choices={choices.projects()}
            onInput={setProject}
          />
        </div>
        <TextArea
          label="Message"
          value={text()}
          onInput={setText}
          required
          autofocus
          invalid={isNamed(refusal(), "text")}
        />
        <Refusal of={refusal()} />
        <div class="foot">
          <Button kind="quiet" onClick={() => props.onClose()}>
            Cancel
          </Button>
          <Button kind="main" type="submit" busy={busy()}>
            Send
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
