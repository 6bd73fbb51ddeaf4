/**
 * The roster: everybody in a table, sorted and filtered by the address. Neighbour: `roster.ts` decides
 * order and filter. Invariant: bounded at first, so that a large company opens as fast as a small one.
 */
import ArrowDown from "lucide-solid/icons/arrow-down";
import ArrowUp from "lucide-solid/icons/arrow-up";
import { createMemo, createSignal, For, Show } from "solid-js";
import { AGENT_STATUSES } from "../../../../core/state/agents/agent.ts";
import { nameOf } from "../../../../core/state/lookup.ts";
import { values } from "../../../../core/table.ts";
import { usePage } from "../../page.ts";
import { Avatar } from "../../parts/Avatar.tsx";
import { Button } from "../../parts/Button.tsx";
import { SelectField, TextField } from "../../parts/Field.tsx";
import { Load } from "../../parts/Load.tsx";
import { AgentLink, TaskLink } from "../../parts/links.tsx";
import { useQuery } from "../../parts/query.ts";
import { useSettled } from "../../parts/settled.ts";
import { Ago, Presence } from "../../parts/signs.tsx";
import { PRESENCE_WORDS, plural } from "../../parts/words.ts";
import { useChoices } from "../../task/choices.ts";
import { SORTS, type Sort, toRoster } from "./roster.ts";
import { STANDING_WORDS } from "./words.ts";

const PAGE = 100;
const COLUMNS: readonly { sort: Sort | null; name: string }[] = [
  { sort: "name", name: "Agent" },
  { sort: "status", name: "Status" },
  { sort: "load", name: "Open tasks" },
  { sort: null, name: "Works on" },
  { sort: "specialism", name: "Specialism" },
  { sort: "project", name: "Project" },
  { sort: null, name: "Reports to" },
  { sort: "heard", name: "Last heard" },
];

export default function Roster() {
  const { read } = usePage();
  const query = useQuery();
  const choices = useChoices();
  const [limit, setLimit] = createSignal(PAGE);
  const sort = (): Sort => SORTS.find((one) => one === query.get("sort")) ?? "name";
  const descending = () => query.get("order") === "desc";
  const everybody = useSettled((state) => [...values(state.agents)]);
  const ids = createMemo(
    () =>
      toRoster(
        everybody(),
        {
          text: query.get("q"),
          status: query.get("status"),
          specialism: query.get("specialism"),
          project: query.get("project"),
          sort: sort(),
          descending: descending(),
        },
        read.openCountOf,
      ),
    [],
    { equals: (a, b) => a.length === b.length && a.every((id, at) => id === b[at]) },
  );
  const sortBy = (next: Sort) =>
    query.set({
      sort: next === "name" ? "" : next,
      order: next === sort() && !descending() ? "desc" : "",
    });
  return (
    <div class="view-body">
      <div class="roster-filters">
        <TextField
          label="Find"
          type="search"
          placeholder="Name, role or skill"
          value={query.get("q")}
          onInput={(q) => query.set({ q })}
        />
        <SelectField
          label="Status"
          none="Any"
          value={query.get("status")}
          choices={[
            ...AGENT_STATUSES.map((value) => ({ value, name: PRESENCE_WORDS[value] })),
            { value: "left", name: "Left the team" },
          ]}
          onInput={(status) => query.set({ status })}
        />
        <SelectField
          label="Specialism"
          none="Any"
          value={query.get("specialism")}
          choices={choices.specialists().map((value) => ({ value, name: value }))}
          onInput={(specialism) => query.set({ specialism })}
        />
        <SelectField
          label="Project"
          none="Any"
          value={query.get("project")}
          choices={choices.projects()}
          onInput={(project) => query.set({ project })}
        />
      </div>
      <p class="small dim" role="status">
        {plural(ids().length, "agent")}
      </p>
      <section class="card roster-table" tabindex="0" aria-label="Roster">
        <table data-testid="roster">
          <thead>
            <tr>
              <For each={COLUMNS}>
                {(column) => (
                  <th
                    scope="col"
                    aria-sort={
                      column.sort === sort()
                        ? descending()
                          ? "descending"
                          : "ascending"
                        : undefined
                    }
                  >
                    <Show when={column.sort} fallback={column.name}>
                      {(by) => (
                        <button type="button" onClick={() => sortBy(by())}>
                          {column.name}
                          <Show when={by() === sort()}>
                            <Show
                              when={descending()}
                              fallback={<ArrowUp size={13} aria-hidden="true" />}
                            >
                              <ArrowDown size={13} aria-hidden="true" />
                            </Show>
                          </Show>
                        </button>
                      )}
                    </Show>
                  </th>
                )}
              </For>
            </tr>
          </thead>
          <tbody>
            <For
              each={ids().slice(0, limit())}
              fallback={
                <tr>
                  <td colspan={COLUMNS.length} class="dim">
                    Nobody matches.
                  </td>
                </tr>
              }
            >
              {(id) => <AgentRow id={id} />}
            </For>
          </tbody>
        </table>
      </section>
      <Show when={ids().length > limit()}>
        <div>
          <Button small onClick={() => setLimit((shown) => shown + PAGE)}>
            Show {plural(Math.min(PAGE, ids().length - limit()), "more agent")}
          </Button>
        </div>
      </Show>
    </div>
  );
}

function AgentRow(props: { id: string }) {
  const { mirror, read } = usePage();
  const { wire } = mirror;
  return (
    <Show when={wire.agents[props.id]}>
      {(agent) => (
        <tr data-agent-id={props.id}>
          <th scope="row">
            <span class="row">
              <Avatar id={props.id} size={28} />
              <span>
                <AgentLink id={props.id} />
                <br />
                <span class="small dim">{agent().role}</span>
              </span>
            </span>
          </th>
          <td>
            <Show
              when={agent().standing === "active"}
              fallback={<span class="chip">{STANDING_WORDS[agent().standing]}</span>}
            >
              <Presence agent={agent()} />
            </Show>
          </td>
          <td>
            <Load open={read.openCountOf(props.id)} />
          </td>
          <td>
            <Show when={agent().current_task_id} fallback={<span class="dim">–</span>}>
              {(taskId) => <TaskLink id={taskId()} />}
            </Show>
          </td>
          <td>{agent().home_specialist ?? agent().specialists[0] ?? <span class="dim">–</span>}</td>
          <td>
            <Show when={agent().project_id} fallback={<span class="dim">–</span>}>
              {(project) => wire.projects[project()]?.name ?? project()}
            </Show>
          </td>
          <td>{nameOf(wire, agent().manager)}</td>
          <td class="dim">
            <Show when={agent().last_heartbeat} fallback="never">
              {(time) => <Ago time={time()} />}
            </Show>
          </td>
        </tr>
      )}
    </Show>
  );
}
