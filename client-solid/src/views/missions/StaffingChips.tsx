/** Which specialisms a mission needs, and whether somebody who is there has them. */
import Check from "lucide-solid/icons/check";
import X from "lucide-solid/icons/x";
import { For, Show } from "solid-js";
import { nameOf } from "../../../../core/state/lookup.ts";
import type { Staffing } from "../../../../core/state/missions/views.ts";
import { usePage } from "../../page.ts";

export function StaffingChips(props: { staffing: readonly Staffing[] }) {
  const { wire } = usePage().mirror;
  const words = ({ agents, covered, present, specialist }: Staffing) =>
    covered
      ? `${specialist}: ${agents.map((id) => nameOf(wire, id)).join(", ")}${present > agents.length ? ` and ${present - agents.length} more` : ""}`
      : `${specialist}: nobody who is there`;
  return (
    <Show when={props.staffing.length > 0}>
      <ul class="chips" aria-label="Staffing">
        <For each={props.staffing}>
          {(need) => (
            <li class="chip" data-tone={need.covered ? "good" : "bad"} title={words(need)}>
              <Show when={need.covered} fallback={<X size={12} aria-hidden="true" />}>
                <Check size={12} aria-hidden="true" />
              </Show>
              {need.specialist}
              <span class="unseen">{need.covered ? " covered" : " not covered"}</span>
            </li>
          )}
        </For>
      </ul>
    </Show>
  );
}
