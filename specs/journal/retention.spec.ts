/** What is kept of the past and for how long, and what becomes of the space. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  createMemoryJournal,
  createState,
  type Engine,
  openEngine,
  toWireState,
} from "../../core/index.ts";
import { createRetention } from "../../core/retention.ts";
import type { SqliteJournal } from "../../journal/index.ts";
import { AT, createIds, DAY_MS } from "../support/core.ts";
import { CREATED_AT, makeRecords, readAll, withFolder, withJournal } from "../support/journal.ts";

interface Kept {
  engine: Engine;
  floor(): number;
  /** Writes so many entries, one each minute, and waits for what follows from them. */
  write(count: number): Promise<void>;
}

async function withKept(
  options: { keepEntries: number; keepMs?: number; keepCharacters?: number },
  run: (kept: Kept) => Promise<void>,
): Promise<void> {
  const journal = createMemoryJournal();
  let now = AT;
  const engine = await openEngine({
    journal,
    clock: () => now,
    newId: createIds(),
    snapshotEvery: 10,
    ...options,
  });
  try {
    await engine.dispatch("blank/reset", {});
    await run({
      engine,
      floor: journal.floor,
      async write(count) {
        for (let n = 0; n < count; n++) {
          now += 60_000;
          const key = `key-${engine.view().seq + 1}`;
          const said = { company_name: `Company ${n} ${"x".repeat(200)}` };
          assert.ok((await engine.dispatch("org/configure", said, { key })).ok);
        }
      },
    });
  } finally {
    await engine.close();
  }
}

test("DUR-26: beyond the number that is kept entries go, as far as snapshots allow", () =>
  withKept({ keepEntries: 30 }, async ({ engine, floor, write }) => {
    await write(200);
    const head = engine.view().seq;
    assert.ok(floor() > 100, `floor ${floor()}`);
    assert.ok(floor() <= head - 30, `floor ${floor()} of ${head}`);
    // A key holds as long as its entry, so at least for the entries that are kept.
    const said = { company_name: `Company 171 ${"x".repeat(200)}` };
    const again = await engine.dispatch("org/configure", said, { key: "key-173" });
    assert.ok(again.ok && again.replayed);
  }));

test("DUR-26: entries younger than what is kept stay, however many they are", () =>
  withKept({ keepEntries: 10, keepMs: DAY_MS }, async ({ engine, floor, write }) => {
    await write(1_000);
    assert.is(floor(), 0);
    await write(1_000);
    const head = engine.view().seq;
    assert.ok(floor() > 0 && floor() <= head - 1_440, `floor ${floor()} of ${head}`);
    assert.ok(floor() > head - 1_440 - 60, `floor ${floor()} of ${head}`);
  }));

test("DUR-31: what is kept has a bound in characters, however few and young its entries are", () =>
  withKept(
    { keepEntries: 10_000, keepMs: DAY_MS, keepCharacters: 300_000 },
    async ({ engine, floor, write }) => {
      const kept: number[] = [];
      for (let n = 0; n < 20; n++) {
        await write(100);
        kept.push(engine.view().seq - floor());
      }
      const [first = 0] = kept;
      assert.is(first, engine.view().seq - 1_900, "within the bound all of it stays");
      // Some 800 characters each.
      const most = Math.max(...kept);
      assert.ok(most > 200 && most < 600, `${most} entries were kept`);
      assert.ok(Math.min(...kept.slice(5)) > 200, `${kept}`);
    },
  ));

test("DUR-26: space is given back while writes go on, and nothing kept is lost", () =>
  withFolder((dir) =>
    withJournal(dir, async (journal) => {
      const size = () => statSync(join(dir, "clawtasker.db")).size;
      for (let head = 0; head < 6_000; head += 500) {
        await journal.append(head, makeRecords(head + 1, 500, 2_000));
      }
      await journal.saveSnapshot(5_900, CREATED_AT, ["{}"]);
      const pruned = journal.prune(5_900);
      let head = 6_000;
      let done = false;
      void pruned.then(() => {
        done = true;
      });
      while (!done) {
        await journal.append(head, makeRecords(head + 1, 1, 100));
        head++;
      }
      assert.is(journal.floor(), 5_900);
      assert.ok(head > 6_010, "writes waited");
      assert.equal(await readAll(journal), [
        ...makeRecords(5_901, 100, 2_000),
        ...makeRecords(6_001, head - 6_000, 100),
      ]);
      // Only a checkpoint cuts the file itself.
      await journal.close();
      assert.ok(size() < 3_000_000, `${size()} bytes are left`);
      await withJournal(dir, async (again) => {
        assert.is(again.recovery.cut_off, null);
        assert.is(again.head(), head);
      });
    }),
  ));

async function snapshotsOf(bounds: { snapshotEvery: number; longTail: number }) {
  const journal = createMemoryJournal();
  await journal.append(0, makeRecords(1, 100));
  const state = createState();
  const retention = createRetention({
    journal,
    clock: () => AT,
    keepEntries: 1_000,
    keepMs: 0,
    snapshotSeq: 0,
    tailBytes: 0,
    ...bounds,
  });
  return {
    /** The entry of the newest snapshot, once these bytes are written. */
    async after(seq: number, bytes: number) {
      retention.wrote(bytes, state, seq);
      await retention.settled();
      return journal.recovery.backups[0]?.seq;
    },
    size: () => journal.recovery.backups[0]?.bytes ?? 0,
  };
}

test("DUR-30: a few large entries are followed by a snapshot too, but no more often than they are as large as it", async () => {
  const { after, size } = await snapshotsOf({ snapshotEvery: 1_000, longTail: 100 });
  assert.equal([await after(1, 40), await after(2, 40)], [undefined, undefined]);
  assert.is(await after(3, 40), 3);
  assert.ok(size() > 100, `${size()}`);
  assert.is(await after(4, size() - 1), 3, "not yet as large as the snapshot");
  assert.is(await after(5, 1), 5);
});

test("DUR-30: many entries are followed by a snapshot, of a large state once they are as large as it", async () => {
  const { after, size } = await snapshotsOf({ snapshotEvery: 3, longTail: 1_000_000 });
  assert.equal(
    [await after(1, 40), await after(2, 40), await after(3, 40)],
    [undefined, undefined, 3],
  );
  assert.is(await after(6, size() - 1), 3, "many, but not yet as large as the snapshot");
  assert.is(await after(7, 1), 7);
  assert.is(await after(9, size()), 7, "as large, but not many");
  assert.is(await after(10, 1), 10);
});

test("DUR-30: large entries are let go in steps, and a start that reads them ends with the same state", () =>
  withFolder(async (dir) => {
    const large = "x".repeat(100_000);
    const describe = { project_id: "atlas-core", name: "Atlas" };
    const before = await withJournal(dir, async (journal) => {
      const engine = await openEngine({ journal, clock: () => AT, newId: createIds() });
      await engine.dispatch("blank/reset", {});
      for (let n = 0; n < 60; n++) {
        const actions = Array.from({ length: 5 }, (_, k) => ({
          action: "projects/configure" as const,
          body: { ...describe, description: `${n} ${k} ${large.slice(0, 19_000)}` },
        }));
        assert.ok((await engine.dispatch("batch", { actions }, { key: `k-${n}` })).ok);
      }
      // Without the snapshot of a clean stop.
      await (journal as SqliteJournal).abort();
      return toWireState(engine.view().state);
    }).catch((error: Error) => error);
    assert.not.instance(before, Error);
    await withJournal(dir, async (journal) => {
      const engine = await openEngine({
        journal,
        clock: () => AT,
        newId: createIds(),
        keepEntries: 1,
      });
      assert.equal(toWireState(engine.view().state), before);
      assert.is(engine.recovery().entries_replayed, 301);
      assert.is(engine.recentEvents(200).at(-1)?.id, 301);
      assert.is(engine.recentEvents(200).length, 200);
      await journal.saveSnapshot(301, CREATED_AT, []);
      await journal.prune(300);
      assert.is(journal.floor(), 300);
      assert.is((await readAll(journal)).length, 1);
    });
  }));

test.run();
