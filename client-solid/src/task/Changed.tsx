/** Says what others changed of a task that waits for a decision, since it came up. Neighbour: `changes.ts`. */
import { Show } from "solid-js";

export function Changed(props: { parts: readonly string[] }) {
  return (
    <Show when={props.parts.length > 0}>
      <p class="alert" role="alert" data-testid="changed">
        Changed since you looked: {props.parts.join(", ")}. It is shown as it is now.
      </p>
    </Show>
  );
}
