/** A part of the panel under its heading, with what can be done to it at the right. */
import type { JSX } from "solid-js";
import { createUniqueId, Show } from "solid-js";

export function Part(props: {
  title: string;
  count?: number;
  tools?: JSX.Element;
  testid?: string;
  children: JSX.Element;
}) {
  const id = createUniqueId();
  return (
    <section class="task-part" aria-labelledby={id} data-testid={props.testid}>
      <header class="row">
        <h3 id={id} class="grow">
          {props.title}
          <Show when={props.count}>
            {" "}
            <span class="count">{props.count}</span>
          </Show>
        </h3>
        {props.tools}
      </header>
      {props.children}
    </section>
  );
}
