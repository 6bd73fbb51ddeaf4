/** What will change, in sentences and names; beyond a few, counted. Neighbour: `leaving.ts` found it. */
import { For, Show } from "solid-js";
import { nameOf } from "../../../../core/state/lookup.ts";
import { usePage } from "../../page.ts";
import { StatusIcon } from "../../parts/signs.tsx";
import { plural } from "../../parts/words.ts";
import type { Leaving } from "./leaving.ts";

const MAX_NAMED = 6;

export function LeavePreview(props: { leaving: Leaving }) {
  const { wire } = usePage().mirror;
  const heir = () => (props.leaving.to === null ? "nobody" : nameOf(wire, props.leaving.to));
  const leases = () => props.leaving.open.filter(({ leaseEnds }) => leaseEnds).length;
  const nothing = () =>
    props.leaving.open.length +
      props.leaving.done.length +
      props.leaving.validating.length +
      props.leaving.helping.length +
      props.leaving.missions.length +
      props.leaving.reports.length +
      props.leaving.collaborators.length ===
      0 && !props.leaving.chief;
  return (
    <section class="leave-preview" aria-label="What will change" data-testid="leave-preview">
      <h3>What will change</h3>
      <Show when={nothing()}>
        <p class="dim">It holds nothing, and nobody reports to it.</p>
      </Show>
      <Show when={props.leaving.open.length > 0}>
        <p>
          {plural(props.leaving.open.length, "open task")}{" "}
          {props.leaving.to === null
            ? props.leaving.open.length === 1
              ? "loses its owner"
              : "lose their owner"
            : `${props.leaving.open.length === 1 ? "goes" : "go"} to ${heir()}`}
          <Show when={leases() > 0}>, and {plural(leases(), "lease ends", "leases end")}</Show>:
        </p>
        <ul class="rows small">
          <For each={props.leaving.open.slice(0, MAX_NAMED)}>
            {(task) => (
              <li class="row">
                <StatusIcon status={task.status} />
                <span class="task-id">{task.id}</span>
                <span class="grow cut">{task.title}</span>
                <Show when={task.backToReady}>
                  <span class="chip warn">back to ready</span>
                </Show>
              </li>
            )}
          </For>
        </ul>
        <Show when={props.leaving.open.length > MAX_NAMED}>
          <p class="small dim">and {props.leaving.open.length - MAX_NAMED} more</p>
        </Show>
      </Show>
      <ul class="bullets">
        <Show when={props.leaving.done.length > 0}>
          <li>
            {plural(props.leaving.done.length, "done task")} then {verb(props.leaving.done)} to{" "}
            {heir()}
          </li>
        </Show>
        <Show when={props.leaving.validating.length > 0}>
          <li>
            {named(props.leaving.validating)} {verb(props.leaving.validating, "is", "are")} then
            validated by {heir()}
          </li>
        </Show>
        <Show when={props.leaving.helping.length > 0}>
          <li>
            It helps with {named(props.leaving.helping)}: {heir()} then does
          </li>
        </Show>
        <For each={props.leaving.reports.slice(0, MAX_NAMED)}>
          {({ id, manager }) => (
            <li>
              <bdi>{nameOf(wire, id)}</bdi> reports to <bdi>{nameOf(wire, manager)}</bdi>
            </li>
          )}
        </For>
        <Show when={props.leaving.reports.length > MAX_NAMED}>
          <li>{plural(props.leaving.reports.length - MAX_NAMED, "more report")} likewise</li>
        </Show>
        <For each={props.leaving.missions.slice(0, MAX_NAMED)}>
          {({ id, title, owned }) => (
            <li>
              {id} “<bdi>{title}</bdi>” is {owned ? `led by ${heir()}` : "staffed anew"}
            </li>
          )}
        </For>
        <Show when={props.leaving.missions.length > MAX_NAMED}>
          <li>{plural(props.leaving.missions.length - MAX_NAMED, "more mission")} likewise</li>
        </Show>
        <Show when={props.leaving.collaborators.length > 0}>
          <li>
            {named(props.leaving.collaborators.map((id) => nameOf(wire, id)))}{" "}
            {verb(props.leaving.collaborators, "works", "work")} with {heir()} from then on
          </li>
        </Show>
        <Show when={props.leaving.chief}>
          <li>It is the chief agent: {heir()} is then</li>
        </Show>
        <Show when={props.leaving.skills.length + props.leaving.specialists.length > 0}>
          <li>
            {heir()} gains {named([...props.leaving.specialists, ...props.leaving.skills])}
          </li>
        </Show>
      </ul>
    </section>
  );
}

function verb(items: readonly unknown[], one = "belongs", many = "belong"): string {
  return items.length === 1 ? one : many;
}

function named(items: readonly string[]): string {
  const more = items.length > MAX_NAMED ? ` and ${items.length - MAX_NAMED} more` : "";
  return items.slice(0, MAX_NAMED).join(", ") + more;
}
