/** The same days as a list, for small screens: only those on which something is due. */
import { A } from "@solidjs/router";
import CalendarDays from "lucide-solid/icons/calendar-days";
import Flag from "lucide-solid/icons/flag";
import { createMemo, For, Show } from "solid-js";
import { usePage } from "../../page.ts";
import { Empty } from "../../parts/Empty.tsx";
import { First } from "../../parts/First.tsx";
import { toDay, toLongDay } from "../../parts/words.ts";
import { DueTask } from "./DueTask.tsx";
import { type MilestonesDue, useTasksDue } from "./due.ts";

export function Agenda(props: {
  days: readonly string[];
  today: string;
  project: string | undefined;
  milestones: MilestonesDue;
}) {
  const { mirror } = usePage();
  const { wire } = mirror;
  const first = () => props.days[0] ?? "";
  const last = () => props.days.at(-1) ?? "";
  const sprints = createMemo(() =>
    Object.values(wire.sprints).filter(
      ({ start_date, end_date, project_id }) =>
        start_date &&
        end_date &&
        start_date <= last() &&
        end_date >= first() &&
        (!props.project || !project_id || project_id === props.project),
    ),
  );
  const days = createMemo(() => {
    const due = new Set(mirror.tasks.keys("due"));
    return props.days.filter((date) => due.has(date) || props.milestones.has(date));
  });
  return (
    <div class="agenda">
      <First each={sprints()}>
        {(sprint) => (
          <A href={`/sprints/${sprint.id}`} class="sprint-bar" data-status={sprint.status}>
            {sprint.name} · {toDay(sprint.start_date ?? "")} to {toDay(sprint.end_date ?? "")}
          </A>
        )}
      </First>
      <Show
        when={days().length > 0}
        fallback={
          <Empty
            icon={CalendarDays}
            title="Nothing is due"
            text="Give a task a due date, or a mission a milestone, and it stands here."
          />
        }
      >
        <For each={days()}>
          {(date) => (
            <AgendaDay
              date={date}
              today={props.today}
              project={props.project}
              milestones={props.milestones}
            />
          )}
        </For>
      </Show>
    </div>
  );
}

function AgendaDay(props: {
  date: string;
  today: string;
  project: string | undefined;
  milestones: MilestonesDue;
}) {
  const tasks = useTasksDue(
    () => props.date,
    () => props.project,
  );
  const milestones = () => props.milestones.get(props.date) ?? [];
  return (
    <Show when={tasks().length + milestones().length > 0}>
      <section class="card stack">
        <h2>
          {toLongDay(props.date)}
          <Show when={props.date === props.today}>
            {" "}
            <span class="chip" data-tone="info">
              today
            </span>
          </Show>
        </h2>
        <First each={milestones()}>
          {({ mission, milestone }) => (
            <A
              href={`/missions/${mission}`}
              class="milestone"
              data-done={milestone.done ? "" : undefined}
            >
              <Flag size={13} aria-hidden="true" />
              {milestone.title}
            </A>
          )}
        </First>
        <First each={tasks()}>{(id) => <DueTask id={id} />}</First>
      </section>
    </Show>
  );
}
