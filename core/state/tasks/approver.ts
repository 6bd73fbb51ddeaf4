/**
 * Whose word a task waits for, told from its activity. Neighbours: `permissions.ts` holds tokens against it, the views
 * and the page say it; `activity.ts` keeps what it is told from. Invariant: small, for the page's first view has it.
 */
import { CEO } from "../agents/agent.ts";
import type { Activity, Task } from "./task.ts";

/** Whether it says that the task was brought to done. */
export function isDone({ field, to }: Pick<Activity, "field" | "to">): boolean {
  return field === "status" && to === "done";
}

/** Whether a person did it, the CEO or another. */
export function isPersons({ author, person }: Pick<Activity, "author" | "person">): boolean {
  return author === CEO || person === true;
}

/** Null for anybody's. What people approved once, they approve again, whomever it names. */
export function approverOf({
  validation_owner,
  activity,
}: Pick<Task, "validation_owner" | "activity">): string | null {
  const last = activity.findLast(isDone);
  return last && isPersons(last) ? CEO : validation_owner || null;
}
