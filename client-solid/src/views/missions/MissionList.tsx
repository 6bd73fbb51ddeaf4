/** All missions as cards, the ones that need a look first; filters are in the address. */
import { A, useNavigate, useSearchParams } from "@solidjs/router";
import Plus from "lucide-solid/icons/plus";
import Target from "lucide-solid/icons/target";
import { createMemo, For, Show } from "solid-js";
import { MISSION_STATUSES, type MissionStatus } from "../../../../core/state/missions/mission.ts";
import { compareIds } from "../../../../core/table.ts";
import { useCommands } from "../../commands.ts";
import { usePage } from "../../page.ts";
import { Button } from "../../parts/Button.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { First } from "../../parts/First.tsx";
import { Options } from "../../parts/Options.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";
import { useChoices } from "../../task/choices.ts";
import { MissionCard } from "./MissionCard.tsx";
import { MISSION_WORDS } from "./words.ts";

/** Blocked ones need the CEO, done ones nobody. */
const ORDER: readonly MissionStatus[] = ["blocked", "active", "planned", "done"];

export function MissionList() {
  const { wire } = usePage().mirror;
  const choices = useChoices();
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams<{ status?: string; project?: string }>();
  const all = createMemo(() => Object.values(wire.missions));
  const ids = createMemo(() =>
    all()
      .filter(({ status }) => !search.status || status === search.status)
      .filter(({ project_id }) => !search.project || project_id === search.project)
      // Read once each: what a sort reads of the mirror again and again is watched each time.
      .map(({ id, status, priority }) => ({ id, rank: `${ORDER.indexOf(status)}${priority}` }))
      .sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : compareIds(a.id, b.id)))
      .map(({ id }) => id),
  );
  const countOf = (status: MissionStatus) => all().filter((one) => one.status === status).length;
  const plan = () => navigate("/missions/new");
  useCommands(() => [
    {
      id: "mission-new",
      name: "Plan a mission",
      group: "Missions",
      keys: "n",
      icon: Plus,
      run: plan,
    },
  ]);
  return (
    <>
      <ViewHead title="Missions">
        <nav class="tabs" aria-label="Missions by status">
          <button
            type="button"
            aria-pressed={!search.status}
            onClick={() => setSearch({ status: undefined })}
          >
            All <span class="count">{all().length}</span>
          </button>
          <For each={MISSION_STATUSES}>
            {(status) => (
              <button
                type="button"
                aria-pressed={search.status === status}
                onClick={() => setSearch({ status })}
              >
                {MISSION_WORDS[status]} <span class="count">{countOf(status)}</span>
              </button>
            )}
          </For>
        </nav>
        <Show when={choices.projects().length > 1}>
          <select
            class="head-select"
            aria-label="Project"
            onInput={({ currentTarget }) =>
              setSearch({ project: currentTarget.value || undefined })
            }
          >
            <Options of={choices.projects()} value={search.project ?? ""} none="All projects" />
          </select>
        </Show>
        <Button kind="main" small icon={Plus} onClick={plan}>
          Plan a mission
        </Button>
      </ViewHead>
      <div class="view-body">
        <ul class="mission-cards">
          <First
            each={ids()}
            within="li"
            fallback={
              <li>
                <Show
                  when={all().length === 0}
                  fallback={
                    <Empty
                      icon={Target}
                      title="No mission matches"
                      text="Another status or project may have some."
                    >
                      <A class="button" href="/missions">
                        Show all missions
                      </A>
                    </Empty>
                  }
                >
                  <Empty
                    icon={Target}
                    title="No missions yet"
                    text="A mission is an objective with the tasks that reach it. Plan the first one, with its tasks, in one go."
                  >
                    <Button kind="main" icon={Plus} onClick={plan}>
                      Plan a mission
                    </Button>
                  </Empty>
                </Show>
              </li>
            }
          >
            {(id) => (
              <li>
                <MissionCard id={id} />
              </li>
            )}
          </First>
        </ul>
      </div>
    </>
  );
}
