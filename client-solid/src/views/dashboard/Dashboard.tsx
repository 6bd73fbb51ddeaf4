/**
 * The first look: what needs the CEO, who is there, what just happened. Neighbours: `reading.ts`
 * derives, the parts show. Invariant: nothing here is kept beside the mirror.
 */
import "./dashboard.css";
import { A } from "@solidjs/router";
import { createMemo, createSignal, For, Show } from "solid-js";
import { EXCEPTION_BUCKETS, exceptionDashboard } from "../../../../core/state/tasks/views.ts";
import { usePage } from "../../page.ts";
import { EventList } from "../../parts/EventList.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";
import { plural } from "../../parts/words.ts";
import { rosterIds } from "../../sync/reading.ts";
import { AgentCard } from "../team/AgentCard.tsx";
import { Bucket } from "./Bucket.tsx";

const MAX_AGENTS = 24;
const MAX_EVENTS = 12;

export default function Dashboard() {
  const { mirror, now } = usePage();
  const { wire } = mirror;
  const exceptions = createMemo(() => exceptionDashboard(wire, now()));
  const roster = createMemo(() => rosterIds(wire));
  const taskCount = createMemo(() => Object.keys(wire.tasks).length);
  const blank = () => taskCount() === 0 && roster().length === 0;
  return (
    <>
      <ViewHead title="Dashboard" />
      <div class="view-body">
        <p class="dim" data-testid="summary">
          {exceptions().total === 0
            ? "Nothing needs"
            : plural(exceptions().total, "thing needs", "things need")}{" "}
          your eye · {plural(roster().length, "agent")} · {plural(taskCount(), "task")}
        </p>
        <Show when={blank()}>
          <Welcome />
        </Show>
        <div class="buckets">
          <For each={EXCEPTION_BUCKETS}>
            {(bucket) => <Bucket bucket={bucket} items={exceptions()[bucket]} />}
          </For>
        </div>
        <div class="split">
          <section aria-labelledby="roster-title">
            <h2 id="roster-title">
              <A href="/team">Agents</A>
            </h2>
            <div class="roster small">
              <For each={roster().slice(0, MAX_AGENTS)} fallback={<NoAgents />}>
                {(id) => <AgentCard id={id} load={undefined} />}
              </For>
            </div>
            <Show when={roster().length > MAX_AGENTS}>
              <A href="/team" class="more">
                and {roster().length - MAX_AGENTS} more
              </A>
            </Show>
          </section>
          <section aria-labelledby="feed-title">
            <h2 id="feed-title">
              <A href="/events">Live events</A>
            </h2>
            <div class="card">
              <EventList limit={MAX_EVENTS} />
            </div>
          </section>
        </div>
      </div>
    </>
  );
}

export function NoAgents() {
  return (
    <p class="empty">
      No agents yet. An agent joins with <code>POST /api/agents/register</code>; the contract it
      needs is at <code>/api/openclaw/contract</code>.
    </p>
  );
}

/** For a company without anything in it: the one next step that shows what this is. */
function Welcome() {
  const { api, toasts } = usePage();
  const [busy, setBusy] = createSignal(false);
  async function load(): Promise<void> {
    if (busy()) return;
    setBusy(true);
    const result = await api.post("demo/reset", {});
    setBusy(false);
    if (!result.ok) toasts.show("refused", result.message);
  }
  return (
    <div class="card welcome">
      <h2>Nothing here yet</h2>
      <p>
        Connect an agent, or look around first in a demo company with 13 agents and 15 tasks. It can
        be replaced at any time.
      </p>
      <button type="button" class="main" aria-disabled={busy()} onClick={() => void load()}>
        Load the demo company
      </button>
    </div>
  );
}
