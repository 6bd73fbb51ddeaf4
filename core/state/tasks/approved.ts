/**
 * What an approval is about: once somebody looked at it, or is about to, it is not exchanged behind them. Neighbours:
 * tasks/update and openclaw/publish, which write these fields, `permissions.ts` and the views, which ask whose word it
 * is. Invariant: what is done says what was approved; who wants it otherwise brings it back to validation, where it is
 * seen.
 */
import { type Context, isSince } from "../../action.ts";
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

/** Who may change those while it waits: nobody lets itself in. */
const NAMED = ["owner", "assignees", "collaborators", "validation_owner"] as const;

export type ApprovedFields = { [K in (typeof APPROVED)[number]]?: Task[K] | undefined };

type NamedFields = { [K in (typeof NAMED)[number]]?: Task[K] | undefined };

/**
 * Refuses an agent's change of what is approved, or waits for it.
 * @param task as it is before the change
 * @param to the status that the same request gives it
 */
export function checkApproved(
  task: Task,
  fields: ApprovedFields & NamedFields,
  to: TaskStatus,
  context: Context,
): void {
  const { id, status } = task;
  if (status !== "done" && status !== "validation") return;
  if (isPerson(context)) return;
  const stays = status === "done" && to === "done";
  const named = isNamed(task, context.actor);
  if (!stays && named) return;
  // Before the second generation of rules, who was not named could name itself as who approves.
  const naming = isSince(context, 2) ? NAMED : NAMED.filter((one) => one !== "validation_owner");
  const asked = stays ? APPROVED : ([...APPROVED, ...naming] as const);
  const field = asked.find((one) => differs(task[one], fields[one]));
  if (!field) return;
  const way = `leave out ${field} and comment`;
  const text = stays
    ? `${id} is done, and what was approved with it stays; ${way}${named ? ", or set status: validation first" : ""}`
    : `${id} waits for approval, and those it names change what is approved; ${way}`;
  refuse("conflict", text, { field });
}

function differs(
  before: string | readonly string[] | null,
  said: string | readonly string[] | null | undefined,
): boolean {
  if (said === undefined) return false;
  if (!Array.isArray(said) || !Array.isArray(before)) return (said || null) !== (before || null);
  return said.length !== before.length || said.some((item, index) => item !== before[index]);
}
