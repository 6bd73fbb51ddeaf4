/**
 * Who works where: agents down, projects across. An agent has one project; work it holds elsewhere is
 * shown as a number. Invariant: one choice is one write, and the choice shown is the server's.
 */
import { useSearchParams } from "@solidjs/router";
import { createMemo, createSignal, For, Show } from "solid-js";
import { nameOf } from "../../../../core/state/lookup.ts";
import { usePage } from "../../page.ts";
import { Avatar } from "../../parts/Avatar.tsx";
import { useAct } from "../../parts/act.ts";
import { Empty } from "../../parts/Empty.tsx";
import { More } from "../../parts/First.tsx";
import { AgentLink } from "../../parts/links.tsx";
import type { Choice } from "../../parts/Options.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";
import { plural } from "../../parts/words.ts";
import { useChoices } from "../../task/choices.ts";
import { ProjectTabs } from "./ProjectTabs.tsx";

/** Each cell is a choice to draw, so the two go together. */
const MAX_ROWS = 50;
const MAX_COLUMNS = 30;

export function AccessMatrix() {
  const choices = useChoices();
  const [search, setSearch] = useSearchParams<{ find?: string }>();
  const projects = choices.projects;
  const columns = createMemo(() => projects().slice(0, MAX_COLUMNS));
  const [limit, setLimit] = createSignal(MAX_ROWS);
  const agents = createMemo(() => {
    const word = (search.find ?? "").toLowerCase();
    return choices
      .agents()
      .filter(({ value, name }) => `${name} ${value}`.toLowerCase().includes(word))
      .map(({ value }) => value);
  });
  return (
    <>
      <ViewHead title="Projects">
        <ProjectTabs />
        <input
          type="search"
          class="head-select"
          aria-label="Find an agent"
          placeholder="Find an agent"
          value={search.find ?? ""}
          onInput={({ currentTarget }) =>
            setSearch({ find: currentTarget.value || undefined }, { replace: true })
          }
        />
      </ViewHead>
      <div class="view-body">
        <Show
          when={agents().length > 0}
          fallback={<Empty title="No agents here" text="Agents appear as soon as they register." />}
        >
          <section class="card matrix" tabindex="0" aria-label="Who works where">
            <table>
              <thead>
                <tr>
                  <th scope="col">Agent</th>
                  <For each={columns()}>{({ name }) => <th scope="col">{name}</th>}</For>
                  <th scope="col">No project</th>
                </tr>
              </thead>
              <tbody>
                <For each={agents().slice(0, limit())}>
                  {(id) => <Row id={id} columns={columns()} />}
                </For>
              </tbody>
            </table>
          </section>
          <More
            left={agents().length - limit()}
            word="more agents"
            onMore={() => setLimit((before) => before + MAX_ROWS)}
          />
          <Show when={projects().length > columns().length}>
            <p class="small dim">
              Of {projects().length} projects {columns().length} are shown; an agent's own page has
              all of them to choose from.
            </p>
          </Show>
        </Show>
      </div>
    </>
  );
}

function Row(props: { id: string; columns: readonly Choice[] }) {
  const { mirror } = usePage();
  const { wire } = mirror;
  const { act } = useAct();
  const openIn = createMemo(() => {
    const counts = new Map<string, number>();
    for (const id of mirror.tasks.ids("open", props.id)) {
      const project = wire.tasks[id]?.project_id ?? "";
      counts.set(project, (counts.get(project) ?? 0) + 1);
    }
    return counts;
  });
  const current = () => wire.agents[props.id]?.project_id ?? "";
  function assign(project: string): void {
    const before = current();
    const name = nameOf(wire, props.id);
    const where = wire.projects[project]?.name;
    void act(
      "agents/update",
      { agent_id: props.id, project_id: project || null },
      {
        done: where ? `${name} works on ${where}.` : `${name} has no project.`,
        undo: {
          name: "agents/update",
          payload: { agent_id: props.id, project_id: before || null },
        },
      },
    );
  }
  return (
    <tr data-steady={nameOf(wire, props.id)}>
      <th scope="row">
        <span class="row">
          <Avatar id={props.id} />
          <AgentLink id={props.id} />
        </span>
      </th>
      <For each={[...props.columns, { value: "", name: "No project" }]}>
        {({ value, name }) => (
          <td>
            <label class="row cell">
              <input
                type="radio"
                name={`project-of-${props.id}`}
                checked={current() === value}
                aria-label={`${nameOf(wire, props.id)}: ${name}`}
                onChange={() => assign(value)}
              />
              <Show when={openIn().get(value)}>
                {(count) => (
                  <span class="dim small" title={`${plural(count(), "open task")} here`}>
                    {count()}
                    <span class="unseen"> open</span>
                  </span>
                )}
              </Show>
            </label>
          </td>
        )}
      </For>
    </tr>
  );
}
