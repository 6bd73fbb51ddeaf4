/**
 * How much the results of one batch may say together. Neighbour: `batch-dispatch.ts` asks for each.
 * Invariant: however large the records are that its actions answer with, the answer to a batch, and what
 * is journaled of it, stays within `MAX_RESULTS` and a fixed part for each action.
 */
import { toResult } from "./batch.ts";
import type { Outcome } from "./outcome.ts";

/** In characters of JSON: 8,000 for each of the most actions that a batch can have. */
export const MAX_RESULTS = 4_000_000;

/** What is said of an action, and as JSON. */
export interface Told {
  outcome: Outcome;
  text: string;
}

/**
 * @returns what the result of the next action may say: all of it while there is room, and from the first
 * that does not fit only how each went
 */
export function createRoom(): (outcome: Outcome) => Told {
  let left = MAX_RESULTS;
  return (outcome) => {
    const said = outcome.ok ? outcome.reply : outcome.current;
    if (said === undefined) return tell(outcome);
    if (left > 0) {
      const told = tell(outcome);
      left -= told.text.length;
      if (left > 0) return told;
    }
    return tell(withoutRecords(outcome));
  };
}

/**
 * For the kept answers that a batch asks for, in the order of its actions: what cannot have room in the end is not
 * held until then.
 */
export function createReplayRoom(): (outcome: Outcome) => Outcome {
  let left = MAX_RESULTS;
  return (outcome) => {
    if (!outcome.ok || !outcome.replayed) return outcome;
    if (left <= 0) return withoutRecords(outcome);
    left -= JSON.stringify(outcome.reply).length;
    return outcome;
  };
}

function tell(outcome: Outcome): Told {
  return { outcome, text: JSON.stringify(toResult(outcome)) };
}

function withoutRecords(outcome: Outcome): Outcome {
  if (outcome.ok) return { ...outcome, reply: { left_out: true } };
  const { current: _large, ...rest } = outcome;
  return rest;
}
