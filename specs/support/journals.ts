/**
 * Journals with which a spec steers when an append ends and how. Neighbours: the engine's specs; the
 * entries themselves are kept by the real memory journal behind. Invariant: what an append refuses is
 * not in that journal, what it accepts is.
 */
import { createMemoryJournal, type Journal } from "../../core/index.ts";

export interface HeldJournal extends Journal {
  /** From here on an append waits for `release` before it writes. */
  hold(): void;
  release(): void;
  /** Resolves once an append waits. */
  held(): Promise<void>;
  /** The next append throws this and writes nothing. */
  failNext(error: Error): void;
  /** How many records each append brought. */
  readonly batches: readonly number[];
}

export function createHeldJournal(inner: Journal = createMemoryJournal()): HeldJournal {
  const batches: number[] = [];
  let gate: { opened: Promise<void>; open(): void } | null = null;
  let failure: Error | null = null;
  let arrived = createSignal();

  return {
    ...inner,
    batches,
    hold() {
      gate ??= createSignal();
    },
    release() {
      gate?.open();
      gate = null;
      arrived = createSignal();
    },
    held: () => arrived.opened,
    failNext(error) {
      failure = error;
    },
    async append(expectedSeq, records) {
      batches.push(records.length);
      if (gate) {
        arrived.open();
        await gate.opened;
      }
      if (failure) {
        const error = failure;
        failure = null;
        throw error;
      }
      await inner.append(expectedSeq, records);
    },
  };
}

function createSignal(): { opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** The same entries for a next engine: closing it leaves the journal behind open. */
export function withoutClose(inner: Journal): Journal {
  return { ...inner, close: async () => {} };
}
