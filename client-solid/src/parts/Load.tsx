/** Open tasks against what one agent carries. Neighbours: fleet, org chart, roster, agent page. */
import { MAX_OPEN_TASKS } from "../../../core/state/agents/agent.ts";
import { plural } from "./words.ts";

export function Load(props: { open: number }) {
  const over = () => props.open > MAX_OPEN_TASKS;
  const words = () => `${plural(props.open, "open task")}${over() ? ", overloaded" : ""}`;
  return (
    <span class="load" data-over={over() ? "" : undefined} title={words()}>
      <meter
        max={MAX_OPEN_TASKS}
        value={Math.min(props.open, MAX_OPEN_TASKS)}
        aria-label={words()}
      />
      <span class="number small">{over() ? `${props.open} over` : props.open}</span>
    </span>
  );
}
