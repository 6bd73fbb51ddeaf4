/** An engine for the specs of timers, whose clock the spec moves. Neighbour: server/timers. */
import * as assert from "uvu/assert";
import {
  createMemoryJournal,
  type Engine,
  type Entry,
  openEngine,
  type State,
} from "../../core/index.ts";
import { AT, createIds } from "./core.ts";
import { readAll } from "./journal.ts";

export interface TimedHouse {
  engine: Engine;
  /** In milliseconds; to be moved. */
  clock: { now: number };
  onError(error: Error): void;
  /** Waits for an entry with which it is so. */
  until(isDone: (state: State) => boolean): Promise<void>;
  entriesAfter(seq: number): Promise<Entry[]>;
}

/** The demo company; no timer may have failed in the end. */
export async function withTimedHouse(run: (house: TimedHouse) => Promise<void>): Promise<void> {
  const clock = { now: AT };
  const journal = createMemoryJournal();
  const engine = await openEngine({ journal, clock: () => clock.now, newId: createIds() });
  const errors: Error[] = [];
  const ending = new AbortController();
  // The timers let a process end.
  const alive = setTimeout(() => ending.abort(), 60_000);
  try {
    await engine.dispatch("demo/reset", {});
    await run({
      engine,
      clock,
      onError: (error) => errors.push(error),
      async until(isDone) {
        for await (const _ of engine.feed.subscribe({ since: 0, signal: ending.signal })) {
          if (isDone(engine.view().state)) return;
        }
        assert.unreachable("it did not come to that");
      },
      entriesAfter: async (seq) =>
        (await readAll(journal, seq)).map(({ json }) => JSON.parse(json) as Entry),
    });
    assert.equal(errors, []);
  } finally {
    clearTimeout(alive);
    ending.abort();
    await engine.close();
  }
}
