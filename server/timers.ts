/**
 * What time does: asks every few seconds whether its passing changed anything and, only then,
 * dispatches the journaled action that says so. Neighbours: `isSweepDue` decides, the engine records.
 */
import { type Engine, expiredTasks, isSweepDue } from "../core/index.ts";

const SWEEP_INTERVAL_MS = 5_000;
/** A lost lease is noticed within this time. */
const EXPIRE_INTERVAL_MS = 1_000;

/**
 * @param staleSeconds silence after which an agent counts as gone
 * @returns stops the timer
 */
export function startSweeping(engine: Engine, staleSeconds: number): () => void {
  // Agents could not be heard while the server was down: each gets the full time again.
  const from = engine.clock() + staleSeconds * 1_000;
  let sweeping = false;
  async function sweep(): Promise<void> {
    const now = engine.clock();
    if (sweeping || now < from || engine.stopped()) return;
    const { state, relations } = engine.view();
    if (!isSweepDue(state, relations, now, staleSeconds * 1_000)) return;
    sweeping = true;
    await engine.dispatch("system/sweep", { stale_seconds: staleSeconds }, { actor: "system" });
    sweeping = false;
  }
  const interval = setInterval(() => void sweep(), Math.min(SWEEP_INTERVAL_MS, staleSeconds * 500));
  interval.unref();
  return () => clearInterval(interval);
}

/**
 * @param maxExpiries lost leases after which a task waits for a human
 * @returns stops the timer
 */
export function startExpiring(engine: Engine, maxExpiries: number): () => void {
  let expiring = false;
  async function expire(): Promise<void> {
    if (expiring || engine.stopped()) return;
    const { state, relations } = engine.view();
    if (expiredTasks(state, relations, engine.clock()).next().done) return;
    expiring = true;
    await engine.dispatch("system/expire", { max_expiries: maxExpiries }, { actor: "system" });
    expiring = false;
  }
  const interval = setInterval(() => void expire(), EXPIRE_INTERVAL_MS);
  interval.unref();
  return () => clearInterval(interval);
}
