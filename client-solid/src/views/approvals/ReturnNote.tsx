/** Why a task goes back: required, since its agent has nothing else to go by. Kept until it was taken. */
import { createSignal } from "solid-js";
import { Button } from "../../parts/Button.tsx";
import { TextArea } from "../../parts/Field.tsx";

const drafts = new Map<string, string>();

export function ReturnNote(props: {
  id: string;
  send(note: string): Promise<boolean>;
  cancel(): void;
}) {
  const { id } = props;
  const [note, setNote] = createSignal(drafts.get(id) ?? "");
  const type = (typed: string) => {
    setNote(typed);
    drafts.set(id, typed);
  };
  async function send(): Promise<void> {
    if (note().trim() && (await props.send(note().trim()))) drafts.delete(id);
  }
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          event.stopPropagation();
          props.cancel();
        } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          void send();
        }
      }}
    >
      <TextArea
        label={`What is missing in ${id}`}
        rows={3}
        required
        autofocus
        value={note()}
        placeholder="The agent reads this when it takes the task up again"
        onInput={type}
      />
      <div class="foot">
        <Button kind="quiet" onClick={() => props.cancel()}>
          Cancel
        </Button>
        <Button
          kind="main"
          type="submit"
          off={!note().trim()}
          title={note().trim() ? "Ctrl Enter" : "Write what is missing first"}
        >
          Return it
        </Button>
      </div>
    </form>
  );
}
