/**
 * One agent: who it is, how it is, what it does. Neighbours: the roster and the overview list them by
 * id. Invariant: the status shown is the derived one; an agent that fell silent is offline.
 */
import { Show } from "solid-js";
import type { Agent } from "../../../../core/state/agents/agent.ts";
import { derivedStatus, type Workload } from "../../../../core/state/agents/views.ts";
import { nameOf } from "../../../../core/state/lookup.ts";
import { usePage } from "../../page.ts";
import { Avatar } from "../../parts/Avatar.tsx";
import { PRESENCE_WORDS, plural, toAge } from "../../parts/words.ts";

interface Props {
  id: string;
  load: Workload | undefined;
  /** With what it does, whom it reports to and when it was heard. */
  full?: boolean;
}

export function AgentCard(props: Props) {
  const { mirror } = usePage();
  return (
    <Show when={mirror.wire.agents[props.id]}>
      {(agent) => (
        <article class="card agent" data-agent-id={props.id} data-testid="agent-card">
          <div class="row">
            <Avatar id={props.id} />
            <div class="grow">
              <h3 class="cut">{agent().name}</h3>
              <p class="dim cut">{agent().role}</p>
            </div>
            <Presence agent={agent()} />
          </div>
          <Show when={props.full}>
            <Details agent={agent()} load={props.load} />
          </Show>
        </article>
      )}
    </Show>
  );
}

function Presence(props: { agent: Agent }) {
  const status = () => derivedStatus(props.agent);
  return (
    <span class="presence" data-presence={status()}>
      <span class="dot" aria-hidden="true" />
      {PRESENCE_WORDS[status()]}
    </span>
  );
}

function Details(props: { agent: Agent; load: Workload | undefined }) {
  const { mirror, now } = usePage();
  const { wire } = mirror;
  return (
    <>
      <p class="doing">
        {props.agent.doing_summary || <span class="dim">Has not said what it is doing.</span>}
      </p>
      <dl class="facts">
        <dt>Works on</dt>
        <dd>{props.agent.current_task_id ?? "no task"}</dd>
        <dt>Open tasks</dt>
        <dd>
          {plural(props.load?.open ?? 0, "task")}
          <Show when={props.load?.overloaded}>
            {" "}
            <span class="chip warn">overloaded</span>
          </Show>
        </dd>
        <dt>Reports to</dt>
        <dd>{nameOf(wire, props.agent.manager)}</dd>
        <dt>Last heard</dt>
        <dd>{props.agent.last_heartbeat ? toAge(props.agent.last_heartbeat, now()) : "not yet"}</dd>
      </dl>
    </>
  );
}
