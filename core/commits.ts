/**
 * The queue of what was decided: written in groups, in its order, and only then answered. While one
 * group is being made durable the next one gathers. Neighbours: `decisions.ts` has what is queued, the
 * journal writes it, `engine.ts` is told what became of it.
 * Invariants: nobody is told yes before it is on disk; a no that rests on something not yet durable
 * waits for it too.
 */
import type { Taken } from "./decisions.ts";
import type { Entry } from "./entry.ts";
import { rejection } from "./errors.ts";
import { toJournalKey } from "./idempotency.ts";
import type { Outcome } from "./outcome.ts";
import { OWNER } from "./permissions.ts";
import { type Journal, type JournalRecord, JournalRefusal } from "./ports.ts";
import type { Reduction } from "./reduce.ts";
import { toArchiveChange } from "./state/archive/archive.ts";

/** A decision in the queue. */
export interface Queued {
  record: JournalRecord;
  entry: Entry;
  reduction: Reduction;
  /** Written together with the one before it, or not at all. */
  joined: boolean;
  settle(outcome: Outcome): void;
}

export interface Commits {
  /** Writes these in one group; the outcome is given once it is durable. */
  enqueue(taken: readonly Taken[], accepted: Outcome): Promise<Outcome>;
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
  /** Entries to a group; only what is joined may make one larger. */
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
  let writing: Promise<void> | null = null;
  /** Who waits for entries of others: refusals that rest on them, for one. */
  let waiting: { seq: number; settle(durable: boolean): void }[] = [];

  async function write(): Promise<void> {
    // One turn of the loop, so that what arrives together is written together.
    await Promise.resolve();
    while (queue.length > 0) {
      const group = queue.splice(0, nextGroup());
      const records = group.map(({ record }) => record);
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

  /** How many to write next: what is joined is never taken apart. */
  function nextGroup(): number {
    let end = Math.min(queue.length, maxGroup);
    while (queue[end]?.joined) end++;
    return end;
  }

  function succeed(group: readonly Queued[]): void {
    for (const { settle, entry } of group) {
      head = entry.seq;
      settle({ ok: true, seq: head, reply: {}, replayed: false });
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
    enqueue(taken, accepted) {
      return new Promise<Outcome>((resolve) => {
        for (const [index, { entry, reduction }] of taken.entries()) {
          queue.push({
            record: toRecord(entry, reduction),
            entry,
            reduction,
            joined: index > 0,
            settle: (outcome) => {
              if (!outcome.ok) resolve(outcome);
              else if (index === taken.length - 1) resolve(accepted);
            },
          });
        }
        writing ??= write();
      });
    },
    durable,
    async afterDurable(seq, outcome) {
      if (seq <= head || (await durable(seq))) return outcome;
      return rejection("unavailable", "the journal could not be written; try again");
    },
    isFull: () => queue.length >= maxQueue,
    async settled() {
      await writing;
    },
  };
}

function toRecord(entry: Entry, { archive }: Reduction): JournalRecord {
  const { seq, key, action } = entry;
  const { by = OWNER.name } = action.stamp;
  return {
    seq,
    json: JSON.stringify(entry),
    key: key === undefined ? null : toJournalKey({ by, key }),
    ...(archive && { archive: toArchiveChange(archive) }),
  };
}
