/**
 * Who has what in the queue: ready, active, blocked and in review for each agent, and who has too much.
 * Neighbour: `read.workloadOf`, which moves with each change. Invariant: a lane reads its own agent only.
 */
import Users from "lucide-solid/icons/users";
import { createMemo, For, Show } from "solid-js";
import { MAX_OPEN_TASKS } from "../../../../core/state/agents/agent.ts";
import { usePage } from "../../page.ts";
import { Avatar } from "../../parts/Avatar.tsx";
import { useAct } from "../../parts/act.ts";
import { Button } from "../../parts/Button.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { First } from "../../parts/First.tsx";
import { AgentLink, TaskLink } from "../../parts/links.tsx";
import { Presence, PriorityChip } from "../../parts/signs.tsx";
import { plural } from "../../parts/words.ts";
import { rosterIds } from "../../sync/reading.ts";
import type { Grouping } from "../../sync/task-index.ts";
import { useTaskOrder } from "../../task/order.ts";

const CELLS: readonly { name: string; of(id: string): [Grouping, string] }[] = [
  { name: "Ready", of: (id: string) => ["lane", `${id}/ready`] },
  { name: "Active", of: (id: string) => ["lane", `${id}/in_progress`] },
  { name: "Blocked", of: (id: string) => ["blocked", id] },
  { name: "In review", of: (id: string) => ["lane", `${id}/validation`] },
];
/** Tasks that a cell names; the rest is a number. */
const MAX_NAMED = 3;

export default function Lanes() {
  const { mirror, read } = usePage();
  const roster = createMemo(() => rosterIds(mirror.wire));
  const owners = () => (read.openCountOf("") > 0 ? [...roster(), ""] : roster());
  useTaskOrder(() => owners().flatMap((id) => read.taskIdsBy("open", id)));
  return (
    <div class="view-body">
      <Show
        when={owners().length > 0}
        fallback={
          <Empty
            title="No agents yet"
            icon={Users}
            text="An agent joins by registering; its queue appears here."
          >
            <a class="button" href="/team">
              Go to the team
            </a>
          </Empty>
        }
      >
        <ul class="agent-lanes" data-testid="lanes">
          <First each={owners()} within="li">
            {(id) => <Lane id={id} />}
          </First>
        </ul>
      </Show>
    </div>
  );
}

function Lane(props: { id: string }) {
  const { mirror, read, toasts } = usePage();
  const { wire } = mirror;
  const { act, busy } = useAct();
  const load = createMemo(() => read.workloadOf(props.id));
  const agent = () => wire.agents[props.id];
  const health = () => {
    const { open, blocked, ready, in_progress, overloaded } = load();
    if (props.id === "") return { tone: "warn", text: "waits for an owner" };
    if (overloaded)
      return { tone: "bad", text: `overloaded: ${open} open, ${MAX_OPEN_TASKS} are enough` };
    if (blocked > 0 && blocked >= in_progress) return { tone: "warn", text: "held up" };
    if (ready + in_progress === 0) return { tone: "info", text: "free" };
    return { tone: "good", text: "flows" };
  };
  async function startNext(): Promise<void> {
    const reply = await act("tasks/claim", { agent_id: props.id });
    if (!reply) return;
    const name = agent()?.name ?? props.id;
    if (reply.task) toasts.show("done", `${name} holds ${reply.task.id}.`);
    else toasts.show("refused", `${name} has nothing to start now: ${reply.message}.`);
  }
  return (
    <li
      class="card agent-lane"
      data-agent-id={props.id || "nobody"}
      data-steady={agent()?.name ?? ""}
    >
      <header class="row wrap">
        <Show when={agent()} fallback={<strong>Nobody</strong>}>
          {(one) => (
            <>
              <Avatar id={props.id} />
              <strong>
                <AgentLink id={props.id} />
              </strong>
              <Presence agent={one()} />
            </>
          )}
        </Show>
        <span class="chip" data-tone={health().tone}>
          {health().text}
        </span>
        <span class="grow" />
        <span class="dim small">{plural(load().open, "open task")}</span>
        <Show when={agent()}>
          <Button
            small
            kind="quiet"
            busy={busy()}
            title="Claims the most urgent task that suits, in the agent's name"
            aria-label={`Start next for ${agent()?.name}`}
            onClick={() => void startNext()}
          >
            Start next
          </Button>
        </Show>
      </header>
      <Show when={load().open > 0}>
        <div class="agent-cells">
          <For each={CELLS}>
            {({ name, of }) => {
              const ids = () => read.taskIdsBy(...of(props.id));
              return (
                <div data-some={ids().length > 0 ? "" : undefined} data-cell={name}>
                  <h3>
                    {name} <span class="count">{ids().length}</span>
                  </h3>
                  <ul>
                    <For each={ids().slice(0, MAX_NAMED)}>
                      {(task) => (
                        <li class="row">
                          <Show when={wire.tasks[task]}>
                            {(one) => <PriorityChip priority={one().priority} />}
                          </Show>
                          <TaskLink id={task} class="link cut">
                            {wire.tasks[task]?.title}
                          </TaskLink>
                        </li>
                      )}
                    </For>
                  </ul>
                  <Show when={ids().length > MAX_NAMED}>
                    <p class="dim small">and {ids().length - MAX_NAMED} more</p>
                  </Show>
                </div>
              );
            }}
          </For>
        </div>
      </Show>
    </li>
  );
}
