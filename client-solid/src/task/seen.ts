/**
 * What a person goes by: the parts of a task that an approval is about, as they were shown, and what became of them
 * since, in words. Neighbours: `decide.ts` sends nothing that was meant for something else, `views/approvals` shows it.
 */
import type { ApprovedFields } from "../../../core/state/tasks/approved.ts";
import type { Task } from "../../../core/state/tasks/task.ts";
import { STATUS_WORDS } from "../parts/words.ts";

export const PARTS = {
  title: "title",
  description: "description",
  acceptance_criteria: "acceptance criteria",
  definition_of_done: "definition of done",
  artifacts: "artifacts",
} as const satisfies Record<keyof ApprovedFields, string>;
export type PartName = keyof typeof PARTS;

/** A copy: the record itself changes in place. */
export type Seen = Pick<Task, "id" | "status" | PartName>;

export function seenOf(task: Task): Seen {
  const { id, status, title, description } = task;
  return {
    id,
    status,
    title,
    description,
    acceptance_criteria: [...task.acceptance_criteria],
    definition_of_done: [...task.definition_of_done],
    artifacts: [...task.artifacts],
  };
}

/** Which parts are others by now: `title`, `artifacts`. */
export function changedSince(seen: Seen, task: Task): string[] {
  return (Object.keys(PARTS) as PartName[])
    .filter((part) => JSON.stringify(seen[part]) !== JSON.stringify(task[part]))
    .map((part) => PARTS[part]);
}

/** Why what was decided on is not there any more. @param fresh the parts that came this moment, where they are known */
export function whatChanged(
  seen: Seen,
  task: Task | undefined,
  fresh: readonly string[] = [],
): string {
  const { id } = seen;
  if (!task) return `${id} is not here any more.`;
  const end = "Nothing was decided: look at it as it is now.";
  if (task.status !== seen.status) return `${id} is ${STATUS_WORDS[task.status]} by now. ${end}`;
  const parts = [...new Set([...changedSince(seen, task), ...fresh])];
  const what = parts.length > 0 ? `: ${parts.join(", ")}` : "";
  return `${id} was changed since you looked${what}. ${end}`;
}
