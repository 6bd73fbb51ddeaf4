/**
 * Leases: who works on a task right now, until when, and the token that proves it. A claim gives one,
 * a heartbeat or a renewal extends it, the end of the work or of its time takes it away.
 * Neighbours: `lease-actions.ts`; every action that writes on a task asks `checkLease` first.
 * Invariants: at most one holder at a time; a token is the sequence number of its claim, so a later
 * claim always has the larger one, and an older one never writes again.
 */
import type { Context } from "../../action.ts";
import { refuse } from "../../errors.ts";
import type { Relations } from "../../relations.ts";
import { get } from "../../table.ts";
import { fromTime, SECOND_MS, toTime } from "../../time.ts";
import { CEO } from "../agents/agent.ts";
import { touch } from "../lookup.ts";
import type { State } from "../state.ts";
import { moveTask, recordActivity, track } from "./rules.ts";
import type { Lease, Task } from "./task.ts";

export const DEFAULT_TTL_SECONDS = 300;

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
export function renewLease(task: Task, { at }: Context, ttlSeconds?: number): void {
  const { lease } = task;
  if (!lease) return;
  const ttl = ttlSeconds ?? lease.ttl_seconds;
  if (lease.ttl_seconds !== ttl) lease.ttl_seconds = ttl;
  lease.expires_at = endOf(at, ttl);
}

/** Written in whole seconds, and never shorter than what was asked for. */
function endOf(at: number, ttlSeconds: number): string {
  return toTime(Math.ceil(at / SECOND_MS + ttlSeconds) * SECOND_MS);
}

/** Who wants to write on a task, as its body says. */
export interface Caller {
  agent_id?: string | null | undefined;
  lease_token?: number | undefined;
}

/**
 * May this caller write on this task? The CEO always, and everybody who quotes no token while nobody
 * holds it; else its holder, and whoever quotes the present token. All others are told who holds it.
 */
export function checkLease(task: Task, { agent_id, lease_token }: Caller): void {
  const { lease } = task;
  if (lease_token !== undefined && lease_token !== lease?.token) {
    const now = lease ? `${lease.holder} holds it with a newer one` : "nobody holds it any more";
    refuse("held", `lease_token ${lease_token} for ${task.id} is over: ${now}; claim it again`, {
      field: "lease_token",
      ...(lease && { holder: lease.holder }),
    });
  }
  if (!lease || lease_token !== undefined) return;
  if (!agent_id || agent_id === CEO || agent_id === lease.holder) return;
  refuse("held", `${task.id} is held by ${lease.holder} until ${lease.expires_at}`, {
    holder: lease.holder,
  });
}

/**
 * The tasks whose lease has run out by `now`.
 * @param heardFrom since when holders could be heard: what a server was down for is not held against them
 */
export function* expiredTasks(
  state: State,
  relations: Relations,
  now: number,
  heardFrom = 0,
): Generator<Task> {
  for (const id of relations.tasks("leased", "all")) {
    const task = get(state.tasks, id);
    if (!task?.lease) continue;
    const { expires_at, ttl_seconds } = task.lease;
    if (Math.max(fromTime(expires_at), heardFrom + ttl_seconds * SECOND_MS) <= now) yield task;
  }
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
  if (holder !== null && task.owner === holder) track(task, "owner", null, author, context);
  touch(task, context);
}
