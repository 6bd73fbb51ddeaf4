/**
 * What holds the task up, and who holds it: in a sentence, with the remedy beside it. Neighbour:
 * `core/state/tasks/routing.ts` gives the reasons, the same that refuse a claim.
 */
import { createResource, createSignal, For, Show } from "solid-js";
import { nameOf } from "../../../core/state/lookup.ts";
import { taskReasons } from "../../../core/state/tasks/routing.ts";
import type { Task } from "../../../core/state/tasks/task.ts";
import { usePage } from "../page.ts";
import { useAct } from "../parts/act.ts";
import { Button } from "../parts/Button.tsx";
import { AgentLink } from "../parts/links.tsx";
import { useRead } from "../parts/read.ts";
import { toMoment } from "../parts/words.ts";
import type { TaskEdit } from "./edit.ts";

export function Hold(props: { task: Task; edit: TaskEdit; onRelease(): void }) {
  const { mirror, now } = usePage();
  const { act, busy } = useAct();
  const [isLetting, setLetting] = createSignal(false);
  const task = () => props.task;
  async function letClaim(): Promise<void> {
    const { id } = task();
    setLetting(true);
    await props.edit.update({ needs_human: false }, `${id} may be claimed again.`);
    setLetting(false);
  }
  return (
    <div class="stack">
      <Show when={task().lease}>
        {(lease) => (
          <div class="hold row wrap" data-testid="lease" data-steady={lease().holder}>
            <span class="grow">
              <span class="pulse" aria-hidden="true" /> <AgentLink id={lease().holder} /> is working
              on it, until {toMoment(lease().expires_at, now())} unless renewed.
            </span>
            <Button
              small
              kind="quiet"
              busy={busy()}
              onClick={() =>
                void act(
                  "tasks/renew",
                  { task_id: task().id, agent_id: lease().holder },
                  { done: `${nameOf(mirror.wire, lease().holder)} has more time.` },
                )
              }
            >
              Extend
            </Button>
            <Button small onClick={() => props.onRelease()}>
              Take it back
            </Button>
          </div>
        )}
      </Show>
      <Show when={task().needs_human}>
        <div class="hold row wrap" data-tone="bad" data-steady={task().id}>
          <span class="grow">It waits for a human.</span>
          <Button small busy={isLetting()} onClick={() => void letClaim()}>
            Let it be claimed again
          </Button>
        </div>
      </Show>
      <Why task={task()} />
    </div>
  );
}

/** Why it cannot be picked up now, or by whom it can; the server says more when asked. */
function Why(props: { task: Task }) {
  const { wire } = usePage().mirror;
  const read = useRead();
  const [open, setOpen] = createSignal(false);
  const reasons = () => taskReasons(wire, props.task);
  const sentence = () => {
    const all = reasons();
    if (props.task.status === "done" || props.task.lease) return null;
    if (all.length > 0) {
      return `It cannot be picked up now: ${all.map(({ text }) => text.replace(/\.$/, "").replace("in_progress", "in progress")).join("; ")}.`;
    }
    const { owner, specialist } = props.task;
    if (owner) return `It is ready for ${nameOf(wire, owner)}.`;
    return `It is ready for any agent${specialist ? ` that takes ${specialist}` : ""}.`;
  };
  const [answer] = createResource(
    () => open() && [props.task.id, props.task.version],
    () => read("tasks/explain", { task_id: props.task.id }),
  );
  return (
    <Show when={sentence()}>
      {(text) => (
        <div class="why">
          <p data-testid="why">{text()}</p>
          <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
            <summary>What would change that, and who may start it</summary>
            <Show when={answer.error}>
              <p role="alert">{(answer.error as Error).message}</p>
            </Show>
            <Show when={!answer.error && answer.latest}>
              {(explained) => (
                <ul class="lines">
                  <For each={explained().reasons}>{({ remedy }) => <li>{remedy}</li>}</For>
                  <For each={explained().candidates.slice(0, 12)}>
                    {({ agent_id, eligible, reasons: theirs }) => (
                      <li>
                        <AgentLink id={agent_id} />:{" "}
                        {eligible
                          ? "may start it"
                          : (theirs.find((one) => one.blocking)?.text ?? "may not start it")}
                      </li>
                    )}
                  </For>
                </ul>
              )}
            </Show>
          </details>
        </div>
      )}
    </Show>
  );
}
