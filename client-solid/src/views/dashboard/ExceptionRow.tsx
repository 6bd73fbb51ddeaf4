/** One exception: the task a click away, its remedies a key away. Neighbours: `Bucket`, `remedies.ts`. */
import Ellipsis from "lucide-solid/icons/ellipsis";
import { Show } from "solid-js";
import { unwrap } from "solid-js/store";
import type { ExceptionItem } from "../../../../core/state/tasks/views.ts";
import { usePage } from "../../page.ts";
import { Button } from "../../parts/Button.tsx";
import { Kbd } from "../../parts/Kbd.tsx";
import { TaskLink } from "../../parts/links.tsx";
import { Menu } from "../../parts/Menu.tsx";
import { PriorityChip } from "../../parts/signs.tsx";
import { toAge } from "../../parts/words.ts";
import { DECIDES, REMEDIES, type RemedyName, SHORT } from "./remedies.ts";

export function ExceptionRow(props: {
  item: ExceptionItem;
  remedies: readonly RemedyName[];
  paused: boolean;
  onRemedy(name: RemedyName, taskId: string): void;
}) {
  const { now, mirror } = usePage();
  const first = () => props.remedies[0] as RemedyName;
  const run = (name: RemedyName) => props.onRemedy(name, props.item.task_id);
  const why = (name: RemedyName) =>
    name === "message" && !unwrap(mirror.wire).tasks[props.item.task_id]?.owner
      ? "it has no owner"
      : undefined;
  return (
    <li class="exception" data-exception={props.item.task_id} data-steady={props.item.task_id}>
      <TaskLink id={props.item.task_id} class="exception-link">
        <span class="row">
          <span class="task-id">{props.item.task_id}</span>
          <PriorityChip priority={props.item.priority} />
          <span class="cut grow title">{props.item.title}</span>
        </span>
        <span class="dim small cut">
          <bdi>{props.item.owner_name ?? "Nobody"}</bdi> · <bdi>{props.item.reason}</bdi>
        </span>
      </TaskLink>
      <span class="exception-foot">
        <span class="dim small">{toAge(props.item.since, now())}</span>
        <span class="grow" />
        <Button
          small
          off={why(first()) !== undefined || (props.paused && DECIDES.has(first()))}
          title={why(first()) ?? REMEDIES[first()].name}
          onClick={() => run(first())}
        >
          {SHORT[first()] ?? REMEDIES[first()].name}
          <span class="unseen"> {props.item.task_id}</span>
          <Kbd keys={REMEDIES[first()].keys} />
        </Button>
        <Show when={props.remedies.length > 1}>
          <Menu
            small
            label={`More for ${props.item.task_id}`}
            icon={Ellipsis}
            items={props.remedies.slice(1).map((name) => ({
              ...REMEDIES[name],
              off: why(name),
              run: () => run(name),
            }))}
          />
        </Show>
      </span>
    </li>
  );
}
