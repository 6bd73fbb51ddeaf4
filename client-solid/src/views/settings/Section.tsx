/** One block of settings: what it is for, then its fields. */
import { createUniqueId, type JSX, Show } from "solid-js";

export function Section(props: { title: string; text?: JSX.Element; children: JSX.Element }) {
  const id = createUniqueId();
  return (
    <section class="card settings-section" aria-labelledby={id}>
      <header class="stack tight">
        <h2 id={id}>{props.title}</h2>
        <Show when={props.text}>
          <p class="dim">{props.text}</p>
        </Show>
      </header>
      {props.children}
    </section>
  );
}
