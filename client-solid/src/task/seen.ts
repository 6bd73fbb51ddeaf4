/**
 * What a person goes by: the parts of a task that an approval is about, as they were shown, and what became of them
 * since, in words. Neighbours: `decide.ts` sends nothing that was meant for something else, `views/approvals` shows it.
 */
import type { ApprovedFields } from "../../../core/state/tasks/approved.ts";
import type { Task } from "../../../core/state/tasks/task.ts";
import { STATUS_WORDS } from "../parts/words.ts";
import type { TaskChange } from "./undo.ts";

export const PARTS = {
  title: "title",
  description: "description",
  acceptance_criteria: "acceptance criteria",
  definition_of_done: "definition of done",
  artifacts: "artifacts",
  blockers: "blockers",
} as const satisfies Record<keyof ApprovedFields | "blockers", string>;
export type PartName = keyof typeof PARTS;

/** A copy: the record itself changes in place. */
export interface Seen extends Pick<Task, "id" | "status" | Exclude<PartName, "blockers">> {
  /** Where the decision is about what holds the task up. */
  blockers?: readonly string[];
}

/** @param change what is to become of it */
export function seenOf(task: Task, change: Pick<TaskChange, "blocked" | "blockers"> = {}): Seen {
  const { id, status, title, description } = task;
  return {
    id,
    status,
    title,
    description,
    acceptance_criteria: [...task.acceptance_criteria],
    definition_of_done: [...task.definition_of_done],
    artifacts: [...task.artifacts],
    ...(liftsBlock(task, change) && { blockers: [...task.blockers] }),
  };
}

/** Which parts are others by now: `title`, `artifacts`. */
export function changedSince(seen: Seen, task: Task): string[] {
  return (Object.keys(PARTS) as PartName[])
    .filter((part) => part in seen)
    .filter((part) => JSON.stringify(seen[part]) !== JSON.stringify(task[part]))
    .map((part) => PARTS[part]);
}

/** Whether what was seen is what there is, whatever became of the rest. */
export function isAsSeen(seen: Seen, task: Task | undefined): task is Task {
  return task?.status === seen.status && changedSince(seen, task).length === 0;
}

/** Whether a change lets something through that it was held up by, or brings it in: what a person answers for. */
export function isDecision(task: Task, change: TaskChange): boolean {
  const { status } = task;
  const to = change.status ?? status;
  if (to !== status && (status === "validation" || to === "done" || task.needs_human)) return true;
  return (task.needs_human && change.needs_human === false) || liftsBlock(task, change);
}

function liftsBlock({ blocked }: Task, change: Pick<TaskChange, "blocked" | "blockers">): boolean {
  return blocked && (change.blocked ?? change.blockers?.length !== 0) === false;
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
