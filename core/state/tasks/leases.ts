/**
 * Leases: who works on a task right now, until when, and the token that proves it. A claim gives one,
 * a heartbeat or a renewal extends it, the end of the work or of its time takes it away.
 * Neighbours: `lease-actions.ts`, `lease-ends.ts`; every action that writes on a task asks `checkLease` first.
 * Invariants: at most one holder at a time; a token is the sequence number of its claim, so a later
 * claim always has the larger one, and an older one never writes again.
 */
import { type Context, TODAY } from "../../action.ts";
import { Refusal, refuse } from "../../errors.ts";
import { values } from "../../table.ts";
import { fromTime, SECOND_MS, toTime } from "../../time.ts";
import { type Agent, CEO } from "../agents/agent.ts";
import { touch } from "../lookup.ts";
import { recordActivity } from "./activity.ts";
import { moveTask, track } from "./moves.ts";
import type { Lease, Task } from "./task.ts";

export const DEFAULT_TTL_SECONDS = 300;
export const MAX_TTL_SECONDS = 86_400;
/** Of one agent at a time: one token could take all that is free. */
export const MAX_LEASES = 50;
/** Who had it for less, and never came back to it, lost it by its own doing, not by what the task is. */
const TELLING_MS = 60_000;

/** Whose 50 it counts among: its holder's, and until a human ends it that of the agent that has it wait for one. */
export function heldBy({ lease, needs_human, asked_by }: Task): readonly string[] {
  if (!needs_human || !asked_by) return lease ? [lease.holder] : [];
  return !lease || lease.holder === asked_by ? [asked_by] : [lease.holder, asked_by];
}

/** How long it lasts; a restored state may say anything, which before there were rules was believed. */
export function ttlOf({ ttl_seconds }: Pick<Lease, "ttl_seconds">, { rules } = TODAY): number {
  if (rules === undefined) return ttl_seconds;
  return Math.min(ttl_seconds, MAX_TTL_SECONDS);
}

/** Gives the task to the holder, for so long. */
export function grantLease(
  task: Task,
  holder: string,
  ttlSeconds: number,
  { seq, at }: Context,
): Lease {
  const expires_at = endOf(at, ttlSeconds);
  task.lease = { holder, token: seq, ttl_seconds: ttlSeconds, expires_at };
  return { ...task.lease };
}

/** The holder lives: its time starts again. */
export function renewLease(task: Task, context: Context, ttlSeconds?: number): void {
  const { lease } = task;
  if (!lease) return;
  const ttl = ttlSeconds ?? ttlOf(lease, context);
  if (lease.ttl_seconds !== ttl) lease.ttl_seconds = ttl;
  lease.expires_at = endOf(context.at, ttl);
}

/** Written in whole seconds, and never shorter than what was asked for. */
function endOf(at: number, ttlSeconds: number): string {
  return toTime(Math.ceil(at / SECOND_MS + ttlSeconds) * SECOND_MS);
}

/**
 * Whether its loss says something of the task: it was for a minute at least from when the work began, or the holder
 * came back to it since.
 */
export function isTelling({ lease, status_since }: Task, { rules }: Context): boolean {
  if (rules === undefined || !lease) return true;
  const lasted = fromTime(lease.expires_at) - fromTime(status_since);
  // Of the two, in whole seconds, one is up to a second later than it was, the other up to one earlier.
  const heard = lasted - ttlOf(lease) * SECOND_MS >= 2 * SECOND_MS;
  return heard || !(lasted < TELLING_MS);
}

/** Who wants to write on a task, as its body says. */
export interface Caller {
  agent_id?: string | null | undefined;
  lease_token?: number | undefined;
}

/** What keeps the caller from working on the task, in words; null when nothing does. */
export function leaseProblem(task: Task, caller: Caller): string | null {
  try {
    checkLease(task, caller);
    return null;
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.rejection.message;
    throw thrown;
  }
}

/**
 * May this caller write on this task? The CEO always, everybody while nobody holds it, else its holder.
 * A token that is quoted must be the present one: it fences off a holder that came too late. It opens
 * nothing to anybody else, for every reader can see it. All others are told who holds the task.
 */
export function checkLease(task: Task, { agent_id, lease_token }: Caller): void {
  const { lease } = task;
  if (lease_token !== undefined && lease_token !== lease?.token) {
    const now = lease ? `${lease.holder} holds it with another one` : "nobody holds it any more";
    refuse(
      "held",
      `lease_token ${lease_token} for ${task.id} does not hold: ${now}; stop working on it`,
      {
        field: "lease_token",
        ...(lease && { holder: lease.holder }),
      },
    );
  }
  if (!lease) return;
  if (!agent_id || agent_id === CEO || agent_id === lease.holder) return;
  refuse("held", `${task.id} is held by ${lease.holder} until ${lease.expires_at}`, {
    holder: lease.holder,
  });
}

function othersSuit(task: Task, holder: string, { before }: Context): boolean {
  for (const agent of values(before.agents)) {
    if (agent.id !== holder && agent.standing === "active" && suits(task, agent)) return true;
  }
  return false;
}

/** Whether an ownerless task is for this agent: its specialism, or none. */
export function suits(task: Task, agent: Agent): boolean {
  return (
    !task.specialist ||
    agent.home_specialist === task.specialist ||
    agent.specialists.includes(task.specialist)
  );
}

/**
 * Takes the task back from its holder: it is ready again, for anybody whom it suits, and the activity
 * says why.
 */
export function takeBack(task: Task, author: string, reason: string, context: Context): void {
  const holder = task.lease?.holder ?? null;
  recordActivity(
    task,
    { author, action: "event", field: "lease", from: holder, to: reason },
    context,
  );
  task.lease = null;
  if (task.status === "in_progress") moveTask(task, "ready", author, context);
  // Where nobody else may take it, taking its owner away would strand it.
  if (holder !== null && task.owner === holder && othersSuit(task, holder, context)) {
    track(task, "owner", null, author, context);
  }
  touch(task, context);
}
