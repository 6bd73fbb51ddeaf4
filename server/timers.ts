/**
 * What time does: asks every few seconds whether its passing changed anything and, only then,
 * dispatches the journaled action that says so. Neighbours: `isSweepDue` decides, the engine records.
 */
import {
  archivableTalk,
  archivableTasks,
  type Engine,
  expiredTasks,
  isSweepDue,
  KEPT_OF_EACH,
  MAX_ARCHIVED_AT_ONCE,
  MAX_CHARACTERS_AT_ONCE,
  MAX_EXPIRED_AT_ONCE,
  MAX_SAID_AT_ONCE,
  MAX_SWEPT_AT_ONCE,
  type Outcome,
  sizeOf,
} from "../core/index.ts";
import type { Hearing } from "./hearing.ts";

const SWEEP_INTERVAL_MS = 5_000;
/** A lost lease is noticed within this time. */
const EXPIRE_INTERVAL_MS = 500;
const ARCHIVE_INTERVAL_MS = 60_000;

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

/** What an entry does not do the next one does, so that others write in between. */
async function whileDue(
  engine: Engine,
  isDue: () => boolean,
  act: () => Promise<Outcome>,
): Promise<void> {
  while (!engine.stopped() && isDue()) if (!(await act()).ok) return;
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
  const system = { actor: "system" };
  return startAsking(timed, intervalMs, () => {
    const heard_from = hearing.since();
    const silence = { staleMs: staleSeconds * 1_000, heardFrom: heard_from };
    const payload = { stale_seconds: staleSeconds, heard_from, most: MAX_SWEPT_AT_ONCE };
    const isDue = () => {
      const { state, relations } = engine.view();
      return isSweepDue(state, relations, engine.clock(), silence);
    };
    return whileDue(engine, isDue, () => engine.dispatch("system/sweep", payload, system));
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
  const system = { actor: "system" };
  return startAsking(timed, intervalMs, () => {
    const heard_from = hearing.since();
    const payload = { max_expiries: maxExpiries, heard_from, most: MAX_EXPIRED_AT_ONCE };
    const isDue = () => {
      const { state, relations } = engine.view();
      return !expiredTasks(state, relations, engine.clock(), heard_from).next().done;
    };
    return whileDue(engine, isDue, () => engine.dispatch("system/expire", payload, system));
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
  const due = archivableTasks(state, relations, days, engine.clock());
  for (let from = 0; from < due.length && !engine.stopped(); ) {
    const task_ids: string[] = [];
    for (let characters = 0; from < due.length && task_ids.length < MAX_ARCHIVED_AT_ONCE; from++) {
      const task = due[from];
      if (!task) break;
      characters += sizeOf(task);
      if (task_ids.length > 0 && characters > MAX_CHARACTERS_AT_ONCE) break;
      task_ids.push(task.id);
    }
    const outcome = await engine.dispatch(
      "system/archive",
      { task_ids, days },
      { actor: "system" },
    );
    if (!outcome.ok) return;
  }
}

async function archiveTalk(engine: Engine, days: number): Promise<void> {
  const bounds = { days, keep: KEPT_OF_EACH };
  while (!engine.stopped()) {
    const { state, relations } = engine.view();
    if (archivableTalk(state, relations, bounds, engine.clock()).next().done) return;
    const body = { ...bounds, most: MAX_SAID_AT_ONCE, characters: MAX_CHARACTERS_AT_ONCE };
    const outcome = await engine.dispatch("system/archive_talk", body, { actor: "system" });
    if (!outcome.ok) return;
    // The clock was set back meanwhile.
    const { message_ids, directive_ids } = outcome.reply;
    if (message_ids.length + directive_ids.length === 0) return;
  }
}
