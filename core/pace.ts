/**
 * Lets the event loop turn between the pieces of work of many, so that a crowd holds nobody up. Neighbours:
 * the feed asks before it gives what is behind, the server knows when a turn is due. Invariant: who waits
 * goes on in the order of coming, one at a time.
 */
import type { Ports } from "./ports.ts";

/** Null where the work may go on at once. */
export type Pace = () => Promise<void> | null;

/** From the word to go on a reader comes to encode within so many microtasks: only then is its time known. */
const MICROTASKS = 10;

/** @param turn without it nobody waits */
export function createPace(turn: Ports["turn"]): Pace {
  if (!turn) return () => null;
  const waiting: (() => void)[] = [];
  let going = false;

  async function letGo(first: Promise<void> | null): Promise<void> {
    going = true;
    for (let due = first; ; due = turn?.() ?? null) {
      if (due) await due;
      const next = waiting.shift();
      if (!next) break;
      next();
      for (let n = 0; n < MICROTASKS; n++) await null;
    }
    going = false;
  }

  return () => {
    const due = going ? null : turn();
    if (!going && !due) return null;
    return new Promise((resolve) => {
      waiting.push(resolve);
      if (!going) void letGo(due);
    });
  };
}
