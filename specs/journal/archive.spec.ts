/** The archive on disk: cut off with the history, pruned with it, verified when it is read. */
import { join } from "node:path";
import Database from "libsql";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ArchiveChange, ArchiveQuery, ArchiveRow, Journal } from "../../core/index.ts";
import { createArchiveTable } from "../../journal/archive.ts";
import { CREATED_AT, failureOf, makeRecords, withFolder, withJournal } from "../support/journal.ts";

const row = (id: string, n: number): ArchiveRow => ({
  kind: "task",
  id,
  json: JSON.stringify({ id, n }),
  at: CREATED_AT,
  project: "p",
  owner: "",
  text: id.toLowerCase(),
});

/** Every entry archives its own row; every third brings back the row of the one before. */
async function fill(journal: Journal, from: number, count: number): Promise<void> {
  const records = makeRecords(from, count).map((record) => {
    const { seq } = record;
    const take = seq % 3 === 0 ? [`T-${seq - 1}`] : [];
    const archive: ArchiveChange = { clear: false, take, put: [row(`T-${seq}`, seq)] };
    return { ...record, archive };
  });
  await journal.append(from - 1, records);
}

/** What must be archived once the history ends with the entry. */
function idsAsOf(head: number): string[] {
  const ids = Array.from({ length: head }, (_, index) => index + 1).filter(
    (seq) => !(seq % 3 === 2 && seq + 1 <= head),
  );
  return ids.map((seq) => `T-${seq}`).sort();
}

async function idsIn(journal: Journal): Promise<string[]> {
  const { rows } = await journal.listArchived({ kind: "task", words: [], limit: 10_000 });
  return rows.map(({ id }) => id).sort();
}

function meddle(dir: string, sql: string): void {
  const db = new Database(join(dir, "clawtasker.db"));
  db.exec(sql);
  db.close();
}

test("ARC-5: a history that is cut off takes the archive back to that entry", () =>
  withFolder(async (dir) => {
    await withJournal(dir, async (journal) => {
      await fill(journal, 1, 100);
      assert.equal(await idsIn(journal), idsAsOf(100));
    });
    meddle(dir, "UPDATE entries SET json = '{}' WHERE seq = 60");
    await withJournal(dir, async (journal) => {
      assert.is(journal.head(), 59);
      // T-59 was taken by 60, which never happened.
      assert.equal(await idsIn(journal), idsAsOf(59));
      assert.ok((await idsIn(journal)).includes("T-59"));
      await fill(journal, 60, 3);
      assert.equal(await idsIn(journal), idsAsOf(62));
    });
  }));

test("ARC-1: opened and closed again, and pruned, the archive holds what it held", () =>
  withFolder(async (dir) => {
    await withJournal(dir, async (journal) => {
      await fill(journal, 1, 100);
      await journal.saveSnapshot(90, CREATED_AT, ["{}"]);
      await journal.prune(90);
    });
    await withJournal(dir, async (journal) => {
      assert.equal(await idsIn(journal), idsAsOf(100));
      assert.is(journal.recovery.cut_off, null);
    });
    const db = new Database(join(dir, "clawtasker.db"));
    const count = (where: string) =>
      (db.prepare(`SELECT count(*) AS n FROM archive WHERE ${where}`).all() as { n: number }[])[0]
        ?.n;
    assert.is(count("taken <= 90"), 0, "what came back stays for ever");
    assert.is(count("taken > 90"), 3);
    db.close();
  }));

test("DUR-12: an archived record that was altered is never given out; opening drops it and says so", () =>
  withFolder(async (dir) => {
    await withJournal(dir, (journal) => fill(journal, 1, 10));
    meddle(dir, `UPDATE archive SET json = '{"id":"T-4","n":5}' WHERE id = 'T-4'`);
    await withJournal(dir, async (journal) => {
      assert.is(journal.recovery.cut_off?.entries, 0);
      assert.match(journal.recovery.cut_off?.reason ?? "", "1 archived records were altered");
      assert.equal(
        await idsIn(journal),
        idsAsOf(10).filter((id) => id !== "T-4"),
      );
    });
    await withJournal(dir, async (journal) => {
      assert.is(journal.recovery.cut_off, null);
      assert.is(journal.head(), 10);
    });
  }));

test("ARC-4: a search of many rows looks on until its page is full, and ends", () =>
  withFolder((dir) =>
    withJournal(dir, async (journal) => {
      const many = Array.from({ length: 6_000 }, (_, n) =>
        row(`T-${String(n).padStart(5, "0")}`, n),
      );
      const [record] = makeRecords(1, 1);
      assert.ok(record);
      await journal.append(0, [{ ...record, archive: { clear: false, take: [], put: many } }]);
      const found = await journal.listArchived({ kind: "task", words: ["t-00001"], limit: 5 });
      assert.equal([found.rows.map(({ id }) => id), found.next], [["T-00001"], null]);
      const page = await journal.listArchived({ kind: "task", words: ["t-0"], limit: 1_500 });
      assert.is(page.rows.length, 1_500);
      assert.is(page.next?.id, "T-04500");
      const rest = await journal.listArchived({
        kind: "task",
        words: [],
        limit: 9_999,
        after: page.next ?? undefined,
      });
      assert.equal([rest.rows.length, rest.next], [4_500, null]);
      const gone = new AbortController();
      const given = { kind: "task", words: ["none of them"], limit: 5 } as const;
      const searched = journal.listArchived(given, gone.signal);
      gone.abort();
      assert.equal((await searched).rows, []);
      assert.is((await searched).next?.id, "T-05000", "ARC-9: one look, and no more of them");
    }),
  ));

test("ARC-10: of large records a page holds fewer, and the next goes on where it ends", () =>
  withFolder((dir) =>
    withJournal(dir, async (journal) => {
      const large = Array.from({ length: 30 }, (_, n) => ({
        ...row(`T-${n + 10}`, n),
        json: JSON.stringify({ fill: "x".repeat(500_000) }),
      }));
      const [record] = makeRecords(1, 1);
      assert.ok(record);
      await journal.append(0, [{ ...record, archive: { clear: false, take: [], put: large } }]);
      const pages: string[][] = [];
      for (let after: { at: string; id: string } | undefined; ; ) {
        const page = await journal.listArchived({ kind: "task", words: [], after, limit: 200 });
        pages.push(page.rows.map(({ id }) => id));
        if (!page.next) break;
        after = page.next;
      }
      assert.equal(
        pages.map(({ length }) => length),
        [9, 9, 9, 3],
      );
      assert.equal(pages.flat(), large.map(({ id }) => id).reverse());
    }),
  ));

test("DUR-15: a closed journal answers no more of the archive", () =>
  withFolder(async (dir) => {
    let closed: Journal | null = null;
    await withJournal(dir, async (journal) => {
      closed = journal;
    });
    assert.ok(closed);
    assert.match(
      (await failureOf((closed as Journal).findArchived("task", ["T-1"]))).message,
      "closed",
    );
  }));

test("ARC-11: a look searches so many characters, and the search goes on behind them", () =>
  withFolder(async (dir) => {
    await withJournal(dir, async (journal) => {
      const put = Array.from({ length: 100 }, (_, n) => ({
        ...row(`T-${n}`, n),
        text: `${n === 3 ? "needle" : "hay"} ${"x".repeat(n % 2 ? 300_000 : 10)}`,
      }));
      const [record] = makeRecords(1, 1);
      assert.ok(record);
      await journal.append(0, [{ ...record, archive: { clear: false, take: [], put } }]);
      const search = async (word: string) => {
        const page = await journal.listArchived({ kind: "task", words: [word], limit: 200 });
        return { ids: page.rows.map(({ id }) => id), next: page.next };
      };
      assert.equal(await search("needle"), { ids: ["T-3"], next: null });
      assert.is((await search("hay")).ids.length, 99);
    });
    const db = new Database(join(dir, "clawtasker.db"));
    const look = createArchiveTable(db);
    let looks = 0;
    for (let after: ArchiveQuery["after"]; ; looks++) {
      const page = look.list({ kind: "task", words: ["absent"], after, limit: 200 });
      assert.equal(page.rows, []);
      if (!page.next) break;
      after = page.next;
    }
    db.close();
    assert.is(looks, 1, "15 million characters are more than one look");
  }));

test.run();
