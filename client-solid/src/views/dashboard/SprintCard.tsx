/** The burndown of the active sprint; of the one that ends first where several are. */
import { A } from "@solidjs/router";
import { Show } from "solid-js";
import { burndown } from "../../../../core/state/sprints/views.ts";
import { list } from "../../../../core/table.ts";
import { usePage } from "../../page.ts";
import { Burndown } from "../../parts/Burndown.tsx";
import { useSettled } from "../../parts/settled.ts";
import { plural } from "../../parts/words.ts";

export function SprintCard() {
  const { read } = usePage();
  const active = useSettled((state, now) => {
    const running = list(state.sprints).filter(({ status }) => status === "active");
    running.sort((a, b) => ((a.end_date ?? "9") < (b.end_date ?? "9") ? -1 : 1));
    const [sprint] = running;
    if (!sprint) return null;
    return { sprint, data: burndown(state, sprint, now, read.tasksBy("sprint", sprint.id)) };
  });
  return (
    <section class="card sprint-card" aria-labelledby="sprint-title" data-testid="sprint-card">
      <header class="row">
        <h2 id="sprint-title" class="cut">
          <Show when={active()} fallback="Sprint">
            {(of) => (
              <A href={`/sprints/${of().sprint.id}`} class="link">
                {of().sprint.name}
              </A>
            )}
          </Show>
        </h2>
        <span class="grow" />
        <Show when={active()?.data}>
          {(data) => (
            <span class="small dim">
              {data().done} of {data().total} {data().unit}
            </span>
          )}
        </Show>
      </header>
      <Show
        when={active()}
        fallback={
          <p class="dim none">
            No sprint is active.{" "}
            <A href="/sprints" class="plain-link">
              Plan one
            </A>
          </p>
        }
      >
        {(of) => (
          <Show
            when={of().data}
            fallback={
              <p class="dim none">
                It has no dates yet.{" "}
                <A href={`/sprints/${of().sprint.id}`} class="plain-link">
                  Set them
                </A>
              </p>
            }
          >
            {(data) => (
              <>
                <Burndown data={data()} name={of().sprint.name} height={142} />
                <Show when={data().unestimated}>
                  {(count) => (
                    <p class="small dim">{plural(count(), "task")} without points not counted</p>
                  )}
                </Show>
              </>
            )}
          </Show>
        )}
      </Show>
    </section>
  );
}
