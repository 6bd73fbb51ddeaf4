/** What an agent is: its place in the company and what it can do. */
import { A } from "@solidjs/router";
import { children, For, type JSX, Show } from "solid-js";
import type { Agent } from "../../../../core/state/agents/agent.ts";
import { usePage } from "../../page.ts";
import { inPieces } from "../../parts/pieces.ts";
import { Ago } from "../../parts/signs.tsx";
import { abilitiesOf } from "./coverage.ts";

export function AgentProfile(props: { agent: Agent }) {
  const { wire } = usePage().mirror;
  const isChief = () => wire.company.chief_agent_id === props.agent.id;
  return (
    <section class="card stack" aria-labelledby="agent-profile">
      <header class="row">
        <h2 id="agent-profile">Profile</h2>
        <Show when={isChief()}>
          <span class="chip" data-tone="info">
            chief agent
          </span>
        </Show>
      </header>
      <dl class="facts">
        <Fact name="Project">
          <Show when={props.agent.project_id}>
            {(project) => (
              <A href={`/projects/${project()}`} class="link">
                {wire.projects[project()]?.name ?? project()}
              </A>
            )}
          </Show>
        </Fact>
        <Fact name="Department">{props.agent.department}</Fact>
        <Fact name="Level">{props.agent.org_level}</Fact>
        <Fact name="Team">{props.agent.team_name ?? props.agent.team_id}</Fact>
        <Fact name="Title">{props.agent.manager_title}</Fact>
        <Fact name="Coordinates">{props.agent.coordination_scope}</Fact>
        <Fact name="Registered">
          <Ago time={props.agent.registered_at} />
        </Fact>
        <Fact name="Note">{inPieces(props.agent.note)}</Fact>
      </dl>
      <Chips title="Specialisms" items={abilitiesOf(props.agent, "specialisms")} />
      <Chips title="Skills" items={props.agent.skills} />
      <Chips title="Tools" items={props.agent.allowed_tools} />
    </section>
  );
}

function Fact(props: { name: string; children: JSX.Element }) {
  const said = children(() => props.children);
  return (
    <>
      <dt>{props.name}</dt>
      <dd>
        <Show when={said()} fallback={<span class="dim">–</span>}>
          {said()}
        </Show>
      </dd>
    </>
  );
}

function Chips(props: { title: string; items: readonly string[] }) {
  return (
    <Show when={props.items.length > 0}>
      <div class="stack tight">
        <h3 class="group-name">{props.title}</h3>
        <ul class="chips">
          <For each={props.items}>{(item) => <li class="chip">{inPieces(item)}</li>}</For>
        </ul>
      </div>
    </Show>
  );
}
