/**
 * A text that is edited where it stands while others may write it: what is typed, as of what, and the question where
 * it is another by the time it is saved. Neighbours: `InPlace`, `Texts`. Invariant: nobody's text is overwritten
 * unseen, and what is typed stays until the person says which one counts.
 */
import { type Accessor, createSignal } from "solid-js";
import { Button } from "../parts/Button.tsx";

export interface Draft {
  /** What is typed; null while the field is only read. */
  text: Accessor<string | null>;
  open(): void;
  type(text: string): void;
  /** Sends it, unless the field was changed meanwhile: then it asks. */
  save(text: string): Promise<void>;
  /** The answer that what is typed counts. */
  keep(text: string): Promise<void>;
  /** Whether it asks. */
  asks: Accessor<boolean>;
  close(): void;
}

/** @param value the field as it is @param send whether it was taken */
export function createDraft(
  value: Accessor<string>,
  send: (text: string) => Promise<boolean>,
): Draft {
  const [text, setText] = createSignal<string | null>(null);
  const [asks, setAsks] = createSignal(false);
  let opened = "";
  const close = () => {
    setAsks(false);
    setText(null);
  };
  async function put(typed: string): Promise<void> {
    const before = opened;
    setAsks(false);
    // On the page at once: what is shown from here on is one's own.
    opened = typed;
    if (await send(typed)) close();
    else opened = before;
  }
  return {
    text,
    asks,
    close,
    open() {
      opened = value();
      setText(opened);
    },
    type(typed) {
      if (text() === null) opened = value();
      setText(typed);
    },
    async save(typed) {
      if (typed === value()) return close();
      if (asks() || value() !== opened) return void setAsks(true);
      await put(typed);
    },
    async keep(typed) {
      opened = value();
      await put(typed);
    },
  };
}

/** The question, with what stands there now. */
export function Meanwhile(props: { what: string; theirs: string; keep(): void; take(): void }) {
  return (
    <div class="alert stack" role="alert" data-testid="meanwhile">
      <p>{props.what} was changed while you wrote. Now it is:</p>
      <blockquote class="theirs">{props.theirs || "(empty)"}</blockquote>
      <div class="row wrap">
        <Button small onClick={() => props.take()}>
          Take theirs
        </Button>
        <Button small onClick={() => props.keep()}>
          Keep mine
        </Button>
      </div>
    </div>
  );
}
