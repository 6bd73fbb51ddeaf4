/**
 * Asks the person before something that cannot be taken back. Neighbour: `Confirm.tsx` shows the
 * question. Invariant: one question at a time; a dismissed one is a no.
 */
import { type Accessor, createSignal, type JSX } from "solid-js";

export interface Question {
  title: string;
  /** What will happen, in full. */
  text: JSX.Element;
  /** The word on the button. */
  yes: string;
  danger?: boolean;
  /** Has to be typed first, for what destroys much. */
  typed?: string;
}

export interface Confirm {
  question: Accessor<Question | null>;
  ask(question: Question): Promise<boolean>;
  answer(yes: boolean): void;
}

export function createConfirm(): Confirm {
  const [question, setQuestion] = createSignal<Question | null>(null);
  let settle = (_yes: boolean) => {};
  const answer = (yes: boolean) => {
    setQuestion(null);
    settle(yes);
  };
  return {
    question,
    answer,
    ask(next) {
      answer(false);
      setQuestion(next);
      return new Promise((resolve) => {
        settle = resolve;
      });
    },
  };
}
