/** What every journal must do, whatever stands behind the port: one suite for all adapters. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  type ArchiveChange,
  type ArchiveQuery,
  type ArchiveRow,
  type Journal,
  JournalRefusal,
  READ_CHARS,
} from "../../core/index.ts";
import { createMemoryJournal } from "../../journal/index.ts";
import {
  CREATED_AT,
  failureOf,
  makeRecords,
  readAll,
  snapshotIn,
  withFolder,
  withJournal,
} from "../support/journal.ts";

type Run = (journal: Journal) => Promise<void>;

async function withMemory(run: Run): Promise<void> {
  const journal = createMemoryJournal();
  await run(journal);
  await journal.close();
}

const adapters: Record<string, (run: Run) => Promise<void>> = {
  memory: withMemory,
  sqlite: (run) => withFolder((dir) => withJournal(dir, run)),
};

function refusedAs(error: Error, reason: string): void {
  assert.instance(error, JournalRefusal);
  assert.is((error as JournalRefusal).reason, reason);
}

for (const [name, withOne] of Object.entries(adapters)) {
  test(`DUR-3 (${name}): entries are numbered on, read back as written, in order, within the limit`, () =>
    withOne(async (journal) => {
      assert.is(journal.head(), 0);
      assert.is(journal.floor(), 0);
      assert.equal(await readAll(journal), []);
      await journal.append(0, makeRecords(1, 3));
      await journal.append(3, makeRecords(4, 250));
      assert.is(journal.head(), 253);
      assert.equal(await readAll(journal), makeRecords(1, 253));
      assert.equal(await journal.read(100, 5), makeRecords(101, 5));
      assert.equal(await journal.read(251, 5), makeRecords(252, 2));
      assert.equal(await journal.read(253, 5), []);
      await journal.append(253, []);
      assert.is(journal.head(), 253);
    }));

  test(`DUR-30 (${name}): what one reading gives has a bound, but for a single larger record`, () =>
    withOne(async (journal) => {
      const text = (chars: number) => JSON.stringify({ text: "x".repeat(chars) });
      const sizes = [10, READ_CHARS / 2, READ_CHARS / 4, READ_CHARS / 2, 3 * READ_CHARS, 10, 10];
      const records = sizes.map((size, n) => ({ seq: n + 1, json: text(size), key: null }));
      await journal.append(0, records);
      const given: number[] = [];
      for (let after = 0; after < records.length; ) {
        const some = await journal.read(after, 100);
        const chars = some.reduce((sum, { json }) => sum + json.length, 0);
        assert.ok(some.length === 1 || chars <= READ_CHARS, `${chars} characters`);
        assert.equal(some, records.slice(after, after + some.length));
        given.push(some.length);
        after += some.length;
      }
      assert.equal(given, [3, 1, 1, 2]);
    }));

  test(`DUR-3 (${name}): an append that does not follow the head, or is misnumbered, changes nothing`, () =>
    withOne(async (journal) => {
      await journal.append(0, makeRecords(1, 2));
      for (const [expectedSeq, records] of [
        [1, makeRecords(2, 1)],
        [3, makeRecords(4, 1)],
        [2, makeRecords(4, 1)],
        [2, [...makeRecords(3, 1), ...makeRecords(5, 1)]],
      ] as const) {
        refusedAs(await failureOf(journal.append(expectedSeq, records)), "conflict");
      }
      assert.equal(await readAll(journal), makeRecords(1, 2));
      await journal.append(2, makeRecords(3, 1));
      assert.is(journal.head(), 3);
    }));

  test(`DUR-7 (${name}): several records are kept all or none`, () =>
    withOne(async (journal) => {
      await journal.append(0, makeRecords(1, 4));
      const [five, six, seven] = makeRecords(5, 3);
      assert.ok(five && six && seven);
      // The last one takes a key that is taken.
      const colliding = [five, six, { ...seven, key: "key-4" }];
      refusedAs(await failureOf(journal.append(4, colliding)), "conflict");
      const doubled = [
        { ...five, key: "twice" },
        { ...six, key: "twice" },
      ];
      refusedAs(await failureOf(journal.append(4, doubled)), "conflict");
      assert.is(journal.head(), 4);
      assert.equal(await readAll(journal), makeRecords(1, 4));
      assert.is(await journal.findByKey("twice"), null);
      await journal.append(4, [five, six, seven]);
      assert.equal(await readAll(journal), makeRecords(1, 7));
    }));

  test(`DUR-10 (${name}): an entry is found by its key, whatever the key holds`, () =>
    withOne(async (journal) => {
      const odd = ["", " ", "key-4", 'a"b\\', "é\u0000z", "\ud800", "x".repeat(300), "null"];
      const records = makeRecords(1, odd.length).map((record, index) => ({
        ...record,
        key: odd[index] ?? null,
      }));
      await journal.append(0, records);
      for (const record of records) {
        assert.equal(await journal.findByKey(record.key ?? "?"), record);
      }
      assert.is(await journal.findByKey("key-8"), null);
      assert.equal(await readAll(journal), records);
    }));

  test(`DUR-13 (${name}): of the snapshots the newest is loaded, and only the newest four are kept`, () =>
    withOne(async (journal) => {
      assert.is(await snapshotIn(journal), null);
      await journal.append(0, makeRecords(1, 9));
      for (const seq of [1, 2, 5, 3, 9, 9, 8]) {
        await journal.saveSnapshot(seq, CREATED_AT, [`{"at":${seq}}`, '{"ü":"ß"}', "{}"]);
      }
      assert.equal(await snapshotIn(journal), {
        seq: 9,
        parts: ['{"at":9}', '{"ü":"ß"}', "{}"],
      });
      assert.equal(
        journal.recovery.backups.map(({ seq }) => seq),
        [9, 8, 5, 3],
      );
    }));

  test(`DUR-13 (${name}): a snapshot that fails half-way leaves the one before`, () =>
    withOne(async (journal) => {
      await journal.append(0, makeRecords(1, 2));
      await journal.saveSnapshot(1, CREATED_AT, ['{"one":1}']);
      function* broken() {
        yield '{"two":2}';
        throw new Error("no more");
      }
      const error = await failureOf(journal.saveSnapshot(2, CREATED_AT, broken()));
      assert.is(error.message, "no more");
      refusedAs(await failureOf(journal.saveSnapshot(3, CREATED_AT, ["{}"])), "conflict");
      assert.equal(await snapshotIn(journal), { seq: 1, parts: ['{"one":1}'] });
      await journal.saveSnapshot(2, CREATED_AT, []);
      assert.equal(await snapshotIn(journal), { seq: 2, parts: [] });
    }));

  test(`STR-2 (${name}): pruning goes no further than the oldest kept snapshot, and raises the floor`, () =>
    withOne(async (journal) => {
      await journal.append(0, makeRecords(1, 1_000));
      await journal.prune(500);
      assert.is(journal.floor(), 0);
      await journal.saveSnapshot(600, CREATED_AT, ["{}"]);
      await journal.saveSnapshot(900, CREATED_AT, ["{}"]);
      await journal.prune(400);
      assert.is(journal.floor(), 400);
      await journal.prune(300);
      assert.is(journal.floor(), 400);
      await journal.prune(1_000);
      assert.is(journal.floor(), 600);
      assert.is(journal.head(), 1_000);
      assert.equal(await readAll(journal), makeRecords(601, 400));
      assert.equal(await journal.read(700, 2), makeRecords(701, 2));
      assert.is(await journal.findByKey("key-600"), null);
      assert.is((await journal.findByKey("key-604"))?.seq, 604);
      await journal.append(1_000, makeRecords(1_001, 1));
      await journal.saveSnapshot(600, CREATED_AT, ["{}"]);
    }));

  const row = (id: string, n: number, more: Partial<ArchiveRow> = {}): ArchiveRow => ({
    kind: "task",
    id,
    json: JSON.stringify({ id, n }),
    at: `2026-03-${String(1 + (n % 28)).padStart(2, "0")}T09:30:00+00:00`,
    project: n % 2 === 0 ? "even" : "odd",
    owner: n % 3 === 0 ? "codex" : "",
    text: `${id} ${n % 5 === 0 ? "grüße fünf" : "other"}`.toLowerCase(),
    ...more,
  });
  const change = (part: Partial<ArchiveChange>): { archive: ArchiveChange } => ({
    archive: { clear: false, take: [], put: [], ...part },
  });
  const idsOf = async (journal: Journal, query: Partial<ArchiveQuery> = {}, limit = 7) => {
    const ids: string[] = [];
    let after: ArchiveQuery["after"];
    for (let pages = 0; pages < 500; pages++) {
      const { rows, next } = await journal.listArchived({
        kind: "task",
        words: [],
        ...query,
        after,
        limit,
      });
      assert.ok(rows.length <= limit);
      ids.push(...rows.map(({ id }) => id));
      if (next === null) return ids;
      after = next;
    }
    throw new Error("the pages never end");
  };

  test(`ARC-4 (${name}): archived rows come page by page, newest first, each once, by every filter`, () =>
    withOne(async (journal) => {
      const all = Array.from({ length: 100 }, (_, n) => row(`T-${String(n).padStart(3, "0")}`, n));
      const [first] = makeRecords(1, 1);
      assert.ok(first);
      await journal.append(0, [{ ...first, ...change({ put: all }) }]);
      const newest = [...all]
        .sort((a, b) => (a.at === b.at ? (a.id < b.id ? 1 : -1) : a.at < b.at ? 1 : -1))
        .map(({ id, at, project, owner, text }) => ({ id, at, project, owner, text }));
      const expected = (keep: (row: (typeof newest)[number]) => boolean) =>
        newest.filter(keep).map(({ id }) => id);
      assert.equal(
        await idsOf(journal),
        expected(() => true),
      );
      assert.equal(
        await idsOf(journal, {}, 1_000),
        expected(() => true),
      );
      assert.equal(
        await idsOf(journal, { project: "odd", owner: "codex" }),
        expected((one) => one.project === "odd" && one.owner === "codex"),
      );
      const before = "2026-03-10T09:30:00+00:00";
      assert.equal(
        await idsOf(journal, { before, words: ["fünf", "t-0"] }, 2),
        expected((one) => one.at < before && one.text.includes("fünf")),
      );
      assert.equal(await idsOf(journal, { words: ["nowhere"] }), []);
      assert.equal(await idsOf(journal, { words: ["%"] }), []);
      const present = await journal.findArchived("task", ["T-042", "T-999", "T-007"], "present");
      assert.equal(
        present.map(({ id, json }) => [id, json]),
        [
          ["T-042", ""],
          ["T-007", ""],
        ],
      );
      const [found, other] = await journal.findArchived("task", ["T-042", "T-999", "T-007"]);
      assert.equal([found?.id, found?.seq, other?.id], ["T-042", 1, "T-007"]);
      assert.equal(JSON.parse(found?.json ?? ""), { id: "T-042", n: 42 });
      assert.equal(await readAll(journal), [first]);
    }));

  test(`ARC-8 (${name}): each kind by itself, of one owner or all, ids in the order people count`, () =>
    withOne(async (journal) => {
      const [first] = makeRecords(1, 1);
      assert.ok(first);
      const at = "2026-03-21T09:30:00+00:00";
      const said = (n: number, more: Partial<ArchiveRow> = {}) =>
        row(`M-${n}`, n, { kind: "message", at, owner: n % 2 ? "TH-ODD" : "TH-EVEN", ...more });
      const put = [
        ...Array.from({ length: 8 }, (_, n) => said(996 + n)),
        said(2_000, { at: "2026-03-20T09:30:00+00:00", owner: "TH-ODD" }),
        row("D-1", 1, { kind: "directive", at, owner: "TH-ODD" }),
        row("T-1", 1, { at, owner: "TH-ODD" }),
      ];
      await journal.append(0, [{ ...first, ...change({ put }) }]);
      const messages = (query: Partial<ArchiveQuery>, limit?: number) =>
        idsOf(journal, { kind: "message", ...query }, limit);
      const odd = ["M-1003", "M-1001", "M-999", "M-997", "M-2000"];
      const even = ["M-1002", "M-1000", "M-998", "M-996"];
      for (const limit of [1, 3, 50]) {
        assert.equal(await messages({ owner: "TH-ODD" }, limit), odd);
        assert.equal(await messages({ owner: "TH-EVEN" }, limit), even);
        const all = [1003, 1002, 1001, 1000, 999, 998, 997, 996, 2000].map((n) => `M-${n}`);
        assert.equal(await messages({}, limit), all);
      }
      assert.equal(await messages({ owner: "TH-ODD", before: at, words: ["m-"] }), ["M-2000"]);
      assert.equal(await messages({ owner: "TH-ODD", words: ["m-1"] }, 1), ["M-1003", "M-1001"]);
      assert.equal(await idsOf(journal, { kind: "directive" }), ["D-1"]);
      assert.equal(await idsOf(journal, { owner: "TH-ODD" }), ["T-1"]);
      assert.equal(await journal.findArchived("task", ["M-996", "D-1"]), []);
      const [found] = await journal.findArchived("message", ["D-1", "M-996", "T-1"]);
      assert.is(found?.id, "M-996");
    }));

  test(`ARC-1 (${name}): rows come and go with their entry, all or none`, () =>
    withOne(async (journal) => {
      const [one, two, three, four] = makeRecords(1, 4);
      assert.ok(one && two && three && four);
      const put = [row("T-1", 1), row("T-2", 2)];
      await journal.append(0, [{ ...one, ...change({ put }) }]);
      const colliding = [
        { ...two, ...change({ take: ["T-1"], put: [row("T-3", 3)] }), key: "same" },
        { ...three, key: "same" },
      ];
      refusedAs(await failureOf(journal.append(1, colliding)), "conflict");
      assert.equal(await idsOf(journal), ["T-2", "T-1"]);
      await journal.append(1, [{ ...two, ...change({ take: ["T-1"], put: [row("T-3", 3)] }) }]);
      assert.equal(await idsOf(journal), ["T-3", "T-2"]);
      await journal.append(2, [{ ...three, ...change({ put: [row("T-1", 20)] }) }]);
      assert.equal(await idsOf(journal), ["T-1", "T-3", "T-2"]);
      assert.is((await journal.findArchived("task", ["T-1"]))[0]?.seq, 3);
      await journal.append(3, [{ ...four, ...change({ clear: true, put: [row("T-9", 9)] }) }]);
      assert.equal(await idsOf(journal), ["T-9"]);
      assert.equal(await journal.findArchived("task", ["T-1", "T-2"]), []);
    }));

  test(`DUR-15 (${name}): closing twice is closing once, and then nothing is accepted`, () =>
    withOne(async (journal) => {
      const under = journal.append(0, makeRecords(1, 3));
      const snapshot = under.then(() => journal.saveSnapshot(3, CREATED_AT, ["{}"]));
      await under;
      await Promise.all([journal.close(), journal.close(), snapshot]);
      await journal.close();
      refusedAs(await failureOf(journal.append(3, makeRecords(4, 1))), "closed");
      assert.is(journal.head(), 3);
    }));
}

test.run();
