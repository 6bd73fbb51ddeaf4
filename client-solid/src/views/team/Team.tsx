/** The roster: every active agent with what it does and how much it holds. Neighbour: `AgentCard`. */
import { createMemo, createSignal, For, Show } from "solid-js";
import { workloads } from "../../../../core/state/agents/views.ts";
import { usePage } from "../../page.ts";
import { ViewHead } from "../../parts/ViewHead.tsx";
import { AgentCard } from "./AgentCard.tsx";
import "./team.css";
import { plural } from "../../parts/words.ts";
import { rosterIds } from "../../sync/reading.ts";

const PAGE = 60;

export default function Team() {
  const { wire } = usePage().mirror;
  const ids = createMemo(() => rosterIds(wire));
  const loads = createMemo(() => workloads(wire));
  const [limit, setLimit] = createSignal(PAGE);
  return (
    <>
      <ViewHead title="Team" />
      <div class="view-body">
        <p class="dim">{plural(ids().length, "active agent")}</p>
        <div class="roster">
          <For each={ids().slice(0, limit())} fallback={<NoAgents />}>
            {(id) => <AgentCard id={id} load={loads().get(id)} full />}
          </For>
        </div>
        <Show when={ids().length > limit()}>
          <button type="button" onClick={() => setLimit((shown) => shown + PAGE)}>
            Show {plural(Math.min(PAGE, ids().length - limit()), "more agent")}
          </button>
        </Show>
      </div>
    </>
  );
}

function NoAgents() {
  return (
    <p class="empty">
      No agents yet. An agent joins with <code>POST /api/agents/register</code>; the contract it
      needs is at <code>/api/openclaw/contract</code>.
    </p>
  );
}
