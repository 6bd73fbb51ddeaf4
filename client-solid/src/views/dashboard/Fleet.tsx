/**
 * Who is there, at what, and with how much on the table: those who need an eye first, then who works.
 * Neighbour: the team view has them all. Invariant: bounded, however large the company.
 */
import { A } from "@solidjs/router";
import { createMemo, For, Show } from "solid-js";
import type { AgentStatus } from "../../../../core/state/agents/agent.ts";
import { derivedStatus } from "../../../../core/state/agents/views.ts";
import { list } from "../../../../core/table.ts";
import { usePage } from "../../page.ts";
import { Avatar } from "../../parts/Avatar.tsx";
import { Load } from "../../parts/Load.tsx";
import { AgentLink, TaskLink } from "../../parts/links.tsx";
import { useSettled } from "../../parts/settled.ts";
import { Presence } from "../../parts/signs.tsx";

const MAX_SHOWN = 13;
const RANK: Record<AgentStatus, number> = {
  blocked: 0,
  validation: 2,
  working: 2,
  idle: 3,
  offline: 4,
};
const COUNTED: readonly [AgentStatus, string][] = [
  ["working", "working"],
  ["validation", "validating"],
  ["blocked", "blocked"],
  ["idle", "idle"],
  ["offline", "offline"],
];

export function Fleet() {
  const { mirror, read } = usePage();
  const { wire } = mirror;
  const fleet = useSettled((state) => {
    const agents = list(state.agents).filter(({ standing }) => standing === "active");
    // From the index, which has them at hand; the core's `workloads` is a pass over all tasks.
    const loads = new Map(agents.map(({ id }) => [id, read.workloadOf(id)]));
    const counts = new Map<AgentStatus, number>();
    for (const agent of agents) {
      const status = derivedStatus(agent);
      counts.set(status, (counts.get(status) ?? 0) + 1);
    }
    const rank = (agent: (typeof agents)[number]) =>
      loads.get(agent.id)?.overloaded ? 1 : RANK[derivedStatus(agent)];
    agents.sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
    return { ids: agents.map(({ id }) => id), loads, counts };
  });
  // The same list is the same rows.
  const shown = createMemo(() => fleet().ids.slice(0, MAX_SHOWN), [], {
    equals: (a, b) => a.length === b.length && a.every((id, at) => id === b[at]),
  });
  return (
    <section class="card fleet" aria-labelledby="fleet-title" data-testid="fleet">
      <header class="row">
        <h2 id="fleet-title">
          Fleet <span class="count">{fleet().ids.length}</span>
        </h2>
        <span class="small dim cut">
          {COUNTED.flatMap(([status, word]) => {
            const count = fleet().counts.get(status);
            return count ? `${count} ${word}` : [];
          }).join(" · ")}
        </span>
        <span class="grow" />
        <A href="/team" class="link small dim">
          {fleet().ids.length > MAX_SHOWN ? `All ${fleet().ids.length}` : "Team"}
        </A>
      </header>
      <ul class="fleet-rows">
        <For each={shown()} fallback={<li class="dim none">Nobody has joined yet.</li>}>
          {(id) => (
            <Show when={wire.agents[id]}>
              {(agent) => (
                <li>
                  <AgentLink id={id}>
                    <span class="row who">
                      <Avatar id={id} size={22} />
                      <span class="cut">{agent().name}</span>
                    </span>
                  </AgentLink>
                  <Presence agent={agent()} />
                  <span class="doing">
                    <Show when={agent().current_task_id}>
                      {(taskId) => <TaskLink id={taskId()} />}
                    </Show>
                    <span class="dim cut">
                      {agent().doing_summary || agent().note || agent().role}
                    </span>
                  </span>
                  <Load open={fleet().loads.get(id)?.open ?? 0} />
                </li>
              )}
            </Show>
          )}
        </For>
      </ul>
    </section>
  );
}
