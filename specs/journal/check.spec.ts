/**
 * The check that a start does not wait for: what is given out before it, what goes on during it, what
 * happens when it finds something. `damage.spec.ts` holds what comes out of damage.
 */
import { execFile } from "node:child_process";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import threads, { type WorkerOptions } from "node:worker_threads";
import Database from "libsql";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  CREATED_AT,
  failureOf,
  makeRecords,
  openIn,
  readAll,
  snapshotIn,
  withFolder,
  withJournal,
} from "../support/journal.ts";

const JOURNAL = new URL("../../journal/index.js", import.meta.url).href;

/** As a large journal: the check is a matter of its own, here one that never comes by itself. */
const NEVER = { checkFirstBytes: 0, checkAfterMs: 1_000_000 };
const AT_ONCE = { checkFirstBytes: 0, checkAfterMs: 0 };

async function make(dir: string, snapshot = 80): Promise<string> {
  return withJournal(dir, async (journal) => {
    await journal.append(0, makeRecords(1, 100));
    await journal.saveSnapshot(snapshot, CREATED_AT, ['{"at":80}']);
    return journal.id;
  });
}

function meddle(dir: string, sql: string): void {
  const db = new Database(join(dir, "clawtasker.db"));
  db.exec(sql);
  db.close();
}

const ALTERED = "UPDATE entries SET json = '{}' WHERE seq = 57";

test("DUR-17: a sound journal serves before the check, and says when it was checked", () =>
  withFolder(async (dir) => {
    const id = await make(dir);
    await withJournal(
      dir,
      async (journal) => {
        assert.is(journal.recovery.verified_at, null);
        assert.is(journal.recovery.entries_replayed, 20);
        assert.equal(await readAll(journal), makeRecords(1, 100));
        assert.is((await journal.findByKey("key-8"))?.seq, 8);
        await journal.append(100, makeRecords(101, 5));
      },
      NEVER,
    );
    await withJournal(
      dir,
      async (journal) => {
        await journal.append(105, makeRecords(106, 5));
        await journal.checked();
        assert.is(journal.recovery.verified_at, CREATED_AT);
        await journal.append(110, makeRecords(111, 5));
        assert.is(journal.id, id);
        assert.is(journal.recovery.cut_off, null);
        assert.equal(await readAll(journal), makeRecords(1, 115));
      },
      AT_ONCE,
    );
  }));

test("DUR-17: the snapshot that was verified at the opening comes as it was written, in whatever letters, also a second time", () =>
  withFolder(async (dir) => {
    const parts = ['{"plain":1}', '{"é":"ß"}', '{"„”":"日本 🐾"}', "{}"];
    await withJournal(dir, async (journal) => {
      await journal.append(0, makeRecords(1, 10));
      await journal.saveSnapshot(8, CREATED_AT, parts);
    });
    await withJournal(
      dir,
      async (journal) => {
        assert.is(journal.recovery.verified_at, null);
        assert.equal(await snapshotIn(journal), { seq: 8, parts });
        assert.equal(await snapshotIn(journal), { seq: 8, parts });
      },
      NEVER,
    );
  }));

test("DUR-17: an altered entry is not given out before the check either: it is found by reading it", () =>
  withFolder(async (dir) => {
    await make(dir);
    meddle(dir, `${ALTERED}; UPDATE entries SET json = '{}' WHERE seq = 8`);
    const told: string[] = [];
    await withJournal(
      dir,
      async (journal) => {
        assert.is(journal.head(), 100);
        assert.equal(await journal.read(60, 10), makeRecords(61, 10));
        const [read, found] = await Promise.all([
          journal.read(50, 1_000),
          journal.findByKey("key-8"),
        ]);
        assert.equal(read, makeRecords(81, 20));
        assert.is(found, null);
        assert.is(journal.floor(), 80);
        assert.match(journal.recovery.cut_off?.reason ?? "", "entry 8 was altered");
        assert.ok(existsSync(journal.recovery.cut_off?.kept_in ?? ""));
        assert.is(told.length, 1);
      },
      { ...NEVER, onDamage: (reason) => told.push(reason) },
    );
  }));

test("DUR-17: writes go on while the check finds damage, none lost, none doubled", () =>
  withFolder(async (dir) => {
    await make(dir);
    meddle(dir, ALTERED);
    await withJournal(
      dir,
      async (journal) => {
        let head = 100;
        let checked = false;
        const check = journal.checked().then(() => {
          checked = true;
        });
        const snapshots: Promise<unknown>[] = [];
        while (!checked) {
          await journal.append(head, makeRecords(head + 1, 3));
          head += 3;
          // One that loses its worker half-way fails as any other, and the next one counts.
          if (head % 5 === 0) {
            snapshots.push(journal.saveSnapshot(head, CREATED_AT, ["{}", "{}"]).catch(() => {}));
          }
        }
        await check;
        await Promise.all(snapshots);
        await journal.append(head, makeRecords(head + 1, 1));
        assert.is(journal.head(), head + 1);
        const floor = journal.floor();
        assert.ok(floor >= 80);
        assert.equal(await readAll(journal), makeRecords(floor + 1, head + 1 - floor));
        assert.is(journal.recovery.cut_off?.after_seq, 56);
        await journal.saveSnapshot(head, CREATED_AT, ["{}"]);
      },
      AT_ONCE,
    );
    await withJournal(dir, async (journal) => assert.is(journal.recovery.cut_off, null));
  }));

test("DUR-17: what spoke against the journal makes the next start check all of it", () =>
  withFolder(async (dir) => {
    await make(dir);
    meddle(dir, ALTERED);
    const doubt = join(dir, "clawtasker.db-doubt");
    writeFileSync(doubt, "entry 57 was altered\n");
    await withJournal(
      dir,
      async (again) => {
        assert.ok(again.recovery.verified_at);
        assert.is(again.floor(), 80);
        assert.not.ok(existsSync(doubt));
      },
      NEVER,
    );
  }));

test("DUR-17: closed while the check reads, it ends, says nothing and takes nothing with it", () =>
  withFolder(async (dir) => {
    await withJournal(dir, async (journal) => {
      await journal.append(0, makeRecords(1, 20_000));
      await journal.saveSnapshot(20_000, CREATED_AT, ["{}"]);
    });
    // Closed a little later each time, so before, during and after the reading.
    const script = `import { openSqliteJournal } from ${JSON.stringify(JOURNAL)};
      const options = { dir: ${JSON.stringify(dir)}, now: () => 0, checkFirstBytes: 0, checkAfterMs: 0 };
      const onDamage = (why) => console.log(why);
      let head = 20000, stopped = 0;
      for (let round = 0; round < 16; round++) {
        const journal = await openSqliteJournal({ ...options, onDamage });
        const checked = journal.checked().catch(() => { stopped++; });
        for (let n = 0; n < 25 * round; n++) {
          await journal.append(head, [{ seq: ++head, json: "{}", key: null }]);
        }
        await journal.close();
        await checked;
      }
      console.log(stopped > 0 ? "some" : "none");`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--input-type=module",
      "-e",
      script,
    ]);
    assert.is(stdout, "some\n");
  }));

test("DUR-17: a check that cannot be begun, or that ends without a word, is no check, and the WAL is written back as before", () =>
  withFolder(async (dir) => {
    await make(dir);
    const { Worker } = threads;
    const isCheck = (url: string | URL) => `${url}`.includes("check-worker");
    const failing: (typeof Worker)[] = [
      class extends Worker {
        constructor(url: string | URL, options?: WorkerOptions) {
          if (isCheck(url)) throw new Error("no thread can be started");
          super(url, options);
        }
      },
      class extends Worker {
        constructor(url: string | URL, options?: WorkerOptions) {
          const code = new URL("data:text/javascript,throw new Error('no memory is left')");
          super(isCheck(url) ? code : url, options);
        }
      },
    ];
    let head = 100;
    for (const [n, said] of [/no thread/, /no memory/].entries()) {
      threads.Worker = failing[n] as typeof Worker;
      syncBuiltinESMExports();
      try {
        await withJournal(
          dir,
          async (journal) => {
            assert.match((await failureOf(journal.checked())).message, said);
            assert.is(journal.recovery.verified_at, null);
            for (let n = 0; n < 12; n++, head += 16) {
              await journal.append(head, makeRecords(head + 1, 16, 64 * 1024));
            }
            const { size } = statSync(join(dir, "clawtasker.db-wal"));
            assert.ok(size < 8_000_000, `${size} bytes of WAL after 12 MB of entries`);
          },
          AT_ONCE,
        );
      } finally {
        threads.Worker = Worker;
        syncBuiltinESMExports();
      }
    }
    await withJournal(dir, async (journal) => assert.is(journal.head(), head));
  }));

test("DUR-11 DUR-17: a second server is refused while the check reads", () =>
  withFolder(async (dir) => {
    await make(dir);
    await withJournal(
      dir,
      async (journal) => {
        await journal.checked();
        const { message } = await failureOf(openIn(dir));
        assert.match(message, "another server is using");
        const script = `import { openSqliteJournal } from ${JSON.stringify(JOURNAL)};
          await openSqliteJournal({ dir: ${JSON.stringify(dir)}, now: () => 0 }).then(
            () => console.log("opened"), (error) => console.log(error.message));`;
        const apart = await promisify(execFile)(process.execPath, [
          "--input-type=module",
          "-e",
          script,
        ]);
        assert.match(apart.stdout, "another server is using");
      },
      AT_ONCE,
    );
  }));

test.run();
