/**
 * Shows the toasts; both live regions are there from the start, as screen readers need. Neighbour:
 * `toasts.ts` holds them.
 */
import X from "lucide-solid/icons/x";
import { For, Show } from "solid-js";
import { usePage } from "../page.ts";
import { Button, IconButton } from "./Button.tsx";
import type { Toast } from "./toasts.ts";

export function Toasts() {
  return (
    <div class="toasts">
      <Region kind="refused" live="assertive" />
      <Region kind="done" live="polite" />
    </div>
  );
}

function Region(props: { kind: Toast["kind"]; live: "assertive" | "polite" }) {
  const { toasts } = usePage();
  return (
    <div aria-live={props.live} data-testid={`toasts-${props.kind}`}>
      <For each={toasts.list().filter(({ kind }) => kind === props.kind)}>
        {(toast) => (
          <div class="toast" data-kind={toast.kind}>
            <p>{toast.text}</p>
            <Show when={toast.action}>
              {(action) => (
                <Button
                  small
                  onClick={() => {
                    toasts.dismiss(toast.id);
                    action().run();
                  }}
                >
                  {action().label}
                </Button>
              )}
            </Show>
            <IconButton label="Dismiss" icon={X} small onClick={() => toasts.dismiss(toast.id)} />
          </div>
        )}
      </For>
    </div>
  );
}
