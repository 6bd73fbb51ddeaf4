/**
 * The one Immer instance of the core, so that an embedder's own Immer settings and ours never meet.
 * Neighbours: `reduce.ts` and nothing else.
 */
import { enablePatches, Immer } from "immer";

enablePatches();

/** Auto-freeze walks everything a reducer inserts; the specs switch it on, production does not pay. */
export const immer = new Immer({ autoFreeze: false });

/** Makes every state deeply frozen from here on: a reducer that writes past its draft then throws. */
export function freezeStates(on: boolean): void {
  immer.setAutoFreeze(on);
}
