/**
 * One agent, whole: how it is, what it holds, does and did, with whom, and what can be done with it.
 * Neighbours: `AgentForm` and `LeaveDialog` open over it. Invariant: the status shown is the derived one.
 */
import { A, useNavigate } from "@solidjs/router";
import ChevronDown from "lucide-solid/icons/chevron-down";
import Megaphone from "lucide-solid/icons/megaphone";
import MessageSquare from "lucide-solid/icons/message-square";
import Pencil from "lucide-solid/icons/pencil";
import RotateCcw from "lucide-solid/icons/rotate-ccw";
import UserX from "lucide-solid/icons/user-x";
import { createMemo, For, Show } from "solid-js";
import type { Agent } from "../../../../core/state/agents/agent.ts";
import { useCommands } from "../../commands.ts";
import { usePage } from "../../page.ts";
import { Avatar } from "../../parts/Avatar.tsx";
import { useAct } from "../../parts/act.ts";
import { Button } from "../../parts/Button.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { AgentLink } from "../../parts/links.tsx";
import { Menu } from "../../parts/Menu.tsx";
import { inPieces } from "../../parts/pieces.ts";
import { useQuery } from "../../parts/query.ts";
import { Ago, Presence } from "../../parts/signs.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";
import AgentForm from "./AgentForm.tsx";
import { AgentProfile } from "./AgentProfile.tsx";
import { AgentPeople, AgentRuns, AgentTasks } from "./AgentWork.tsx";
import { LeaveDialog } from "./LeaveDialog.tsx";
import { WAYS } from "./leaving.ts";
import { LEAVE_WORDS, STANDING_WORDS } from "./words.ts";

export default function AgentPage(props: { id: string }) {
  const { wire } = usePage().mirror;
  return (
    <Show when={wire.agents[props.id]} fallback={<NoAgent id={props.id} />}>
      {(agent) => <Body agent={agent()} />}
    </Show>
  );
}

function NoAgent(props: { id: string }) {
  return (
    <>
      <ViewHead title="Team" />
      <div class="view-body">
        <Empty
          icon={UserX}
          title={`There is no agent ${props.id}`}
          text="It was deleted, or never was."
        >
          <A class="button" href="/team">
            The team
          </A>
        </Empty>
      </div>
    </>
  );
}

function Body(props: { agent: Agent }) {
  const { act, busy } = useAct();
  const query = useQuery();
  const navigate = useNavigate();
  const id = () => props.agent.id;
  const edit = () => query.set({ edit: "1" });
  const leave = createMemo(() => WAYS.find((way) => way === query.get("leave")));
  const active = () => props.agent.standing === "active";

  const bringBack = () => {
    const { name, role } = props.agent;
    void act(
      "agents/register",
      { agent_id: id(), name, role },
      { done: `${name} is active again.` },
    );
  };

  useCommands(() => [
    {
      id: "agent edit",
      name: `Edit ${props.agent.name}`,
      group: "Team",
      keys: "e",
      icon: Pencil,
      run: edit,
    },
    ...WAYS.map((way) => ({
      id: `agent ${way}`,
      name: `${LEAVE_WORDS[way].menu}: ${props.agent.name}`,
      group: "Team",
      run: () => query.set({ leave: way }),
    })),
  ]);

  return (
    <>
      <ViewHead title={props.agent.name}>
        <Show when={!active()}>
          <Button small kind="main" icon={RotateCcw} busy={busy()} onClick={bringBack}>
            Bring back
          </Button>
        </Show>
        <Button small icon={Pencil} onClick={edit}>
          Edit
        </Button>
        <Menu
          label="Leave the team"
          icon={ChevronDown}
          small
          items={WAYS.map((way) => ({
            name: LEAVE_WORDS[way].menu,
            icon: LEAVE_WORDS[way].icon,
            danger: way === "delete",
            off: !active() && way !== "delete" ? "It has left already" : undefined,
            run: () => query.set({ leave: way }),
          }))}
        >
          Leave
        </Menu>
      </ViewHead>
      <div class="view-body agent-page">
        <p class="row wrap">
          <A href="/team" class="link dim">
            Team
          </A>
          <span class="dim">/</span>
          <code>{id()}</code>
          <span class="end dim small">
            <Show when={props.agent.last_heartbeat} fallback="never heard">
              {(time) => (
                <>
                  heard <Ago time={time()} />
                </>
              )}
            </Show>
          </span>
        </p>
        <div class="agent-columns">
          <div class="stack">
            <section class="card stack" aria-label="What it does">
              <div class="row wrap">
                <Avatar id={id()} size={44} />
                <div class="grow">
                  <p class="role">{props.agent.role || "No role yet"}</p>
                  <p class="small dim">
                    reports to <AgentLink id={props.agent.manager} />
                  </p>
                </div>
                <Show
                  when={active()}
                  fallback={<span class="chip">{STANDING_WORDS[props.agent.standing]}</span>}
                >
                  <Presence agent={props.agent} />
                </Show>
              </div>
              <Says agent={props.agent} />
              <div class="row wrap">
                <A
                  href={`/conversations?new=message&to=${encodeURIComponent(id())}`}
                  class="button"
                  data-small=""
                >
                  <MessageSquare size={15} aria-hidden="true" />
                  Message
                </A>
                <A
                  href={`/conversations/directives?to=${encodeURIComponent(id())}`}
                  class="button"
                  data-small=""
                >
                  <Megaphone size={15} aria-hidden="true" />
                  Directive
                </A>
              </div>
            </section>
            <AgentTasks id={id()} />
            <AgentRuns id={id()} />
          </div>
          <div class="stack">
            <AgentPeople agent={props.agent} />
            <AgentProfile agent={props.agent} />
          </div>
        </div>
      </div>
      <Show when={query.get("edit")}>
        <AgentForm
          id={id()}
          onClose={() => query.set({ edit: "" })}
          onSaved={() => query.set({ edit: "" })}
        />
      </Show>
      <Show when={leave()}>
        {(way) => (
          <LeaveDialog
            agent={props.agent}
            way={way()}
            onClose={() => query.set({ leave: "" })}
            onDone={(kept) => (kept ? query.set({ leave: "" }) : navigate("/team"))}
          />
        )}
      </Show>
    </>
  );
}

/** What it says of its work, and what holds it up. */
function Says(props: { agent: Agent }) {
  return (
    <>
      <dl class="says">
        <div>
          <dt>Doing</dt>
          <dd>
            {inPieces(props.agent.doing_summary) || <span class="dim">It has not said.</span>}
          </dd>
        </div>
        <div>
          <dt>Next</dt>
          <dd>{inPieces(props.agent.next_summary) || <span class="dim">It has not said.</span>}</dd>
        </div>
        <div>
          <dt>Done</dt>
          <dd>{inPieces(props.agent.done_summary) || <span class="dim">It has not said.</span>}</dd>
        </div>
      </dl>
      <For each={props.agent.blockers}>
        {(blocker) => <p class="reason">{inPieces(blocker)}</p>}
      </For>
    </>
  );
}
