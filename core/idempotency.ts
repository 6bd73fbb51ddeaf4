/**
 * One effect and one answer for each idempotency key, at once, later and after a restart. Neighbours:
 * the engine runs every keyed dispatch through it, the journal keeps key and answer with the entry.
 * Invariant: between the look into the journal and the entry nothing else runs with the same key.
 */
import { dequal } from "dequal/lite";
import { batch } from "./batch.ts";
import type { Entry } from "./entry.ts";
import { type Rejection, rejection } from "./errors.ts";
import type { Outcome } from "./outcome.ts";
import type { Journal } from "./ports.ts";

/** What makes two requests the same: an unknown field too, which may be a misspelt one. */
export interface Said {
  name: string;
  payload: unknown;
  warnings: readonly string[];
}

export type Once = (key: string, said: Said, run: () => Promise<Outcome>) => Promise<Outcome>;

/** Joins the dispatch under way with the key, else asks the journal, else runs. */
export function createOnce(journal: Pick<Journal, "findByKey">): Once {
  const underWay = new Map<string, { said: Said; outcome: Promise<Outcome> }>();

  async function answer(key: string, said: Said, run: () => Promise<Outcome>): Promise<Outcome> {
    const record = await journal.findByKey(key);
    if (!record) return run();
    const {
      action,
      batch: whole,
      reply = {},
      seq,
      warnings = [],
    } = JSON.parse(record.json) as Entry;
    const { name, payload } = whole ? { name: batch.name, payload: whole } : action;
    if (!dequal({ name, payload, warnings }, said)) return keyReused(key);
    return { ok: true, seq, reply, replayed: true };
  }

  return async (key, said, run) => {
    const earlier = underWay.get(key);
    if (earlier) {
      if (!dequal(earlier.said, said)) return keyReused(key);
      const outcome = await earlier.outcome;
      return outcome.ok ? { ...outcome, replayed: true } : outcome;
    }
    const outcome = answer(key, said, run);
    underWay.set(key, { said, outcome });
    try {
      return await outcome;
    } finally {
      underWay.delete(key);
    }
  };
}

function keyReused(key: string): Rejection {
  return rejection(
    "key_reused",
    `Idempotency-Key ${key} was used with another request; use a new key`,
  );
}
