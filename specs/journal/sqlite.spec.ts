/** What the SQLite journal does beyond the contract: a real file, a worker, a full disk, a second server. */
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import Database from "libsql";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { JournalRefusal } from "../../core/index.ts";
import { FORMAT_VERSION } from "../../journal/format.ts";
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

const run = promisify(execFile);
const JOURNAL = new URL("../../journal/index.js", import.meta.url).href;

/** Runs a module in a process of its own with `journal` opened in the folder; gives what it printed. */
async function runApart(dir: string, body: string, limits = ""): Promise<string> {
  const script = `import { openSqliteJournal } from ${JSON.stringify(JOURNAL)};
    const open = () => openSqliteJournal({ dir: ${JSON.stringify(dir)}, now: () => 0 });
    const record = (seq, fill) => ({ seq, json: JSON.stringify("x".repeat(fill)), key: null });
    ${body}`;
  const { stdout } = await run("/bin/sh", [
    "-c",
    `${limits} exec "$0" --input-type=module -e "$1"`,
    process.execPath,
    script,
  ]);
  return stdout.trim();
}

test("DUR-3: numbers, entries, keys, snapshots, floor and id outlive closing and opening", () =>
  withFolder(async (dir) => {
    const id = await withJournal(dir, async (journal) => {
      assert.is(journal.recovery.source, "empty");
      await journal.append(0, makeRecords(1, 300));
      await journal.saveSnapshot(100, CREATED_AT, ['{"at":100}']);
      await journal.saveSnapshot(200, CREATED_AT, ['{"at":200}', "{}"]);
      await journal.prune(50);
      return journal.id;
    });
    assert.is(statSync(join(dir, "clawtasker.db-wal"), { throwIfNoEntry: false })?.size ?? 0, 0);
    await withJournal(dir, async (journal) => {
      assert.is(journal.id, id);
      assert.is(journal.head(), 300);
      assert.is(journal.floor(), 50);
      assert.equal(await readAll(journal), makeRecords(51, 250));
      assert.equal(await journal.findByKey("key-60"), makeRecords(60, 1)[0]);
      assert.equal(await snapshotIn(journal), { seq: 200, parts: ['{"at":200}', "{}"] });
      assert.equal(journal.recovery, {
        recovered_at: CREATED_AT,
        source: "snapshot",
        journal: id,
        snapshot_seq: 200,
        head_seq: 300,
        entries_replayed: 100,
        verified_at: CREATED_AT,
        cut_off: null,
        refused: [],
        backups: [
          { seq: 200, created_at: CREATED_AT, bytes: 12 },
          { seq: 100, created_at: CREATED_AT, bytes: 10 },
        ],
      });
      const conflict = await failureOf(journal.append(299, makeRecords(300, 1)));
      assert.instance(conflict, JournalRefusal);
      await journal.append(300, makeRecords(301, 1));
      assert.is(journal.head(), 301);
    });
  }));

test("DUR-6: after the first write SQLite says WAL, FULL and exclusive; the folder is the owner's alone", () =>
  withFolder(async (dir) => {
    const inner = join(dir, "new", "data");
    await withJournal(inner, async ({ pragmas }) => {
      assert.equal(pragmas, { journal_mode: "wal", synchronous: 2, locking_mode: "exclusive" });
    });
    assert.is(statSync(inner).mode & 0o777, 0o700);
    await withJournal(inner, async ({ pragmas }) => assert.is(pragmas.synchronous, 2));
  }));

test("DUR-8: a full disk refuses an append cleanly, and the same connection writes when there is space", () =>
  withFolder((dir) =>
    withJournal(
      dir,
      async (journal) => {
        let head = 0;
        let error: Error | null = null;
        while (!error) {
          assert.ok(head < 100, "it never became full");
          await journal.append(head, makeRecords(head + 1, 2, 8_000)).then(
            () => {
              head += 2;
            },
            (failure: Error) => {
              error = failure;
            },
          );
        }
        assert.instance(error, JournalRefusal);
        assert.is((error as JournalRefusal).reason, "full");
        assert.is(journal.head(), head);
        assert.equal(await readAll(journal), makeRecords(1, head, 8_000));
        const parts = Array.from({ length: 100 }, () => JSON.stringify("x".repeat(10_000)));
        assert.instance(
          await failureOf(journal.saveSnapshot(head, CREATED_AT, parts)),
          JournalRefusal,
        );
        assert.is(await snapshotIn(journal), null);

        await journal.setMaxPages(0);
        await journal.append(head, makeRecords(head + 1, 2, 8_000));
        await journal.saveSnapshot(head, CREATED_AT, parts);
        assert.equal(await readAll(journal), makeRecords(1, head + 2, 8_000));
        assert.is((await snapshotIn(journal))?.parts.length, 100);
      },
      { maxPages: 60 },
    ),
  ));

test("DUR-8: with a disk that is full at the start the journal opens and reads", () =>
  withFolder(async (dir) => {
    await withJournal(dir, (journal) => journal.append(0, makeRecords(1, 50, 1_000)));
    await withJournal(
      dir,
      async (journal) => {
        assert.equal(await readAll(journal), makeRecords(1, 50, 1_000));
        const error = await failureOf(journal.append(50, makeRecords(51, 1, 50_000)));
        assert.is((error as JournalRefusal).reason, "full");
      },
      { maxPages: 1 },
    );
  }));

test("DUR-9: when the worker dies, what is under way fails with an Error and nothing more is accepted", () =>
  withFolder(async (dir) => {
    const journal = await openIn(dir);
    await journal.append(0, makeRecords(1, 10));
    const failures = Promise.all([
      failureOf(journal.append(10, makeRecords(11, 20_000))),
      failureOf(journal.findByKey("key-4")),
      failureOf(journal.saveSnapshot(10, CREATED_AT, ["{}"])),
    ]);
    await journal.abort();
    for (const error of await failures) assert.not.instance(error, JournalRefusal);
    assert.is(journal.head(), 10);
    const error = await failureOf(journal.append(10, makeRecords(11, 1)));
    assert.not.instance(error, JournalRefusal);
    await journal.close();
    await withJournal(dir, async (again) => {
      const head = again.head();
      assert.ok(head === 10 || head === 20_010, `half an append: ${head}`);
      assert.equal(await readAll(again), makeRecords(1, head));
    });
  }));

test("DUR-9: ended while it reads, the worker does not take the process with it", () =>
  withFolder(async (dir) => {
    // libsql panics where a thread is ended inside a read; 20 rounds met that four times of five.
    const said = await runApart(
      dir,
      `let first = await open();
       await first.append(0, Array.from({ length: 100 }, (_, n) => ({ ...record(n + 1, 100), key: "k" + n })));
       await first.close();
       for (let round = 0; round < 60; round++) {
         const journal = await open();
         const reads = Array.from({ length: 1000 }, (_, n) => journal.findByKey("k" + (n % 100)));
         const over = Promise.allSettled(reads);
         await reads[0];
         await journal.abort();
         await over;
       }
       console.log("alive");`,
    );
    assert.is(said, "alive");
  }));

test("DUR-9: after a write error of unknown outcome no append is accepted, but reads are answered", () =>
  withFolder(async (dir) => {
    // A bound on file sizes makes the writing itself fail (EFBIG), unlike a full disk.
    const said = await runApart(
      dir,
      `const journal = await open();
       let head = 0, first;
       while (!first) await journal.append(head, [record(head + 1, 20000)]).then(() => head++, (e) => { first = e; });
       const second = await journal.append(head, [record(head + 1, 1)]).then(() => null, (e) => e);
       const { length } = await journal.read(0, 1000);
       await journal.close();
       console.log(JSON.stringify([first.name, second?.name, length === head, head]));`,
      "ulimit -f 600;",
    );
    const [first, second, readable, head] = JSON.parse(said) as unknown[];
    assert.equal([first, second, readable], ["Error", "Error", true]);
    await withJournal(dir, async (journal) => {
      assert.ok(journal.head() === head || journal.head() === Number(head) + 1);
      assert.is(journal.recovery.cut_off, null);
    });
  }));

test("DUR-11: a second opening is refused and told why, in this process and in another", () =>
  withFolder(async (dir) => {
    await withJournal(dir, async (journal) => {
      await journal.append(0, makeRecords(1, 3));
      const { message } = await failureOf(openIn(dir));
      assert.match(message, `another server is using ${dir}`);
      assert.match(message, "CLAWTASKER_DATA_DIR");
      const apart = await runApart(dir, "await open().catch((e) => console.log(e.message));");
      assert.is(apart, message);
      await journal.append(3, makeRecords(4, 3));
      assert.equal(await readAll(journal), makeRecords(1, 6));
    });
    await withJournal(dir, async (journal) => assert.is(journal.head(), 6));
  }));

test("DUR-14: a journal of a newer format is refused and left untouched, byte for byte", () =>
  withFolder(async (dir) => {
    await withJournal(dir, (journal) => journal.append(0, makeRecords(1, 20)));
    const file = join(dir, "clawtasker.db");
    const db = new Database(file);
    db.exec(`PRAGMA user_version = ${FORMAT_VERSION + 1}`);
    db.close();
    const before = filesOf(dir);
    const { message } = await failureOf(openIn(dir));
    const said = `clawtasker.db has format ${FORMAT_VERSION + 1}, this release reads up to ${FORMAT_VERSION}`;
    assert.match(message, said);
    assert.equal(filesOf(dir), before);
  }));

test("DUR-14: a database that is not ours, or no database at all, is refused and left untouched", () =>
  withFolder(async (dir) => {
    const file = join(dir, "clawtasker.db");
    const db = new Database(file);
    db.exec("CREATE TABLE theirs (a)");
    db.close();
    const before = filesOf(dir);
    assert.match((await failureOf(openIn(dir))).message, "is no ClawTasker database");
    assert.equal(filesOf(dir), before);
    writeFileSync(file, "These are the minutes of the last meeting.\n".repeat(300));
    assert.match((await failureOf(openIn(dir))).message, /clawtasker\.db cannot be opened .* copy/);
  }));

test("DUR-1: appends and reads go on while a snapshot is taken, and its parts are taken lazily", () =>
  withFolder((dir) =>
    withJournal(dir, async (journal) => {
      await journal.append(0, makeRecords(1, 10));
      let taken = 0;
      function* parts() {
        for (; taken < 200; taken++) yield JSON.stringify(`${taken} `.padEnd(50_000, "x"));
      }
      let saved = false;
      const saving = journal.saveSnapshot(10, CREATED_AT, parts()).then(() => {
        saved = true;
      });
      assert.is(taken, 0);
      for (let head = 10; head < 15; head++) {
        await journal.append(head, makeRecords(head + 1, 1));
        assert.equal(await journal.read(head, 10), makeRecords(head + 1, 1));
      }
      assert.not(saved);
      assert.ok(taken < 200);
      await saving;
      const snapshot = await snapshotIn(journal);
      assert.is(snapshot?.seq, 10);
      assert.is(snapshot?.parts.length, 200);
    }),
  ));

test("DUR-13: a snapshot cut off by a crash is nothing, and its parts are cleared away", () =>
  withFolder(async (dir) => {
    const journal = await openIn(dir);
    await journal.append(0, makeRecords(1, 10));
    await journal.saveSnapshot(5, CREATED_AT, ["{}"]);
    let reached: () => void = () => {};
    const half = new Promise<void>((resolve) => {
      reached = resolve;
    });
    function* parts() {
      for (let n = 0; ; n++) {
        if (n === 100) reached();
        yield JSON.stringify("x".repeat(50_000));
      }
    }
    const saving = failureOf(journal.saveSnapshot(10, CREATED_AT, parts()));
    await half;
    await journal.abort();
    await saving;
    await journal.close();
    await withJournal(dir, async (again) => {
      assert.equal(await snapshotIn(again), { seq: 5, parts: ["{}"] });
      assert.equal(again.recovery.refused, []);
      assert.is(again.recovery.cut_off, null);
    });
    const db = new Database(join(dir, "clawtasker.db"));
    const [row] = db.prepare("SELECT count(*) AS count FROM snapshot_parts").all() as {
      count: number;
    }[];
    db.close();
    assert.is(row?.count, 1);
  }));

test("DUR-8: the write-ahead log stays small however much is written and read", () =>
  withFolder((dir) =>
    withJournal(dir, async (journal) => {
      for (let head = 0; head < 6_000; head += 200) {
        await journal.append(head, makeRecords(head + 1, 200, 2_000));
        await journal.read(head, 5);
        await journal.findByKey(`key-${head}`);
      }
      assert.ok(statSync(join(dir, "clawtasker.db-wal")).size < 8 * 1024 * 1024);
    }),
  ));

test("DUR-15: closing leaves no lock and no worker: another process can open at once", () =>
  withFolder(async (dir) => {
    await withJournal(dir, (journal) => journal.append(0, makeRecords(1, 5)));
    const said = await runApart(
      dir,
      "const j = await open(); await j.append(5, [record(6, 1)]); await j.close(); console.log(String(j.head()));",
    );
    assert.is(said, "6");
    await withJournal(dir, async (journal) => assert.is(journal.head(), 6));
    assert.not(existsSync(join(dir, "clawtasker.db.next")));
  }));

function filesOf(dir: string): [string, string][] {
  return readdirSync(dir)
    .sort()
    .map((name) => [name, readFileSync(join(dir, name), "base64")]);
}

test.run();
