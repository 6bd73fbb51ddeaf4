/**
 * Which tasks are shown: a filter as it stands in the address, and the question it asks of each task.
 * Neighbours: `FilterBar` sets it, the board and the pipeline ask it. Invariant: pure; an empty filter
 * is `null`, so that nothing is asked of anything.
 */
import type { Task } from "../../../core/state/tasks/task.ts";

export const FILTER_FIELDS = [
  "project",
  "owner",
  "priority",
  "specialist",
  "type",
  "label",
  "sprint",
  "mission",
] as const;
export type FilterField = (typeof FILTER_FIELDS)[number];

/** Chosen for what has none: nobody's tasks, those without a sprint. */
export const NONE = "-";

const VALUES: Record<FilterField, (task: Task) => string | null | readonly string[]> = {
  project: (task) => task.project_id,
  owner: (task) => task.owner,
  priority: (task) => task.priority,
  specialist: (task) => task.specialist,
  type: (task) => task.type,
  label: (task) => task.labels,
  sprint: (task) => task.sprint_id,
  mission: (task) => task.mission_id,
};

/** The question of the filter; null where it lets everything through. */
export function toPredicate(get: (name: string) => string): ((task: Task) => boolean) | null {
  const words = get("q").toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = FILTER_FIELDS.flatMap((field) => {
    const value = get(field);
    return value ? [{ value, of: VALUES[field] }] : [];
  });
  if (words.length === 0 && wanted.length === 0) return null;
  return (task) => {
    for (const { value, of } of wanted) {
      const has = of(task);
      if (Array.isArray(has) ? !has.includes(value) : (has || NONE) !== value) return false;
    }
    if (words.length === 0) return true;
    const text = `${task.id} ${task.title} ${task.labels.join(" ")}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
}
