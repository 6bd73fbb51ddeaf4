/** All tasks of something as one bar, by status. Invariant: the words say what the widths show. */
import { For } from "solid-js";
import { STATUS_WORDS } from "../../parts/words.ts";
import { type ProjectCounts, shares } from "./project-view.ts";

export function StatusBar(props: { counts: ProjectCounts }) {
  const words = () =>
    shares(props.counts)
      .map(({ status }) => `${props.counts.by[status]} ${STATUS_WORDS[status].toLowerCase()}`)
      .join(", ");
  return (
    <div class="status-bar" role="img" aria-label={words() || "No tasks"} title={words()}>
      <For each={shares(props.counts)}>
        {({ status, percent }) => <span data-status={status} style={{ width: `${percent}%` }} />}
      </For>
    </div>
  );
}
