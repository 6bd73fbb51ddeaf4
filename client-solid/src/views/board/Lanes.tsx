/**
 * The board in lanes: by owner, project or mission, each lane with its five columns. Invariants: a cell
 * makes a few cards and more when asked, so that a lane is never longer than one wants it; a lane makes
 * none before it comes near the part that is in sight.
 */
import { type Accessor, createMemo, createSignal, For, Show, untrack } from "solid-js";
import { nameOf } from "../../../../core/state/lookup.ts";
import { TASK_STATUSES, type TaskStatus } from "../../../../core/state/tasks/task.ts";
import { usePage } from "../../page.ts";
import { Avatar } from "../../parts/Avatar.tsx";
import { Button } from "../../parts/Button.tsx";
import { StatusIcon } from "../../parts/signs.tsx";
import { plural, STATUS_WORDS } from "../../parts/words.ts";
import type { Grouping } from "../../sync/task-index.ts";
import { createFiltered, type Keep } from "../../task/filtered.ts";
import { createDropMark } from "./held.ts";
import { LaneCell } from "./LaneCell.tsx";
import { createNear } from "./near.ts";

export const GROUPS = ["owner", "project", "mission"] as const;
export type Group = (typeof GROUPS)[number];
/** In sight from the start: made at once, so that nothing moves when it is shown. */
const FIRST_LANES = 6;
/** Where the index has the tasks of one cell. */
const CELL_GROUPING = {
  owner: "lane",
  project: "projectLane",
  mission: "missionLane",
} as const satisfies Record<Group, Grouping>;

export function Lanes(props: { group: Group; keep: Accessor<Keep> }) {
  const { mirror } = usePage();
  const { wire } = mirror;
  const titleOf = (key: string) => {
    if (key === "") return props.group === "owner" ? "Nobody yet" : `No ${props.group}`;
    if (props.group === "owner") return nameOf(wire, key);
    if (props.group === "project") return wire.projects[key]?.name ?? key;
    return `${key} ${wire.missions[key]?.title ?? ""}`;
  };
  const keys = createMemo(() =>
    [...mirror.tasks.keys(props.group)].sort((a, b) =>
      a === "" ? 1 : b === "" ? -1 : titleOf(a) < titleOf(b) ? -1 : 1,
    ),
  );
  return (
    <section class="lanes" aria-label="Tasks by status" data-testid="board">
      <div class="lane-heads" aria-hidden="true">
        <For each={TASK_STATUSES}>
          {(status) => (
            <span class="row">
              <StatusIcon status={status} /> {STATUS_WORDS[status]}
            </span>
          )}
        </For>
      </div>
      <For each={keys()}>
        {(key, at) => (
          <Lane
            group={props.group}
            key={key}
            title={titleOf(key)}
            keep={props.keep}
            first={at() < FIRST_LANES}
          />
        )}
      </For>
    </section>
  );
}

function Lane(props: {
  group: Group;
  key: string;
  title: string;
  keep: Accessor<Keep>;
  first: boolean;
}) {
  const { mirror } = usePage();
  const [open, setOpen] = createSignal(true);
  const all = createFiltered(() => mirror.tasks.ids(props.group, props.key), props.keep);
  const idsIn = (status: TaskStatus) =>
    createFiltered(
      () => mirror.tasks.ids(CELL_GROUPING[props.group], `${props.key}/${status}`),
      props.keep,
    );
  let box: HTMLElement | undefined;
  const near = createNear(
    () => box,
    untrack(() => props.first),
  );
  return (
    <Show when={all().length > 0}>
      <section ref={box} class="lane" aria-label={props.title}>
        <Button
          kind="quiet"
          class="lane-title"
          aria-expanded={open()}
          onClick={() => setOpen(!open())}
        >
          <Show when={props.group === "owner" && props.key}>
            <Avatar id={props.key} size={20} />
          </Show>
          {props.title} <span class="count">{plural(all().length, "task")}</span>
        </Button>
        <Show when={open() && !near()}>
          <div class="lane-cells lane-far" />
        </Show>
        <Show when={open() && near()}>
          <div class="lane-cells">
            <For each={TASK_STATUSES}>
              {(status) => (
                <LaneCell status={status} ids={idsIn(status)} mark={createDropMark(() => status)} />
              )}
            </For>
          </div>
        </Show>
      </section>
    </Show>
  );
}
