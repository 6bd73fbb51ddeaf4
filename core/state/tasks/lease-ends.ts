/**
 * When a lease is over. Neighbours: `relations.ts` keeps the tasks by the minutes of their leases, the server's
 * timers ask, `lease-actions.ts` takes back what is over. Invariant: what is found by the minute is what a walk
 * over all tasks would find, whatever the clock did (CORE-9).
 */
import { type Ruled, TODAY } from "../../action.ts";
import type { Relations } from "../../relations.ts";
import type { Steps } from "../../steps.ts";
import { get } from "../../table.ts";
import { fromTime, minuteOf, SECOND_MS } from "../../time.ts";
import type { State } from "../state.ts";
import { ttlOf } from "./leases.ts";
import type { Task } from "./task.ts";

const ENDS = "ends";
const GIVEN = "given";

/** Not before then; in whole seconds its end may be later by one. */
const givenFrom = (ends: number, ttlMs: number) => ends - ttlMs - SECOND_MS;

/** The keys under which a task is kept: the minute in which its lease ends, and that in which it was given. */
export function leaseMinutes({ lease }: Task): string[] {
  if (!lease) return [];
  const ends = fromTime(lease.expires_at);
  const given = givenFrom(ends, ttlOf(lease) * SECOND_MS);
  return [`${ENDS} ${minuteOf(ends)}`, `${GIVEN} ${minuteOf(given)}`];
}

/** Why a lease is over: its time is, or the clock was set back to before it was given. */
type Expiry = typeof ENDS | typeof GIVEN | null;

function expiryOf(task: Task | undefined, now: number, heardFrom: number, ruled: Ruled): Expiry {
  if (!task?.lease) return null;
  const { expires_at } = task.lease;
  const ttlMs = ttlOf(task.lease, ruled) * SECOND_MS;
  // Asked first: to read a time costs more than all else, and after a start this holds for all.
  if (heardFrom + ttlMs > now) return null;
  const ends = fromTime(expires_at);
  // An end that is no time has come; before there were rules it never did.
  if (ruled.rules === undefined ? ends <= now : !(ends > now)) return ENDS;
  return givenFrom(ends, ttlMs) > now ? GIVEN : null;
}

/**
 * The tasks whose lease has run out by `now`. A look passes those that end, or were given, in this minute, and
 * those whose end has come and is not held against them yet; none else, however many are held.
 * @param heardFrom since when holders could be heard: what a server was down for is not held against them
 */
export function* expiredTasks(
  state: State,
  relations: Relations,
  now: number,
  heardFrom = 0,
  ruled = TODAY,
): Steps<Task[]> {
  const found: Task[] = [];
  const minute = minuteOf(now);
  for (const key of relations.keys("leases")) {
    const [kind, of] = key.split(" ");
    if (kind === ENDS ? Number(of) > minute : Number(of) < minute) continue;
    for (const id of relations.tasks("leases", key)) {
      yield;
      const task = get(state.tasks, id);
      // Under its other key it is passed, too.
      if (task && expiryOf(task, now, heardFrom, ruled) === kind) found.push(task);
    }
  }
  return found;
}

/** Whether its lease has run out by `now`, as `expiredTasks` finds it. */
export function hasExpired(
  task: Task | undefined,
  now: number,
  heardFrom = 0,
  ruled = TODAY,
): boolean {
  return expiryOf(task, now, heardFrom, ruled) !== null;
}
