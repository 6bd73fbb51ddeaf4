/**
 * What time does: asks every few seconds whether its passing changed anything and, only then,
 * dispatches the journaled action that says so. Neighbours: `isSweepDue` decides, the engine records.
 */
import { type Engine, expiredTasks, isSweepDue } from "../core/index.ts";
import type { Hearing } from "./hearing.ts";

const SWEEP_INTERVAL_MS = 5_000;
/** A lost lease is noticed within this time. */
const EXPIRE_INTERVAL_MS = 500;

interface Timed {
  engine: Engine;
  /** Agents could not be heard while the server was down: each gets the full time again. */
  hearing: Hearing;
  /** Told when a dispatch fails; the next one is tried all the same. */
  onError(error: Error): void;
}

/** Asks at each interval, one dispatch at a time. */
function startAsking(
  { engine, onError }: Timed,
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
 * @param staleSeconds silence after which an agent counts as gone
 * @returns stops the timer
 */
export function startSweeping(timed: Timed, staleSeconds: number): () => void {
  const { engine, hearing } = timed;
  const intervalMs = Math.min(SWEEP_INTERVAL_MS, staleSeconds * 500);
  return startAsking(timed, intervalMs, () => {
    const { state, relations } = engine.view();
    const heardFrom = hearing.since();
    const silence = { staleMs: staleSeconds * 1_000, heardFrom };
    if (!isSweepDue(state, relations, engine.clock(), silence)) return undefined;
    const payload = { stale_seconds: staleSeconds, heard_from: heardFrom };
    return engine.dispatch("system/sweep", payload, { actor: "system" });
  });
}

/**
 * @param maxExpiries lost leases after which a task waits for a human
 * @returns stops the timer
 */
export function startExpiring(timed: Timed, maxExpiries: number): () => void {
  const { engine, hearing } = timed;
  return startAsking(timed, EXPIRE_INTERVAL_MS, () => {
    const { state, relations } = engine.view();
    const heardFrom = hearing.since();
    if (expiredTasks(state, relations, engine.clock(), heardFrom).next().done) return undefined;
    const payload = { max_expiries: maxExpiries, heard_from: heardFrom };
    return engine.dispatch("system/expire", payload, { actor: "system" });
  });
}
