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
import { textAtHand } from "./json.ts";
import type { Outcome } from "./outcome.ts";
import { OWNER } from "./permissions.ts";
import { type Journal, type JournalRecord, JournalRefusal } from "./ports.ts";
import { toArchiveChange } from "./state/archive/archive.ts";

/** Decisions in the queue that are written together, or not at all. */
export interface Queued extends Taken {
  records: readonly JournalRecord[];
  settle(durable: Outcome | "durable"): void;
}

export interface Commits {
  /** Writes these in one group; the outcome is given once it is durable. */
  enqueue(taken: Taken, accepted: Outcome): Promise<Outcome>;
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
    let end = 0;
    for (let entries = 0; entries < maxGroup && end < queue.length; end++) {
      entries += queue[end]?.entries.length ?? 0;
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
        queue.push({
          ...taken,
          records: taken.entries.map(toRecord),
          settle: (durable) => resolve(durable === "durable" ? accepted : durable),
        });
        queued += taken.entries.length;
        writing ??= write();
      });
    },
    durable,
    async afterDurable(seq, outcome) {
      if (seq <= head || (await durable(seq))) return outcome;
      return rejection("unavailable", "the journal could not be written; try again");
    },
    isFull: () => queued >= maxQueue,
    async settled() {
      await writing;
    },
  };
}

/** The answer to a batch is as large as all that it changed: its text, which there is, is not made again. */
function toText(entry: Entry): string {
  const { reply, batch, warnings, ...own } = entry;
  const text = batch === undefined || reply === undefined ? undefined : textAtHand(reply);
  if (text === undefined) return JSON.stringify(entry);
  const rest = JSON.stringify({ batch, warnings }).slice(1);
  return `${JSON.stringify(own).slice(0, -1)},"reply":${text},${rest}`;
}

function toRecord(entry: Entry): JournalRecord {
  const { seq, key, action, archive } = entry;
  const { by = OWNER.name } = action.stamp;
  return {
    seq,
    json: toText(entry),
    key: key === undefined ? null : toJournalKey({ by, key }),
    ...(archive && { archive: toArchiveChange(archive) }),
  };
}
