/** One week of the calendar on wide screens: sprints as bars above, days with what is due below. */
import { A } from "@solidjs/router";
import Flag from "lucide-solid/icons/flag";
import { createMemo, For } from "solid-js";
import { usePage } from "../../page.ts";
import { First, MAX_IN_LIST } from "../../parts/First.tsx";
import { toLongDay } from "../../parts/words.ts";
import { stretchIn } from "./calendar-grid.ts";
import { DueTask } from "./DueTask.tsx";
import { type MilestonesDue, useTasksDue } from "./due.ts";

interface Props {
  days: readonly string[];
  /** `2026-11`; days of other months stand back. Null where all count. */
  month: string | null;
  today: string;
  project: string | undefined;
  milestones: MilestonesDue;
}

export function Week(props: Props) {
  const { wire } = usePage().mirror;
  const bars = createMemo(() =>
    Object.values(wire.sprints).flatMap((sprint) => {
      if (props.project && sprint.project_id && sprint.project_id !== props.project) return [];
      const { start_date, end_date } = sprint;
      const stretch = start_date && end_date ? stretchIn(props.days, start_date, end_date) : null;
      return stretch ? [{ sprint, ...stretch }] : [];
    }),
  );
  return (
    <div class="week">
      <First each={bars()} first={MAX_BARS}>
        {({ sprint, from, to }) => (
          <A
            href={`/sprints/${sprint.id}`}
            class="sprint-bar"
            data-status={sprint.status}
            style={{ "grid-column": `${from} / ${to}` }}
          >
            {sprint.name}
          </A>
        )}
      </First>
      <div class="days">
        <For each={props.days}>
          {(date) => (
            <Day
              date={date}
              today={props.today}
              other={props.month !== null && !date.startsWith(props.month)}
              project={props.project}
              milestones={props.milestones}
              limit={props.month === null ? MAX_IN_LIST : MAX_SHOWN}
            />
          )}
        </For>
      </div>
    </div>
  );
}

/** Of a day in the month; a click shows the rest. */
const MAX_SHOWN = 4;
/** More sprints than that do not run at once where somebody looks at them in a calendar. */
const MAX_BARS = 6;

function Day(props: {
  date: string;
  today: string;
  other: boolean;
  project: string | undefined;
  milestones: MilestonesDue;
  limit: number;
}) {
  const tasks = useTasksDue(
    () => props.date,
    () => props.project,
  );
  const milestones = () => props.milestones.get(props.date) ?? [];
  return (
    <section
      class="day"
      aria-label={toLongDay(props.date)}
      data-today={props.date === props.today ? "" : undefined}
      data-other={props.other ? "" : undefined}
      data-date={props.date}
    >
      <span class="day-number number" aria-hidden="true">
        {Number(props.date.slice(8))}
      </span>
      <First each={milestones()} first={props.limit}>
        {({ mission, milestone }) => (
          <A
            href={`/missions/${mission}`}
            class="milestone cut"
            data-done={milestone.done ? "" : undefined}
          >
            <Flag size={12} aria-hidden="true" />
            <span class="cut">{milestone.title}</span>
          </A>
        )}
      </First>
      <First each={tasks()} first={props.limit}>
        {(id) => <DueTask id={id} />}
      </First>
    </section>
  );
}
