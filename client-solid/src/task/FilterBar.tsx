/** The filter over a list of tasks, kept in the address. Neighbour: `filter.ts` says what it means. */
import "./filter.css";
import Funnel from "lucide-solid/icons/funnel";
import Search from "lucide-solid/icons/search";
import { createSignal, For, type JSX, Show } from "solid-js";
import { usePage } from "../page.ts";
import { Button } from "../parts/Button.tsx";
import { type Choice, Options } from "../parts/Options.tsx";
import { useQuery } from "../parts/query.ts";
import { PRIORITY_CHOICES, TYPE_CHOICES, useChoices } from "./choices.ts";
import { FILTER_FIELDS, type FilterField, NONE } from "./filter.ts";

const NAMES: Record<FilterField, string> = {
  project: "Project",
  owner: "Owner",
  priority: "Priority",
  specialist: "Specialist",
  type: "Type",
  label: "Label",
  sprint: "Sprint",
  mission: "Mission",
};

/** @param props.children stands behind the filters: grouping, saved views */
export function FilterBar(props: { children?: JSX.Element }) {
  const { mirror } = usePage();
  const query = useQuery();
  const choices = useChoices();
  const none = (name: string): Choice => ({ value: NONE, name });
  const same = (values: readonly string[]): Choice[] =>
    [...values]
      .filter(Boolean)
      .sort()
      .map((value) => ({ value, name: value }));
  const of: Record<FilterField, () => readonly Choice[]> = {
    project: choices.projects,
    owner: () => [none("Nobody"), ...choices.agents()],
    priority: () => PRIORITY_CHOICES,
    specialist: () => same(mirror.tasks.keys("specialist")),
    type: () => TYPE_CHOICES,
    label: () => same(mirror.tasks.keys("label")),
    sprint: () => [none("No sprint"), ...choices.sprints()],
    mission: () => [none("No mission"), ...choices.missions()],
  };
  const count = () => FILTER_FIELDS.filter((field) => query.get(field)).length;
  const [open, setOpen] = createSignal(count() > 0);
  const clear = () =>
    query.set(Object.fromEntries(["q", ...FILTER_FIELDS].map((field) => [field, ""])));
  return (
    <search class="filter-bar">
      <div class="row wrap">
        <span class="filter-text">
          <Search size={15} aria-hidden="true" />
          <input
            type="search"
            aria-label="Find in these tasks"
            placeholder="Find"
            value={query.get("q")}
            onInput={({ currentTarget }) => query.set({ q: currentTarget.value })}
          />
        </span>
        <Button
          small
          kind="quiet"
          icon={Funnel}
          aria-expanded={open()}
          aria-controls="filters"
          onClick={() => setOpen(!open())}
        >
          Filter{count() > 0 ? ` (${count()})` : ""}
        </Button>
        <Show when={count() > 0 || query.get("q")}>
          <Button small kind="quiet" onClick={clear}>
            Clear
          </Button>
        </Show>
        {props.children}
      </div>
      <Show when={open()}>
        <div class="filter-fields" id="filters">
          <For each={FILTER_FIELDS}>
            {(field) => (
              <select
                aria-label={NAMES[field]}
                data-set={query.get(field) ? "" : undefined}
                onChange={({ currentTarget }) => query.set({ [field]: currentTarget.value })}
              >
                <Options of={of[field]()} value={query.get(field)} none={NAMES[field]} />
              </select>
            )}
          </For>
        </div>
      </Show>
    </search>
  );
}
