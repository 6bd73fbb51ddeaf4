/**
 * The journal's disk in a simulated world: slow, full, failing, and there again after a crash. Each
 * life of the server gets a port of its own to the one memory behind. Invariant: what an append
 * acknowledged is in that memory; what a dead port was asked is never answered.
 */
import { createMemoryJournal, type Journal, JournalRefusal } from "../../core/index.ts";
import type { Random } from "../support/random.ts";
import type { Scheduler } from "./scheduler.ts";

/** Faults that a spec plants to see its oracles fail. */
export const PLANTS = ["early answer", "forgotten keys", "skipped frame"] as const;
export type Plant = (typeof PLANTS)[number];

export interface SimulatedDisk {
  /** The port of one life; `dead` once it is over. */
  open(life: { dead: boolean }): Journal;
  /** What is durable. */
  durable: Journal;
  /** In the end nothing fails any more. */
  heal(): void;
}

export function createSimulatedDisk(
  scheduler: Scheduler,
  random: Random,
  plant: Plant | null,
): SimulatedDisk {
  const durable = createMemoryJournal("simulated");
  let healed = false;

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
      append(expectedSeq, records) {
        const last = records.at(-1)?.seq;
        if (plant === "early answer") {
          void later(`write ${last}`, () => durable.append(expectedSeq, records)).catch(() => {});
          return Promise.resolve();
        }
        return later(`write ${last}`, async () => {
          const fate = healed ? 9 : random.whole(60);
          if (fate === 0) throw new JournalRefusal("full", "simulated: the disk is full");
          if (fate === 1) throw new Error("simulated: the write failed, nothing is there");
          await durable.append(expectedSeq, records);
          if (fate === 2) throw new Error("simulated: the sync failed, who knows");
        }).then(() => later(`written ${last}`, async () => {}));
      },
      read: (after, limit) => later(`read ${after}`, () => durable.read(after, limit)),
      findByKey: (key) =>
        later(`find ${key}`, async () =>
          plant === "forgotten keys" ? null : durable.findByKey(key),
        ),
      loadSnapshot: () => later("load", () => durable.loadSnapshot()),
      saveSnapshot: (seq, at, parts) =>
        later(`snapshot ${seq}`, async () => {
          const taken = [...parts];
          await later(`snapshot ${seq} kept`, () => durable.saveSnapshot(seq, at, taken));
        }),
      prune: async () => {},
      close: async () => {},
    };
  }

  return {
    open,
    durable,
    heal() {
      healed = true;
    },
  };
}
