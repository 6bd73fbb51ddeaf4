/**
 * The team: `/team` draws the org chart, `/team/list` is the roster, `/team/skills` the matrix,
 * `/team/agents/<id>` one agent. `?new` registers one, `?edit` and `?leave=retire` open over an agent.
 */
import "./team.css";
import { useLocation, useNavigate, useParams } from "@solidjs/router";
import Network from "lucide-solid/icons/network";
import UserPlus from "lucide-solid/icons/user-plus";
import { createMemo, For, type JSX, lazy, Match, Show, Suspense, Switch } from "solid-js";
import { useCommands } from "../../commands.ts";
import { usePage } from "../../page.ts";
import { Button } from "../../parts/Button.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { useQuery } from "../../parts/query.ts";
import { ViewHead } from "../../parts/ViewHead.tsx";
import { NoAgents } from "./NoAgents.tsx";
import { Org } from "./Org.tsx";

const AgentForm = lazy(() => import("./AgentForm.tsx"));
const AgentPage = lazy(() => import("./AgentPage.tsx"));
const Roster = lazy(() => import("./Roster.tsx"));
const Skills = lazy(() => import("./Skills.tsx"));

const TABS = [
  { href: "/team", name: "Chart" },
  { href: "/team/list", name: "Roster" },
  { href: "/team/skills", name: "Skills" },
] as const;

export default function Team() {
  const { wire } = usePage().mirror;
  const params = useParams<{ rest?: string }>();
  const query = useQuery();
  const navigate = useNavigate();
  const parts = createMemo(() => (params.rest ?? "").split("/").filter(Boolean));
  const agentId = () => (parts()[0] === "agents" ? parts()[1] : undefined);
  const nobody = createMemo(() => Object.keys(wire.agents).length === 0);
  const register = () => query.set({ new: "agent" });
  useCommands(() => [
    {
      id: "team new",
      name: "Register an agent",
      group: "Team",
      keys: "n",
      icon: UserPlus,
      run: register,
    },
  ]);
  return (
    <>
      <Suspense>
        <Switch
          fallback={
            <TeamFrame onRegister={register}>
              <div class="view-body">
                <Empty
                  icon={Network}
                  title="There is no such page of the team"
                  text="It may have been renamed."
                >
                  <Button kind="main" onClick={() => navigate("/team")}>
                    The org chart
                  </Button>
                </Empty>
              </div>
            </TeamFrame>
          }
        >
          <Match when={agentId()} keyed>
            {(id) => <AgentPage id={id} />}
          </Match>
          <Match when={nobody() && parts().length <= 1}>
            <TeamFrame onRegister={register}>
              <NoAgents onRegister={register} />
            </TeamFrame>
          </Match>
          <Match when={parts().length === 0}>
            <TeamFrame onRegister={register}>
              <Org />
            </TeamFrame>
          </Match>
          <Match when={parts()[0] === "list"}>
            <TeamFrame onRegister={register}>
              <Roster />
            </TeamFrame>
          </Match>
          <Match when={parts()[0] === "skills"}>
            <TeamFrame onRegister={register}>
              <Skills />
            </TeamFrame>
          </Match>
        </Switch>
      </Suspense>
      <Show when={query.get("new") === "agent"}>
        <Suspense>
          <AgentForm
            id={null}
            onClose={() => query.set({ new: "" })}
            onSaved={(id) => navigate(`/team/agents/${id}`)}
          />
        </Suspense>
      </Show>
    </>
  );
}

function TeamFrame(props: { onRegister(): void; children: JSX.Element }) {
  const location = useLocation();
  return (
    <>
      <ViewHead title="Team">
        <nav class="tabs" aria-label="Team">
          <For each={TABS}>
            {({ href, name }) => (
              // A plain link, which the router serves too: its own one would call all of them current.
              <a href={href} aria-current={location.pathname === href ? "page" : undefined}>
                {name}
              </a>
            )}
          </For>
        </nav>
        <Button small kind="main" icon={UserPlus} onClick={() => props.onRegister()}>
          Register<span class="on-wide"> an agent</span>
        </Button>
      </ViewHead>
      {props.children}
    </>
  );
}
