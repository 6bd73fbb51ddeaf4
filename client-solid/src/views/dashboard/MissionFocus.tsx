/** The mission to look at first: how far it is, who staffs it, what threatens it, what comes next. */
import { A } from "@solidjs/router";
import { For, Show } from "solid-js";
import { focusOf, toMissionView } from "../../../../core/state/missions/views.ts";
import { list } from "../../../../core/table.ts";
import { usePage } from "../../page.ts";
import { Button } from "../../parts/Button.tsx";
import { useSettled } from "../../parts/settled.ts";
import { plural } from "../../parts/words.ts";

const MAX_RISKS = 2;
const MAX_MILESTONES = 3;
const STATUS = { planned: "Planned", active: "Active", blocked: "Blocked", done: "Done" } as const;
const day = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", timeZone: "UTC" });

export function MissionFocus() {
  const { now, read } = usePage();
  const focus = useSettled((state, at) => {
    const missions = list(state.missions);
    const focusId = focusOf(missions);
    const found = missions.find(({ id }) => id === focusId);
    const mission = found && toMissionView(state, found, read.tasksBy("mission", found.id), at);
    return { total: missions.length, mission };
  });
  const isLate = (date: string | null) => date !== null && Date.parse(date) + 86_400_000 <= now();
  return (
    <section class="card mission-focus" aria-labelledby="focus-title" data-testid="mission-focus">
      <header class="row">
        <h2 id="focus-title">Mission in focus</h2>
        <span class="grow" />
        <A href="/missions" class="link small dim">
          {plural(focus().total, "mission")}
        </A>
      </header>
      <Show
        when={focus().mission}
        fallback={
          <div class="none stack">
            <p class="dim">No mission is open. A mission gathers tasks under one objective.</p>
            <A href="/missions" class="link">
              <Button small tabindex="-1">
                Plan a mission
              </Button>
            </A>
          </div>
        }
      >
        {(mission) => (
          <>
            <p class="row">
              <A href={`/missions/${mission().id}`} class="link cut strong">
                {mission().title}
              </A>
              <span
                class="chip"
                data-tone={
                  mission().status === "blocked"
                    ? "bad"
                    : mission().status === "active"
                      ? "good"
                      : undefined
                }
              >
                {STATUS[mission().status]}
              </span>
            </p>
            <p class="row small dim">
              <progress
                max="100"
                value={mission().progress}
                aria-label={`Progress of ${mission().title}`}
              />
              <span class="number">{mission().progress} %</span>
            </p>
            <p class="small dim">
              {mission().counts.done} of {plural(mission().counts.total, "task")} done
              <Show when={mission().counts.blocked}>
                {(count) => <span class="bad-words"> · {count()} blocked</span>}
              </Show>
              <Show when={mission().counts.overdue}>
                {(count) => <span class="bad-words"> · {count()} overdue</span>}
              </Show>
            </p>
            <ul class="chips" aria-label="Staffing">
              <For each={mission().staffing}>
                {({ specialist, covered, agents, present }) => (
                  <li
                    class="chip"
                    data-tone={covered ? undefined : "warn"}
                    title={agents.join(", ")}
                  >
                    {specialist} {covered ? plural(present, "agent") : "nobody here"}
                  </li>
                )}
              </For>
            </ul>
            <ul class="lines small">
              <For each={mission().risks.slice(0, MAX_RISKS)}>
                {(risk) => (
                  <li class="row">
                    <span class="chip" data-tone="warn">
                      Risk
                    </span>
                    <span class="cut" title={risk}>
                      {risk}
                    </span>
                  </li>
                )}
              </For>
              <For
                each={mission()
                  .milestones.filter(({ done }) => !done)
                  .slice(0, MAX_MILESTONES)}
              >
                {({ title, due_date }) => (
                  <li class="row">
                    <span class="chip" data-tone={isLate(due_date) ? "bad" : undefined}>
                      {due_date ? day.format(Date.parse(due_date)) : "No date"}
                    </span>
                    <span class="cut" title={title}>
                      {title}
                    </span>
                  </li>
                )}
              </For>
            </ul>
          </>
        )}
      </Show>
    </section>
  );
}
