/** Where there is nothing: says so, and what to do next. Invariant: never shown before the first state. */
import type { JSX } from "solid-js";
import { Show } from "solid-js";
import { Dynamic } from "solid-js/web";
import type { Icon } from "./Button.tsx";

export function Empty(props: {
  title: string;
  text?: JSX.Element;
  icon?: Icon;
  /** The next step. */
  children?: JSX.Element;
}) {
  return (
    <div class="empty" data-testid="empty">
      <Show when={props.icon}>
        {(icon) => <Dynamic component={icon()} size={28} aria-hidden="true" />}
      </Show>
      <h2>{props.title}</h2>
      <Show when={props.text}>
        <p>{props.text}</p>
      </Show>
      {props.children}
    </div>
  );
}
