/**
 * How a task changes in what every reader follows: its status, whether it is blocked, whose it is, how urgent. Every
 * action that moves a task goes through here, so a rule is written once. Neighbours: `rules.ts` writes the other
 * fields, the actions of tasks, leases, agents and the archive move. Invariant: what changes is in the task's activity.
 */
import { type Context, isSince } from "../../action.ts";
import { refuse } from "../../errors.ts";
import { unique } from "../lookup.ts";
import { isPerson } from "../shares.ts";
import { recordActivity } from "./activity.ts";
import { assign, fitting } from "./gathered.ts";
import { type ActivityValue, type Task, type TaskStatus, TRANSITIONS } from "./task.ts";

function recordChange(
  task: Task,
  author: string,
  field: string,
  from: ActivityValue,
  to: ActivityValue,
  context: Context,
): void {
  recordActivity(task, { author, action: "changed", field, from, to }, context);
}

/** Moves the task along the transition table; its own status again is no move. */
export function moveTask(task: Task, to: TaskStatus, author: string, context: Context): boolean {
  if (task.status === to) return false;
  if (!TRANSITIONS[task.status].includes(to)) {
    refuse("transition", `invalid task transition: ${task.status} -> ${to}`, {
      field: "status",
      allowed: TRANSITIONS[task.status],
    });
  }
  // What nobody may claim, nobody takes up by another way.
  if ((to === "done" || to === "in_progress") && task.needs_human && !isPerson(context, author)) {
    const text = `${task.id} waits for a human, who approves it or sets needs_human: false`;
    refuse("conflict", text, { field: "status" });
  }
  recordChange(task, author, "status", task.status, to, context);
  task.status = to;
  task.status_since = context.time;
  task.done_at = to === "done" ? context.time : null;
  if (to !== "in_progress" && task.lease) task.lease = null;
  if (to === "validation" || to === "done") settleLeases(task, isPerson(context, author));
  if (to === "done") task.progress = 100;
  return true;
}

/** The work went on: what was lost before does not count any more. Waiting for a human is ended by one. */
export function settleLeases(task: Task, byPerson: boolean): void {
  if (task.lease_expiries > 0) task.lease_expiries = 0;
  if (!task.needs_human || !byPerson) return;
  task.needs_human = false;
  if (task.asked_by !== undefined) delete task.asked_by;
}

/** It waits for a human, which an agent's word or loss began: it goes on counting among what that agent holds. */
export function waitForHuman(task: Task, agentId: string | null, context: Context): void {
  task.needs_human = true;
  if (agentId && isSince(context, 2)) task.asked_by = agentId;
}

/**
 * A non-empty `blockers` blocks, an empty one unblocks, and `blocked` itself wins (routes.md).
 * Unblocking by `blocked: false` also clears the reasons, which would otherwise outlive the fact.
 */
export function applyBlocking(
  task: Task,
  change: { blockers?: string[] | undefined; blocked?: boolean | undefined },
  author: string,
  context: Context,
): void {
  assign(task, "blockers", fitting(task, "blockers", change.blockers && unique(change.blockers)));
  const blocked =
    change.blocked ?? (change.blockers === undefined ? task.blocked : change.blockers.length > 0);
  if (!blocked && task.blockers.length > 0) task.blockers = [];
  if (blocked === task.blocked) return;
  recordChange(task, author, "blocked", task.blocked, blocked, context);
  task.blocked = blocked;
}

/** Fields whose every change is an entry of the activity. */
export function track<K extends "owner" | "priority" | "horizon">(
  task: Task,
  field: K,
  value: Task[K] | undefined,
  author: string,
  context: Context,
): void {
  if (value === undefined || value === task[field]) return;
  recordChange(task, author, field, task[field], value, context);
  task[field] = value;
  // Handed to somebody else, the work is not the holder's any more.
  if (field === "owner" && task.routed) task.routed = false;
  if (field === "owner" && task.lease && task.lease.holder !== value) task.lease = null;
}
