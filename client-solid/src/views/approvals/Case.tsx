/** What a decision goes by: what was asked for, what was handed in, what was said about it. */
import { For, type JSX, Show } from "solid-js";
import { CEO } from "../../../../core/state/agents/agent.ts";
import { nameOf } from "../../../../core/state/lookup.ts";
import { approverOf } from "../../../../core/state/tasks/approver.ts";
import type { Task } from "../../../../core/state/tasks/task.ts";
import { blockersOf } from "../../../../core/state/tasks/views.ts";
import { usePage } from "../../page.ts";
import { Line } from "../../parts/Line.tsx";
import { AgentLink, TaskLink } from "../../parts/links.tsx";
import { Markdown } from "../../parts/Markdown.tsx";
import { Ago, PriorityChip } from "../../parts/signs.tsx";
import { Part } from "../../task/Part.tsx";
import { ActivityList, Comments, Runs } from "../../task/Talk.tsx";

export function Case(props: { task: Task }) {
  const { wire } = usePage().mirror;
  const task = () => props.task;
  const notes = () =>
    task()
      .activity.filter(({ action }) => action === "note")
      .slice(-3);
  const waits = () => blockersOf(wire, task());
  return (
    <article class="stack case-text">
      <header class="stack">
        <p class="row wrap dim">
          <TaskLink id={task().id} />
          <PriorityChip priority={task().priority} />
          <Show when={task().story_points}>{(points) => <span>{points()} pt</span>}</Show>
          <span>
            by{" "}
            <Show when={task().owner} fallback="nobody">
              {(id) => <AgentLink id={id()} />}
            </Show>
          </span>
          <span>
            for <bdi>{nameOf(wire, approverOf(task()) ?? CEO)}</bdi>, handed in{" "}
            <Ago time={task().status_since} />
          </span>
        </p>
        <h2>{task().title}</h2>
      </header>
      <Show when={task().blocked}>
        <p class="reason">
          <strong>Blocked</strong> {task().blockers.join("; ") || "no reason given"}
        </p>
      </Show>
      <Show when={waits().length > 0}>
        <p class="reason">It still waits for {waits().join(", ")}.</p>
      </Show>
      <Show when={task().description}>{(text) => <Markdown text={text()} />}</Show>
      <Items
        title="Acceptance criteria"
        none="None were written."
        items={task().acceptance_criteria}
      />
      <Items
        title="Definition of done"
        none="None was written."
        items={task().definition_of_done}
      />
      <Items title="Artifacts" none="Nothing was handed in." items={task().artifacts} />
      <Show when={notes().length > 0}>
        <Part title="Latest notes">
          <ul class="lines">
            <For each={notes()}>
              {(note) => (
                <li>
                  <strong>{nameOf(wire, note.author)}</strong> {String(note.to)}{" "}
                  <Ago time={note.timestamp} class="dim" />
                </li>
              )}
            </For>
          </ul>
        </Part>
      </Show>
      <Runs task={task()} open />
      <Comments task={task()} />
      <ActivityList task={task()} />
    </article>
  );
}

function Items(props: { title: string; none: string; items: readonly string[] }): JSX.Element {
  return (
    <Part title={props.title} count={props.items.length}>
      <ul class="lines">
        <For each={props.items} fallback={<li class="none">{props.none}</li>}>
          {(item) => (
            <li>
              <Line text={item} />
            </li>
          )}
        </For>
      </ul>
    </Part>
  );
}
