/**
 * How much the results of one batch may say together. Neighbour: `batch-dispatch.ts` asks for each.
 * Invariant: however large the records are that its actions answer with, the answer to a batch, and what
 * is journaled of it, stays within `MAX_RESULTS` and a fixed part for each action.
 */
import type { Outcome } from "./outcome.ts";

/** In characters of JSON, about: 8,000 for each of the most actions that a batch can have. */
export const MAX_RESULTS = 4_000_000;

/**
 * @returns what the result of the next action may say: all of it while there is room, and from the first
 * that does not fit only how each went
 */
export function createRoom(): (outcome: Outcome) => Outcome {
  let left = MAX_RESULTS;
  return (outcome) => {
    const said = outcome.ok ? outcome.reply : outcome.current;
    if (said === undefined) return outcome;
    left = roomAfter(said, left);
    if (left > 0) return outcome;
    if (outcome.ok) return { ...outcome, reply: { left_out: true } };
    const { current: _large, ...rest } = outcome;
    return rest;
  };
}

/** What is left of the room after a value of JSON; looks no further than to where there is none left. */
function roomAfter(value: unknown, room: number): number {
  if (typeof value === "string") return room - value.length - 3;
  if (typeof value !== "object" || value === null) return room - 6;
  let left = room - 3;
  for (const [key, inner] of Object.entries(value)) {
    if (left <= 0) break;
    left = roomAfter(inner, left - (Array.isArray(value) ? 0 : key.length + 3));
  }
  return left;
}
