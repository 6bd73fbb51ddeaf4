/** What an agent holds and did, and with whom it works: the lists of its page. */
import { A } from "@solidjs/router";
import { createMemo, For, type JSX, Show } from "solid-js";
import type { Agent } from "../../../../core/state/agents/agent.ts";
import { TASK_STATUSES, type TaskStatus } from "../../../../core/state/tasks/task.ts";
import { compareIds, list } from "../../../../core/table.ts";
import { usePage } from "../../page.ts";
import { Avatar } from "../../parts/Avatar.tsx";
import { Load } from "../../parts/Load.tsx";
import { AgentLink, TaskLink } from "../../parts/links.tsx";
import { useSettled } from "../../parts/settled.ts";
import { Ago, Presence, PriorityChip, StatusIcon } from "../../parts/signs.tsx";
import { STATUS_WORDS } from "../../parts/words.ts";

/** Of one status, or runs; the board has them all. */
const MAX_SHOWN = 8;
/** What is under way first, what is done last. */
const ORDER: readonly TaskStatus[] = ["in_progress", "validation", "ready", "backlog", "done"];

export function AgentTasks(props: { id: string }) {
  const { read } = usePage();
  const idsOf = (status: TaskStatus) => read.taskIdsBy("lane", `${props.id}/${status}`);
  const none = () => TASK_STATUSES.every((status) => idsOf(status).length === 0);
  return (
    <section class="card stack" aria-labelledby="agent-tasks">
      <header class="row">
        <h2 id="agent-tasks">Tasks</h2>
        <Load open={read.openCountOf(props.id)} />
        <span class="grow" />
        <A href={`/board?owner=${encodeURIComponent(props.id)}`} class="link small dim">
          On the board
        </A>
      </header>
      <Show when={none()}>
        <p class="dim">It holds no task.</p>
      </Show>
      <For each={ORDER}>
        {(status) => (
          <Show when={idsOf(status).length > 0}>
            <div>
              <h3 class="group-name">
                {STATUS_WORDS[status]} <span class="count">{idsOf(status).length}</span>
              </h3>
              <ul class="rows">
                <For each={idsOf(status).slice(0, MAX_SHOWN)}>{(id) => <TaskRow id={id} />}</For>
              </ul>
              <Show when={idsOf(status).length > MAX_SHOWN}>
                <p class="small dim">and {idsOf(status).length - MAX_SHOWN} more on the board</p>
              </Show>
            </div>
          </Show>
        )}
      </For>
    </section>
  );
}

function TaskRow(props: { id: string }) {
  const { wire } = usePage().mirror;
  return (
    <Show when={wire.tasks[props.id]}>
      {(task) => (
        <li class="row">
          <StatusIcon status={task().status} />
          <TaskLink id={props.id} class="link row grow">
            <span class="task-id">{props.id}</span>
            <span class="cut">{task().title}</span>
          </TaskLink>
          <Show when={task().blocked}>
            <span class="chip bad">blocked</span>
          </Show>
          <PriorityChip priority={task().priority} />
        </li>
      )}
    </Show>
  );
}

export function AgentRuns(props: { id: string }) {
  const { wire } = usePage().mirror;
  const ids = useSettled(({ runs }) =>
    list(runs)
      .filter(({ agent_id }) => agent_id === props.id)
      .map(({ id }) => id)
      .sort((a, b) => compareIds(b, a)),
  );
  return (
    <section class="card" aria-labelledby="agent-runs">
      <h2 id="agent-runs">
        Runs <span class="count">{ids().length}</span>
      </h2>
      <ul class="rows">
        <For each={ids().slice(0, MAX_SHOWN)} fallback={<li class="dim">It published no run.</li>}>
          {(id) => (
            <Show when={wire.runs[id]}>
              {(run) => (
                <li class="row">
                  <span class="grow cut" title={run().summary}>
                    {run().title}
                  </span>
                  <Show when={run().task_id}>{(taskId) => <TaskLink id={taskId()} />}</Show>
                  <span class="chip">{run().outcome.replaceAll("_", " ")}</span>
                  <Ago time={run().timestamp} class="dim small" />
                </li>
              )}
            </Show>
          )}
        </For>
      </ul>
    </section>
  );
}

export function AgentPeople(props: { agent: Agent }) {
  const { wire } = usePage().mirror;
  const reports = createMemo(() =>
    Object.values(wire.agents)
      .filter(({ manager, standing }) => manager === props.agent.id && standing === "active")
      .map(({ id }) => id),
  );
  return (
    <>
      <People title="Reports" ids={reports()} none="Nobody reports to it." />
      <People
        title="Works with"
        ids={props.agent.collaborating_with}
        none="With nobody in particular."
      />
    </>
  );
}

function People(props: { title: string; ids: readonly string[]; none: JSX.Element }) {
  const { wire } = usePage().mirror;
  return (
    <section class="card stack" aria-label={props.title}>
      <h2>
        {props.title} <span class="count">{props.ids.length}</span>
      </h2>
      <For each={props.ids} fallback={<p class="dim">{props.none}</p>}>
        {(id) => (
          <p class="row">
            <Avatar id={id} />
            <span class="grow">
              <AgentLink id={id} />
            </span>
            <Show when={wire.agents[id]}>{(agent) => <Presence agent={agent()} />}</Show>
          </p>
        )}
      </For>
    </section>
  );
}
