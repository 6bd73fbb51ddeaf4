/** The head of every view: its heading and what can be done in it. Neighbour: the frame's cluster stands at its right. */
import type { JSX } from "solid-js";
import { Show } from "solid-js";

export function ViewHead(props: { title: string; children?: JSX.Element }) {
  return (
    <header class="view-head">
      <h1>{props.title}</h1>
      <Show when={props.children}>
        <div class="actions">{props.children}</div>
      </Show>
    </header>
  );
}
