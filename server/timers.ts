/**
 * What time does: asks every few seconds whether its passing changed anything and, only then,
 * dispatches the journaled action that says so. Neighbours: `isSweepDue` decides, the engine records.
 */
import { type Engine, isSweepDue } from "../core/index.ts";

const SWEEP_INTERVAL_MS = 5_000;

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
