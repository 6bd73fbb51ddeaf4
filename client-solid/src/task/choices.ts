/**
 * What may be chosen for a task: people, projects, missions, sprints and the fixed vocabularies, with
 * their names. Neighbours: the panel, the form of a new task, filters and bulk edits. Invariant: a list
 * that nobody asks for is not made.
 */
import { type Accessor, createMemo, getOwner, runWithOwner } from "solid-js";
import { CEO } from "../../../core/state/agents/agent.ts";
import { scaffold } from "../../../core/state/company/scaffold.ts";
import { nameOf } from "../../../core/state/lookup.ts";
import {
  PRIORITIES,
  STORY_POINTS,
  SYMMETRIC_LINKS,
  TASK_STATUSES,
  TASK_TYPES,
} from "../../../core/state/tasks/task.ts";
import { usePage } from "../page.ts";
import type { Choice } from "../parts/Options.tsx";
import { STATUS_WORDS } from "../parts/words.ts";

const byName = (a: Choice, b: Choice) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1);
const same = (value: string): Choice => ({ value, name: value });

export const PRIORITY_CHOICES = PRIORITIES.map(same);
export const TYPE_CHOICES = TASK_TYPES.map((value) => ({
  value,
  name: value[0]?.toUpperCase() + value.slice(1),
}));
export const POINT_CHOICES = STORY_POINTS.map((value) => same(String(value)));
export const STATUS_CHOICES = TASK_STATUSES.map((value) => ({ value, name: STATUS_WORDS[value] }));
export const LINK_CHOICES = Object.keys(SYMMETRIC_LINKS).map((value) => ({
  value,
  name: value.replaceAll("-", " "),
}));
export const HORIZONS = ["Today", "This Week", "Next Week", "This Month", "Later"];

export function useChoices() {
  const { wire } = usePage().mirror;
  const agents = whenAsked<Choice[]>(() =>
    Object.values(wire.agents)
      .filter(({ standing }) => standing === "active")
      .map(({ id, name }) => ({ value: id, name }))
      .sort(byName),
  );
  const specialists = whenAsked(() => {
    const all = Object.values(wire.agents).flatMap((agent) => [
      ...(agent.home_specialist ? [agent.home_specialist] : []),
      ...agent.specialists,
    ]);
    const known = scaffold.skill_catalog.map(({ specialist }) => specialist);
    return [...new Set([...known, ...all])].sort();
  });
  return {
    agents,
    /** The agents, and the CEO. */
    people: () => [{ value: CEO, name: nameOf(wire, CEO) }, ...agents()],
    specialists,
    projects: whenAsked<Choice[]>(() =>
      Object.values(wire.projects)
        .map(({ id, name }) => ({ value: id, name }))
        .sort(byName),
    ),
    missions: whenAsked<Choice[]>(() =>
      Object.values(wire.missions).map(({ id, title }) => ({ value: id, name: `${id} ${title}` })),
    ),
    sprints: whenAsked<Choice[]>(() =>
      Object.values(wire.sprints)
        .filter(({ status }) => status !== "completed")
        .map(({ id, name }) => ({ value: id, name })),
    ),
  };
}

/** A memo from the first time it is read, for as long as who called here. */
function whenAsked<T>(make: () => T): Accessor<T> {
  const owner = getOwner();
  let memo: Accessor<T> | undefined;
  return () => {
    memo ??= runWithOwner(owner, () => createMemo(make));
    return memo ? memo() : make();
  };
}
