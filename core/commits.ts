/**
 * The queue of what was decided: written in groups, in its order, and only then answered. While one
 * group is being made durable the next one gathers. Neighbours: `decisions.ts` has what is queued, the
 * journal writes it, `engine.ts` is told what became of it.
 * Invariants: nobody is told yes before it is on disk; a no that rests on something not yet durable
 * waits for it too.
 */
import type { Taken } from "./decisions.ts";
import { rejection } from "./errors.ts";
import type { Outcome } from "./outcome.ts";
import { type Journal, type JournalRecord, JournalRefusal } from "./ports.ts";
import { charactersOf } from "./records.ts";

/** Of the texts of one group: what comes after waits for the next one. */
const MAX_GROUP = 16_000_000;
/** Of the texts that may wait: each is held in memory until it is durable. */
export const MAX_WAITING = 64_000_000;

/** Decisions in the queue that are written together, or not at all. */
export interface Queued extends Pick<Taken, "entries" | "after" | "touched" | "growth"> {
  records: readonly JournalRecord[];
  /** Of their texts. */
  characters: number;
  settle(durable: Outcome | "durable"): void;
}

export interface Commits {
  /** Writes these in one group, as the records of their entries; the outcome is given once it is durable. */
  enqueue(taken: Taken, accepted: Outcome, records: readonly JournalRecord[]): Promise<Outcome>;
  /** Resolves once everything up to the entry is durable, or with false when some of it was lost. */
  durable(seq: number): Promise<boolean>;
  /** An answer may only be given once everything it was decided on is durable. */
  afterDurable(seq: number, outcome: Outcome): Promise<Outcome>;
  isFull(): boolean;
  /** Resolves when nothing is queued any more. */
  settled(): Promise<void>;
}

export interface CommitsOptions {
  journal: Pick<Journal, "append">;
  /** The last entry that is durable. */
  head: number;
  /** Entries to a group; only what belongs together may make one larger. */
  maxGroup: number;
  /** Entries that may wait; `isFull` tells from then on. */
  maxQueue: number;
  /** The group is durable; who waits for it is being told. */
  onDurable(group: readonly Queued[]): void;
  /**
   * Nothing of what was queued has happened. `clean` when the next append may succeed; otherwise the
   * outcome of the last one is unknown.
   */
  onFailed(error: Error, clean: boolean): void;
}

export function createCommits(options: CommitsOptions): Commits {
  const { journal, maxGroup, maxQueue, onDurable, onFailed } = options;
  let { head } = options;
  let queue: Queued[] = [];
  /** The entries in it. */
  let queued = 0;
  /** The characters of their texts. */
  let waitingCharacters = 0;
  let writing: Promise<void> | null = null;
  /** Who waits for entries of others: refusals that rest on them, for one. */
  let waiting: { seq: number; settle(durable: boolean): void }[] = [];

  async function write(): Promise<void> {
    // One turn of the loop, so that what arrives together is written together.
    await Promise.resolve();
    while (queue.length > 0) {
      const group = queue.splice(0, nextGroup());
      const records = group.flatMap((one) => one.records);
      queued -= records.length;
      for (const { characters } of group) waitingCharacters -= characters;
      try {
        await journal.append(head, records);
      } catch (error) {
        fail(group, error as Error);
        continue;
      }
      succeed(group);
    }
    writing = null;
  }

  /** How many to write next. */
  function nextGroup(): number {
    let [end, entries, characters] = [0, 0, 0];
    for (const next of queue) {
      if (entries >= maxGroup || characters >= MAX_GROUP) break;
      entries += next.entries.length;
      characters += next.characters;
      end++;
    }
    return end;
  }

  function succeed(group: readonly Queued[]): void {
    for (const { settle, entries } of group) {
      head += entries.length;
      settle("durable");
    }
    const ready = waiting.filter(({ seq }) => seq <= head);
    waiting = waiting.filter(({ seq }) => seq > head);
    for (const { settle } of ready) settle(true);
    onDurable(group);
  }

  /** Nothing of what is not durable has happened: the old state is simply kept. */
  function fail(group: readonly Queued[], error: Error): void {
    const lost = [...group, ...queue];
    const refused = waiting;
    queue = [];
    queued = 0;
    waitingCharacters = 0;
    waiting = [];
    const clean = error instanceof JournalRefusal && error.reason === "full";
    const why = clean
      ? "the disk is full: nothing was changed; free some space and try again"
      : "the journal failed: the server stops to recover; try again";
    for (const { settle } of lost) settle(rejection("unavailable", why));
    for (const { settle } of refused) settle(false);
    onFailed(error, clean);
  }

  function durable(seq: number): Promise<boolean> {
    if (seq <= head) return Promise.resolve(true);
    return new Promise((settle) => waiting.push({ seq, settle }));
  }

  return {
    enqueue(taken, accepted, records) {
      return new Promise<Outcome>((resolve) => {
        const characters = charactersOf(records);
        waitingCharacters += characters;
        const { entries, after, touched, growth } = taken;
        // Not by a spread: objects made so have no shape in common, and each look at one is dear.
        queue.push({
          entries,
          after,
          touched,
          growth,
          records,
          characters,
          settle: (durable) => resolve(durable === "durable" ? accepted : durable),
        });
        queued += entries.length;
        writing ??= write();
      });
    },
    durable,
    async afterDurable(seq, outcome) {
      if (seq <= head || (await durable(seq))) return outcome;
      return rejection("unavailable", "the journal could not be written; try again");
    },
    isFull: () => queued >= maxQueue || waitingCharacters >= MAX_WAITING,
    async settled() {
      await writing;
    },
  };
}
