/** The same days as a list, for small screens: only those on which something is due. */
import { A } from "@solidjs/router";
import CalendarDays from "lucide-solid/icons/calendar-days";
import Flag from "lucide-solid/icons/flag";
import { createMemo, For, Show } from "solid-js";
import { usePage } from "../../page.ts";
import { Empty } from "../../parts/Empty.tsx";
import { toDay, toLongDay } from "../../parts/words.ts";
import { DueTask, More } from "./DueTask.tsx";
import { MAX_IN_LIST, useFirst, useMilestonesDue, useTasksDue } from "./due.ts";

export function Agenda(props: {
  days: readonly string[];
  today: string;
  project: string | undefined;
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
    const marked = Object.values(wire.missions).flatMap(({ milestones }) =>
      milestones.map(({ due_date }) => due_date),
    );
    for (const date of marked) if (date) due.add(date);
    return props.days.filter((date) => due.has(date));
  });
  return (
    <div class="agenda">
      <For each={sprints()}>
        {(sprint) => (
          <A href={`/sprints/${sprint.id}`} class="sprint-bar" data-status={sprint.status}>
            {sprint.name} · {toDay(sprint.start_date ?? "")} to {toDay(sprint.end_date ?? "")}
          </A>
        )}
      </For>
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
          {(date) => <AgendaDay date={date} today={props.today} project={props.project} />}
        </For>
      </Show>
    </div>
  );
}

function AgendaDay(props: { date: string; today: string; project: string | undefined }) {
  const tasks = useTasksDue(
    () => props.date,
    () => props.project,
  );
  const milestones = useMilestonesDue(
    () => props.date,
    () => props.project,
  );
  const { shown, left, showMore } = useFirst(tasks, () => MAX_IN_LIST);
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
        <For each={milestones()}>
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
        </For>
        <For each={shown()}>{(id) => <DueTask id={id} />}</For>
        <More left={left()} onMore={showMore} />
      </section>
    </Show>
  );
}
