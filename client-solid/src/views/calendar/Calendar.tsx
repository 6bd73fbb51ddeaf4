/**
 * What is due when: tasks, milestones and sprints by month or week. The day and the span are in the
 * address. Neighbour: `calendar-grid.ts` counts the days. A task is moved to another day in its panel,
 * or with Shift and the arrow keys on it.
 */
import { useSearchParams } from "@solidjs/router";
import ChevronLeft from "lucide-solid/icons/chevron-left";
import ChevronRight from "lucide-solid/icons/chevron-right";
import { createMemo, For, Show } from "solid-js";
import { toDate } from "../../../../core/time.ts";
import { useCommands } from "../../commands.ts";
import { usePage } from "../../page.ts";
import { Button, IconButton } from "../../parts/Button.tsx";
import { Options } from "../../parts/Options.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";
import { useChoices } from "../../task/choices.ts";
import { Agenda } from "./Agenda.tsx";
import {
  addDays,
  addMonths,
  daysOf,
  SPANS,
  type Span,
  toValidDate,
  weeksOf,
} from "./calendar-grid.ts";
import { useMilestonesDue } from "./due.ts";
import { Week } from "./Week.tsx";
import "./calendar.css";

const monthName = new Intl.DateTimeFormat(undefined, {
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "short", timeZone: "UTC" });

export default function Calendar() {
  const { now } = usePage();
  const choices = useChoices();
  const [search, setSearch] = useSearchParams<{ day?: string; span?: string; project?: string }>();
  const today = createMemo(() => toDate(now()));
  const day = () => toValidDate(search.day) ?? today();
  const span = (): Span => SPANS.find((one) => one === search.span) ?? "month";
  const milestones = useMilestonesDue(() => search.project);
  const days = createMemo(() => daysOf(day(), span()));
  const weeks = createMemo(() => weeksOf(days()));
  const step = (by: number) =>
    setSearch({ day: span() === "month" ? addMonths(day(), by) : addDays(day(), 7 * by) });
  const title = () => monthName.format(Date.parse(`${day()}T00:00:00Z`));
  useCommands(() => [
    {
      id: "calendar-next",
      name: "Later",
      group: "Calendar",
      keys: "]",
      moves: true,
      run: () => step(1),
    },
    {
      id: "calendar-back",
      name: "Earlier",
      group: "Calendar",
      keys: "[",
      moves: true,
      run: () => step(-1),
    },
    {
      id: "calendar-today",
      name: "Today",
      group: "Calendar",
      keys: "t",
      run: () => setSearch({ day: undefined }),
    },
  ]);
  return (
    <>
      <ViewHead title={title()}>
        <div class="row">
          <IconButton small label="Earlier" keys="[" icon={ChevronLeft} onClick={() => step(-1)} />
          <Button small onClick={() => setSearch({ day: undefined })}>
            Today
          </Button>
          <IconButton small label="Later" keys="]" icon={ChevronRight} onClick={() => step(1)} />
        </div>
        <div class="tabs">
          <For each={SPANS}>
            {(one) => (
              <button
                type="button"
                aria-pressed={span() === one}
                onClick={() => setSearch({ span: one === "month" ? undefined : one })}
              >
                {one === "month" ? "Month" : "Week"}
              </button>
            )}
          </For>
        </div>
        <select
          class="head-select"
          aria-label="Project"
          onInput={({ currentTarget }) => setSearch({ project: currentTarget.value || undefined })}
        >
          <Options of={choices.projects()} value={search.project ?? ""} none="All projects" />
        </select>
      </ViewHead>
      <div class="view-body calendar-body">
        <section class="calendar" data-span={span()} aria-label={title()}>
          <div class="weekdays" aria-hidden="true">
            <For each={days().slice(0, 7)}>
              {(date) => <span>{weekday.format(Date.parse(`${date}T00:00:00Z`))}</span>}
            </For>
          </div>
          <For each={weeks()}>
            {(week) => (
              <Week
                days={week}
                month={span() === "month" ? day().slice(0, 7) : null}
                today={today()}
                project={search.project}
                milestones={milestones()}
              />
            )}
          </For>
        </section>
        <Show when={days()[0]}>
          <Agenda
            days={days()}
            today={today()}
            project={search.project}
            milestones={milestones()}
          />
        </Show>
      </div>
    </>
  );
}
