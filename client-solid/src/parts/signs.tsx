/** Small signs that mean the same everywhere: status, priority, presence, age. Neighbour: `words.ts`. */
import Circle from "lucide-solid/icons/circle";
import CircleCheck from "lucide-solid/icons/circle-check";
import CircleDashed from "lucide-solid/icons/circle-dashed";
import CircleDot from "lucide-solid/icons/circle-dot";
import CircleEllipsis from "lucide-solid/icons/circle-ellipsis";
import { Dynamic } from "solid-js/web";
import type { Agent } from "../../../core/state/agents/agent.ts";
import { derivedStatus } from "../../../core/state/agents/views.ts";
import type { Priority, TaskStatus } from "../../../core/state/tasks/task.ts";
import { usePage } from "../page.ts";
import type { Icon } from "./Button.tsx";
import { PRESENCE_WORDS, STATUS_WORDS, toAge, toMoment } from "./words.ts";

const STATUS_ICONS: Record<TaskStatus, Icon> = {
  backlog: CircleDashed,
  ready: Circle,
  in_progress: CircleDot,
  validation: CircleEllipsis,
  done: CircleCheck,
};

export function StatusIcon(props: { status: TaskStatus; size?: number }) {
  return (
    <span
      class="status-icon"
      data-status={props.status}
      role="img"
      aria-label={STATUS_WORDS[props.status]}
      title={STATUS_WORDS[props.status]}
    >
      <Dynamic component={STATUS_ICONS[props.status]} size={props.size ?? 15} aria-hidden="true" />
    </span>
  );
}

export function PriorityChip(props: { priority: Priority }) {
  return (
    <span class="chip" data-priority={props.priority}>
      {props.priority}
    </span>
  );
}

export function Presence(props: { agent: Agent }) {
  const status = () => derivedStatus(props.agent);
  return (
    <span class="presence" data-presence={status()}>
      <span class="dot" aria-hidden="true" />
      {PRESENCE_WORDS[status()]}
    </span>
  );
}

/** How long ago, in words; the moment itself on hover. */
export function Ago(props: { time: string; class?: string }) {
  const { now } = usePage();
  return (
    <time class={props.class} datetime={props.time} title={toMoment(props.time, now())}>
      {toAge(props.time, now())}
    </time>
  );
}
