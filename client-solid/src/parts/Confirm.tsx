/** The question of `confirm.ts` as a dialog; what destroys much asks for a typed word. */
import { createSignal, Show } from "solid-js";
import { usePage } from "../page.ts";
import { Button } from "./Button.tsx";
import type { Question } from "./confirm.ts";
import { Dialog } from "./Dialog.tsx";
import { TextField } from "./Field.tsx";

export function Confirm() {
  const { confirm } = usePage();
  return (
    <Show when={confirm.question()} keyed>
      {(question) => (
        <Dialog
          title={question.title}
          open={true}
          onClose={() => confirm.answer(false)}
          testid="confirm"
        >
          <Body question={question} />
        </Dialog>
      )}
    </Show>
  );
}

function Body(props: { question: Question }) {
  const { confirm } = usePage();
  const [typed, setTyped] = createSignal("");
  const wanted = () => props.question.typed;
  const ready = () => wanted() === undefined || typed().trim() === wanted();
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready()) confirm.answer(true);
      }}
    >
      <div class="stack">{props.question.text}</div>
      <Show when={wanted()}>
        {(word) => (
          <TextField label={`Type ${word()} to confirm`} value={typed()} onInput={setTyped} />
        )}
      </Show>
      <div class="foot">
        <Button kind="quiet" onClick={() => confirm.answer(false)}>
          Cancel
        </Button>
        <Button
          kind={props.question.danger ? "danger" : "main"}
          type="submit"
          off={!ready()}
          title={ready() ? undefined : `Type ${wanted()} first`}
        >
          {props.question.yes}
        </Button>
      </div>
    </form>
  );
}
