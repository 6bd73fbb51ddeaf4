/**
 * One effect and one answer for each idempotency key, at once, later and after a restart. Neighbours:
 * the engine runs every keyed dispatch through it, the journal keeps key and answer with the entry.
 * Invariants: between the look into the journal and the entry nothing else runs with the same key; a
 * key is its token's own, so that nobody is given, or told of, what another's request did.
 */
import { dequal } from "dequal/lite";
import { batch } from "./batch.ts";
import type { Entry } from "./entry.ts";
import { type Rejection, rejection } from "./errors.ts";
import type { DispatchOptions, Outcome } from "./outcome.ts";
import { callerOf, OWNER } from "./permissions.ts";
import type { Journal } from "./ports.ts";

/** What makes two requests the same: an unknown field too, which may be a misspelt one. */
export interface Said {
  name: string;
  payload: unknown;
  warnings: readonly string[];
}

/** A caller's key and the name of the token it came with. */
export interface Key {
  by: string;
  key: string;
}

/** Does one piece of work when it is its turn. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** @param inTurn for who asks of many keys: a kept answer may be large, and each is read and parsed by itself */
export type Once = (
  key: Key,
  said: Said,
  run: () => Promise<Outcome>,
  inTurn?: InTurn,
) => Promise<Outcome>;

/**
 * The key as the journal finds it: the owner's as it was sent, as it was before tokens had names; another's
 * under its token's name. No header and no name holds a line break.
 */
export function toJournalKey({ by, key }: Key): string {
  return by === OWNER.name ? key : `${by}\n${key}`;
}

/** The same for a dispatch; undefined where it came without a key. */
export function journalKeyOf({ key, ...who }: DispatchOptions): string | undefined {
  return key === undefined ? undefined : toJournalKey({ by: callerOf(who).name, key });
}

/** Joins the same dispatch under way with the key, where anything comes of it; else asks the journal, else runs. */
export function createOnce(journal: Pick<Journal, "findByKey">): Once {
  const underWay = new Map<string, { said: Said; outcome: Promise<Outcome> }>();

  async function findKept(key: Key, said: Said): Promise<Outcome | null> {
    const record = await journal.findByKey(toJournalKey(key));
    if (!record) return null;
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

  function look(key: Key, said: Said, inTurn?: InTurn): Promise<Outcome | null> {
    const find = () => findKept(key, said);
    return inTurn ? inTurn(find) : find();
  }

  async function answer(...[key, said, run, inTurn]: Parameters<Once>): Promise<Outcome> {
    return (await look(key, said, inTurn)) ?? run();
  }

  return async (key, said, run, inTurn) => {
    const name = toJournalKey(key);
    for (let earlier = underWay.get(name); earlier; earlier = underWay.get(name)) {
      // What is under way may be a stranger to the key itself: the journal knows whose it is. It waits for nothing,
      // or two batches could wait for each other.
      if (!dequal(earlier.said, said)) return (await look(key, said, inTurn)) ?? keyReused(key);
      const outcome = await earlier.outcome;
      if (outcome.ok) return { ...outcome, replayed: true };
      // Nothing came of it, perhaps as its caller was gone: who waited has a try of its own, the first one first.
      if (outcome.code !== "unavailable") return outcome;
    }
    const outcome = answer(key, said, run, inTurn);
    underWay.set(name, { said, outcome });
    try {
      return await outcome;
    } finally {
      underWay.delete(name);
    }
  };
}

function keyReused({ key }: Key): Rejection {
  return rejection(
    "key_reused",
    `Idempotency-Key ${key} was used with another request; use a new key`,
  );
}
