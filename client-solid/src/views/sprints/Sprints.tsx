/**
 * Sprints: one at a time, the active one first; which one is in the address. Its tasks beside those that
 * could join it, its burndown, and the velocity of the latest. Neighbours: `Planning`, `Velocity`.
 */
import { useNavigate, useParams, useSearchParams } from "@solidjs/router";
import Plus from "lucide-solid/icons/plus";
import TimerIcon from "lucide-solid/icons/timer";
import { createEffect, createMemo, For, on, Show } from "solid-js";
import { useCommands } from "../../commands.ts";
import { usePage } from "../../page.ts";
import { Button } from "../../parts/Button.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { More, useAround } from "../../parts/First.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";
import { SprintForm } from "./SprintForm.tsx";
import { SprintPage } from "./SprintPage.tsx";
import "./sprints.css";

/** Beside the one that is shown; more when they are asked for. */
const MAX_TABS = 24;

export default function Sprints() {
  const { wire } = usePage().mirror;
  const params = useParams<{ id?: string }>();
  const [search, setSearch] = useSearchParams<{ new?: string; edit?: string }>();
  const navigate = useNavigate();
  const sprints = createMemo(() =>
    // Read once each: what a sort reads of the mirror again and again is watched each time.
    Object.values(wire.sprints)
      .map((sprint) => ({ sprint, date: sprint.start_date ?? sprint.created_at }))
      .sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0))
      .map(({ sprint }) => sprint),
  );
  const current = () =>
    params.id ??
    (sprints().find(({ status }) => status === "active") ?? sprints().at(-1))?.id ??
    null;
  const place = createMemo(() => sprints().findIndex(({ id }) => id === current()));
  const tabs = useAround(sprints, place, MAX_TABS);
  let bar!: HTMLElement;
  createEffect(
    on(place, () =>
      bar
        .querySelector('[aria-current="page"]')
        ?.scrollIntoView({ block: "nearest", inline: "nearest" }),
    ),
  );
  const create = () => setSearch({ new: "1" });
  useCommands(() => [
    {
      id: "sprint-new",
      name: "Create a sprint",
      group: "Sprints",
      keys: "n",
      icon: Plus,
      run: create,
    },
  ]);
  return (
    <>
      <ViewHead title="Sprints">
        <nav ref={bar} class="tabs" aria-label="Sprints">
          <More left={tabs.earlier()} word="earlier" onMore={tabs.showEarlier} />
          <For each={tabs.shown()}>
            {({ id, name, status }) => (
              <a href={`/sprints/${id}`} aria-current={current() === id ? "page" : undefined}>
                {name}
                <Show when={status === "active"}>
                  <span class="dot" aria-hidden="true" />
                  <span class="unseen">(active)</span>
                </Show>
              </a>
            )}
          </For>
          <More left={tabs.later()} word="later" onMore={tabs.showLater} />
        </nav>
        <Button kind="main" small icon={Plus} onClick={create}>
          Create a sprint
        </Button>
      </ViewHead>
      <Show
        when={current()}
        keyed
        fallback={
          <div class="view-body">
            <Empty
              icon={TimerIcon}
              title="No sprints yet"
              text="A sprint is a stretch of days with the tasks that should be done by its end."
            >
              <Button kind="main" icon={Plus} onClick={create}>
                Create a sprint
              </Button>
            </Empty>
          </div>
        }
      >
        {(id) => (
          <Show
            when={wire.sprints[id] !== undefined}
            fallback={
              <div class="view-body">
                <Empty
                  icon={TimerIcon}
                  title={`There is no sprint ${id}`}
                  text="It was deleted, or never was."
                >
                  <a class="button" href="/sprints">
                    To the sprints
                  </a>
                </Empty>
              </div>
            }
          >
            <SprintPage id={id} />
          </Show>
        )}
      </Show>
      <SprintForm
        id={search.edit !== undefined ? current() : null}
        open={search.new !== undefined || (search.edit !== undefined && current() !== null)}
        onClose={() => setSearch({ new: undefined, edit: undefined })}
        onCreated={(id) => navigate(`/sprints/${id}`)}
      />
    </>
  );
}
