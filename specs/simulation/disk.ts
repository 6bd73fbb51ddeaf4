/**
 * The journal's disk in a simulated world: slow, full, failing, and there again after a crash. Each
 * life of the server gets a port of its own to the one memory behind. Invariant: what an append
 * acknowledged is in that memory; what a dead port was asked is never answered.
 */
import {
  createMemoryJournal,
  type Journal,
  type JournalRecord,
  JournalRefusal,
} from "../../core/index.ts";
import type { Random } from "../support/random.ts";
import type { Scheduler } from "./scheduler.ts";

/** Faults that a spec plants to see its oracles fail. */
export const PLANTS = [
  "early answer",
  "forgotten keys",
  "skipped frame",
  "torn group",
  "lost archive",
  "eager pruning",
] as const;
export type Plant = (typeof PLANTS)[number];

export interface SimulatedDisk {
  /** The port of one life; `dead` once it is over. */
  open(life: { dead: boolean }): Journal;
  /** What is durable. */
  durable: Journal;
  /** All that ever was, also what has been pruned since. */
  records(): readonly JournalRecord[];
  /** The ids of the tasks that are archived, in the order in which they went. */
  archived(): readonly string[];
  /** In the end nothing fails any more. */
  heal(): void;
}

export function createSimulatedDisk(
  scheduler: Scheduler,
  random: Random,
  plant: Plant | null,
): SimulatedDisk {
  const durable = createMemoryJournal("simulated");
  const records: JournalRecord[] = [];
  const archived = new Set<string>();
  let healed = false;

  async function append(expectedSeq: number, added: readonly JournalRecord[]): Promise<void> {
    const kept = plant === "lost archive" ? added.map(({ archive: _lost, ...own }) => own) : added;
    await durable.append(expectedSeq, kept);
    records.push(...added);
    for (const { archive } of added) {
      if (archive?.clear) archived.clear();
      for (const id of archive?.take ?? []) archived.delete(id);
      for (const { id, kind } of archive?.put ?? []) if (kind === "task") archived.add(id);
    }
  }

  function open(life: { dead: boolean }): Journal {
    /** Runs at a step of its own, unless the server has died meanwhile. */
    const later = <T>(name: string, run: () => Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        scheduler.add(name, () => {
          if (!life.dead) run().then(resolve, reject);
        });
      });
    return {
      ...durable,
      append(expectedSeq, added) {
        const last = added.at(-1)?.seq;
        if (plant === "early answer") {
          void later(`write ${last}`, () => append(expectedSeq, added)).catch(() => {});
          return Promise.resolve();
        }
        return later(`write ${last}`, async () => {
          const fate = healed ? 9 : random.whole(60);
          if (fate === 0) throw new JournalRefusal("full", "simulated: the disk is full");
          if (fate === 1) throw new Error("simulated: the write failed, nothing is there");
          if (plant === "torn group" && added.length > 1 && fate > 40) {
            await append(expectedSeq, added.slice(0, 1));
            throw new Error("simulated: only the first of them is there");
          }
          await append(expectedSeq, added);
          if (fate === 2) throw new Error("simulated: the sync failed, who knows");
        }).then(() => later(`written ${last}`, async () => {}));
      },
      read: (after, limit) => later(`read ${after}`, () => durable.read(after, limit)),
      findByKey: (key) =>
        later(`find ${key}`, async () =>
          plant === "forgotten keys" ? null : durable.findByKey(key),
        ),
      findArchived: (kind, ids, what) =>
        later(`find archived ${ids.join()}`, () => durable.findArchived(kind, ids, what)),
      listArchived: (query) => later("list the archive", () => durable.listArchived(query)),
      loadSnapshot: () => later("load", () => durable.loadSnapshot()),
      saveSnapshot: (seq, at, parts) =>
        later(`snapshot ${seq}`, async () => {
          const taken = [...parts];
          await later(`snapshot ${seq} kept`, () => durable.saveSnapshot(seq, at, taken));
        }),
      prune: (seq) =>
        later(`prune to ${seq}`, () =>
          durable.prune(plant === "eager pruning" ? durable.head() : seq),
        ),
      close: async () => {},
    };
  }

  return {
    open,
    durable,
    records: () => records,
    archived: () => [...archived],
    heal() {
      healed = true;
    },
  };
}
