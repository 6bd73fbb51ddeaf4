/**
 * What time does: asks every few seconds whether its passing changed anything and, only then,
 * dispatches the journaled action that says so. Neighbours: `whatPassed` and its like look, the engine records.
 */
import {
  archivableTalk,
  archivableTasks,
  type Engine,
  expiredTasks,
  finish,
  hasExpired,
  KEPT_OF_EACH,
  type Left,
  type Look,
  MAX_ARCHIVED_AT_ONCE,
  MAX_CHARACTERS_AT_ONCE,
  MAX_EXPIRED_AT_ONCE,
  MAX_HANDED_AT_ONCE,
  MAX_SAID_AT_ONCE,
  MAX_SWEPT_AT_ONCE,
  type Outcome,
  type Passed,
  type Steps,
  sizeOf,
  table,
  toHanded,
  toSweep,
  whatIsLeft,
  whatPassed,
} from "../core/index.ts";
import type { Hearing } from "./hearing.ts";

const SWEEP_INTERVAL_MS = 5_000;
/** A lost lease is noticed within this time. */
const EXPIRE_INTERVAL_MS = 500;
const HAND_OVER_INTERVAL_MS = 1_000;
const ARCHIVE_INTERVAL_MS = 60_000;
/** Agents and tasks that a look passes before the loop turns. */
const LOOKED_AT_ONCE = 2_000;
const SYSTEM = { actor: "system" };

interface Asking {
  engine: Engine;
  /** Told when a dispatch fails; the next one is tried all the same. */
  onError(error: Error): void;
}

interface Timed extends Asking {
  /** Agents could not be heard while the server was down: each gets the full time again. */
  hearing: Hearing;
}

/** Asks at each interval, one dispatch at a time. */
function startAsking(
  { engine, onError }: Asking,
  intervalMs: number,
  ask: () => Promise<unknown> | undefined,
): () => void {
  let asking = false;
  const interval = setInterval(() => {
    if (asking || engine.stopped()) return;
    asking = true;
    // Inside the promise, so that what is thrown at once is told like what fails later.
    new Promise((resolve) => resolve(ask())).catch(onError).finally(() => {
      asking = false;
    });
  }, intervalMs);
  interval.unref();
  return () => clearInterval(interval);
}

/**
 * With turns of the loop in between: what is looked at may be as much as there is. What changes meanwhile is
 * looked at again, by the action and by the next look.
 */
export function inTurns<T>(look: Steps<T>): T | Promise<T> {
  let looked = 0;
  return finish(look, () =>
    ++looked % LOOKED_AT_ONCE === 0 ? new Promise((resolve) => setImmediate(resolve)) : null,
  );
}

/** One entry after the other, so that others write in between. */
async function inEntries<T>(
  engine: Engine,
  all: readonly T[],
  most: number,
  act: (some: readonly T[], isLast: boolean) => Promise<Outcome> | null,
): Promise<void> {
  for (let from = 0; from < all.length && !engine.stopped(); from += most) {
    const outcome = await act(all.slice(from, from + most), from + most >= all.length);
    if (outcome?.ok === false) return;
  }
}

/**
 * @param staleSeconds silence after which an agent counts as gone
 * @returns stops the timer
 */
export function startSweeping(
  timed: Timed,
  staleSeconds: number,
  intervalMs = Math.min(SWEEP_INTERVAL_MS, staleSeconds * 500),
): () => void {
  const { engine, hearing } = timed;
  /** Whose last entry left what had changed since: more than an entry may tell. */
  let rest: Look | undefined;
  return startAsking(timed, intervalMs, async () => {
    const silence = { staleMs: staleSeconds * 1_000, heardFrom: hearing.since() };
    const { state, relations, seq } = engine.view();
    const now = engine.clock();
    const look = { until: rest?.until ?? now, seen: seq };
    const passed = await inTurns(whatPassed(state, relations, now, silence, rest));
    const tell = async (some: readonly Passed[], isLast: boolean) => {
      const body = toSweep(some, silence, isLast ? look : undefined);
      const outcome = await engine.dispatch("system/sweep", body, SYSTEM);
      if (isLast && outcome.ok) rest = outcome.reply.more ? look : undefined;
      return outcome;
    };
    if (rest && passed.length === 0) await tell([], true);
    else await inEntries(engine, passed, MAX_SWEPT_AT_ONCE, tell);
  });
}

/**
 * @param maxExpiries lost leases after which a task waits for a human
 * @returns stops the timer
 */
export function startExpiring(
  timed: Timed,
  maxExpiries: number,
  intervalMs = EXPIRE_INTERVAL_MS,
): () => void {
  const { engine, hearing } = timed;
  return startAsking(timed, intervalMs, async () => {
    const heard_from = hearing.since();
    const { state, relations } = engine.view();
    const found = await inTurns(expiredTasks(state, relations, engine.clock(), heard_from));
    const ids = found.map(({ id }) => id);
    await inEntries(engine, ids, MAX_EXPIRED_AT_ONCE, (some) => {
      const { tasks } = engine.view().state;
      const now = engine.clock();
      // Renewed or released while others were taken back.
      const task_ids = some.filter((id) => hasExpired(table.get(tasks, id), now, heard_from));
      if (task_ids.length === 0) return null;
      const payload = { max_expiries: maxExpiries, heard_from, task_ids };
      return engine.dispatch("system/expire", payload, SYSTEM);
    });
  });
}

/**
 * Hands over what agents left behind who had more than changes at once.
 * @returns stops the timer
 */
export function startHandingOver(asking: Asking, intervalMs = HAND_OVER_INTERVAL_MS): () => void {
  const { engine } = asking;
  return startAsking(asking, intervalMs, async () => {
    const { state, relations } = engine.view();
    for (const { agent_id, left } of await inTurns(whatIsLeft(state, relations))) {
      const hand = (some: readonly Left[]) =>
        engine.dispatch("system/hand_over", { agent_id, ...toHanded(some) }, SYSTEM);
      // Nothing names it any more: that is to be said, too.
      if (left.length === 0) await hand([]);
      else await inEntries(engine, left, MAX_HANDED_AT_ONCE, hand);
    }
  });
}

/**
 * @param archiveDays how long ago a task was done, or something was said; 0 for never
 * @returns stops the timer
 */
export function startArchiving(
  asking: Asking,
  archiveDays: number,
  intervalMs = ARCHIVE_INTERVAL_MS,
): () => void {
  if (archiveDays === 0) return () => {};
  return startAsking(asking, intervalMs, () => archive(asking.engine, archiveDays));
}

/** Sends what is due to the archive, one group after the other, so that others write in between. */
async function archive(engine: Engine, days: number): Promise<void> {
  await archiveTasks(engine, days);
  await archiveTalk(engine, days);
}

async function archiveTasks(engine: Engine, days: number): Promise<void> {
  const { state, relations } = engine.view();
  const due = await inTurns(archivableTasks(state, relations, days, engine.clock()));
  for (let from = 0; from < due.length && !engine.stopped(); ) {
    const task_ids: string[] = [];
    for (let characters = 0; from < due.length && task_ids.length < MAX_ARCHIVED_AT_ONCE; from++) {
      const task = due[from];
      if (!task) break;
      characters += sizeOf(task);
      if (task_ids.length > 0 && characters > MAX_CHARACTERS_AT_ONCE) break;
      task_ids.push(task.id);
    }
    const outcome = await engine.dispatch("system/archive", { task_ids, days }, SYSTEM);
    if (!outcome.ok) return;
  }
}

async function archiveTalk(engine: Engine, days: number): Promise<void> {
  const bounds = { days, keep: KEPT_OF_EACH };
  while (!engine.stopped()) {
    const { state, relations } = engine.view();
    if (archivableTalk(state, relations, bounds, engine.clock()).next().done) return;
    const body = { ...bounds, most: MAX_SAID_AT_ONCE, characters: MAX_CHARACTERS_AT_ONCE };
    const outcome = await engine.dispatch("system/archive_talk", body, SYSTEM);
    if (!outcome.ok) return;
    // The clock was set back meanwhile.
    const { message_ids, directive_ids } = outcome.reply;
    if (message_ids.length + directive_ids.length === 0) return;
  }
}
