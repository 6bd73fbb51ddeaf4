/**
 * What an approval is about: once somebody looked at it, or is about to, it is not exchanged behind them. Neighbours:
 * tasks/update and openclaw/publish, which write these fields. Invariant: what is done says what was approved; who
 * wants it otherwise brings it back to validation, where it is seen.
 */
import type { Context } from "../../action.ts";
import { refuse } from "../../errors.ts";
import { isPerson } from "../shares.ts";
import { isNamed } from "./naming.ts";
import type { Task, TaskStatus } from "./task.ts";

const APPROVED = [
  "title",
  "description",
  "acceptance_criteria",
  "definition_of_done",
  "artifacts",
] as const;

export type ApprovedFields = { [K in (typeof APPROVED)[number]]?: Task[K] | undefined };

/**
 * Refuses an agent's change of what is approved, or waits for it.
 * @param task as it is before the change
 * @param to the status that the same request gives it
 */
export function checkApproved(
  task: Task,
  fields: ApprovedFields,
  to: TaskStatus,
  { actor }: Context,
): void {
  const { id, status } = task;
  if (status !== "done" && status !== "validation") return;
  if (isPerson(actor)) return;
  const stays = status === "done" && to === "done";
  if (!stays && isNamed(task, actor)) return;
  const field = APPROVED.find((one) => differs(task[one], fields[one]));
  if (!field) return;
  const text = stays
    ? `${id} is done, and its ${field} was approved with it; comment, or set status: validation first`
    : `${id} waits for approval, and its ${field} is for those it names to change; comment, or return it first (status: in_progress)`;
  refuse("conflict", text, { field });
}

function differs(
  before: string | readonly string[],
  said: string | readonly string[] | undefined,
): boolean {
  if (said === undefined) return false;
  if (typeof said === "string" || typeof before === "string") return said !== before;
  return said.length !== before.length || said.some((item, index) => item !== before[index]);
}
