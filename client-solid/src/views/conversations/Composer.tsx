/**
 * Writes into a thread (conversations/message). Invariant: a draft is kept for each thread until it is
 * sent, also while another thread or view is open.
 */
import Send from "lucide-solid/icons/send";
import { type Accessor, createRoot, createSignal, type Setter } from "solid-js";
import { CEO } from "../../../../core/state/agents/agent.ts";
import { CATEGORIES } from "../../../../core/state/conversations/thread.ts";
import { nameOf } from "../../../../core/state/lookup.ts";
import { usePage } from "../../page.ts";
import { useAct } from "../../parts/act.ts";
import { Button } from "../../parts/Button.tsx";
import { SelectField, TextArea } from "../../parts/Field.tsx";
import { Kbd } from "../../parts/Kbd.tsx";
import { isNamed, Refusal } from "../../parts/Refusal.tsx";

const drafts = new Map<string, readonly [Accessor<string>, Setter<string>]>();

function draftOf(threadId: string): readonly [Accessor<string>, Setter<string>] {
  let draft = drafts.get(threadId);
  if (!draft) {
    draft = createRoot(() => createSignal(""));
    drafts.set(threadId, draft);
  }
  return draft;
}

export const CATEGORY_CHOICES = CATEGORIES.map((value) => ({ value, name: value }));

export function toCategory(value: string): (typeof CATEGORIES)[number] {
  return CATEGORIES.find((one) => one === value) ?? "discussion";
}

export function Composer(props: {
  threadId: string;
  participants: readonly string[];
  onSent(): void;
}) {
  const { wire } = usePage().mirror;
  const { submit, busy, refusal } = useAct();
  const [text, setText] = draftOf(props.threadId);
  const [category, setCategory] = createSignal<(typeof CATEGORIES)[number]>("discussion");
  const [target, setTarget] = createSignal("");

  async function send(): Promise<void> {
    if (busy() || text().trim() === "") return;
    const said = text();
    const reply = await submit("conversations/message", {
      sender: CEO,
      thread_id: props.threadId,
      text: said.trim(),
      category: category(),
      ...(target() && { target: target() }),
    });
    if (!reply) return;
    // What was typed meanwhile is the next message.
    setText((now) => (now.startsWith(said) ? now.slice(said.length) : now));
    requestAnimationFrame(() => props.onSent());
  }

  return (
    <form
      class="composer"
      data-testid="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        void send();
      }}
    >
      <TextArea
        label="Message"
        rows={2}
        value={text()}
        onInput={setText}
        placeholder="Write to this thread; Markdown works"
        invalid={isNamed(refusal(), "text")}
      />
      <Refusal of={refusal()} />
      <div class="row wrap">
        <SelectField
          label="Category"
          value={category()}
          choices={CATEGORY_CHOICES}
          onInput={(value) => setCategory(toCategory(value))}
        />
        <SelectField
          label="To"
          none="everybody here"
          value={target()}
          choices={props.participants
            .filter((id) => id !== CEO)
            .map((id) => ({ value: id, name: nameOf(wire, id) }))}
          onInput={setTarget}
        />
        <span class="grow" />
        <Button kind="main" type="submit" icon={Send} busy={busy()} off={text().trim() === ""}>
          Send <Kbd keys="$mod+Enter" />
        </Button>
      </div>
    </form>
  );
}
