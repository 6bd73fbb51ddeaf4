/**
 * Shows the toasts; both live regions are there from the start, as screen readers need. Neighbour:
 * `toasts.ts` holds them.
 */
import { For } from "solid-js";
import { usePage } from "../page.ts";
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
            <button type="button" class="quiet" onClick={() => toasts.dismiss(toast.id)}>
              <span class="unseen">Dismiss</span>
              <span aria-hidden="true">×</span>
            </button>
          </div>
        )}
      </For>
    </div>
  );
}
