/**
 * Damaged files: whatever has happened to them, opening ends in a prefix of the history with a report,
 * or in a refusal that says what to do; never with an entry that nobody wrote. `SEED` gives another
 * run.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { test as uvu } from "uvu";
import * as assert from "uvu/assert";
import type { SqliteJournal } from "../../journal/index.ts";
import {
  CREATED_AT,
  failureOf,
  makeRecords,
  openIn,
  readAll,
  snapshotIn,
  withFolder,
  withJournal as withOpened,
} from "../support/journal.ts";
import { createRandom, type Random, seedOf } from "../support/random.ts";
import { part, sizeFor } from "../support/soak.ts";

const HEAD = 120;
const FLOOR = 10;
const DB = "clawtasker.db";

/** When the check of what is older than the newest snapshot comes. */
const WHEN = {
  first: {},
  later: { checkFirstBytes: 0, checkAfterMs: 0 },
} as const;
let when: keyof typeof WHEN = "first";

/** Opens as the run says, and goes on once everything was checked. */
function withJournal<T>(dir: string, run: (journal: SqliteJournal) => Promise<T>): Promise<T> {
  return withOpened(
    dir,
    async (journal) => {
      await journal.checked();
      assert.ok(journal.recovery.verified_at, "the check never ended");
      return run(journal);
    },
    WHEN[when],
  );
}

function test(name: string, run: () => Promise<void>): void {
  for (const one of Object.keys(WHEN) as (keyof typeof WHEN)[]) {
    uvu(`${name} (checked ${one})`, () => {
      when = one;
      return run();
    });
  }
}

const snapshotAt = (seq: number) => [`{"at":${seq}}`, JSON.stringify("s".repeat(3_000)), "{}"];

/** A journal whose last entries are in the WAL alone, as after a crash; gives its id. */
async function makeHistory(dir: string, snapshots: readonly number[]): Promise<string> {
  const scratch = join(dir, "scratch");
  const id = await withJournal(scratch, async (journal) => {
    for (let head = 0; head < 60; head += 20) {
      await journal.append(head, makeRecords(head + 1, 20, 600));
    }
    for (const seq of snapshots) await journal.saveSnapshot(seq, CREATED_AT, snapshotAt(seq));
    await journal.prune(FLOOR);
    return journal.id;
  });
  await withJournal(scratch, async (journal) => {
    for (let head = 60; head < HEAD; head += 5) {
      await journal.append(head, makeRecords(head + 1, 5, 600));
    }
    // While it is open, or else the WAL is gone.
    copyFiles(scratch, dir);
  });
  rmSync(scratch, { recursive: true });
  return id;
}

function copyFiles(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    if (name.startsWith(DB)) copyFileSync(join(from, name), join(to, name));
  }
}

/** Flips bits, blanks a stretch or cuts the file short, and says what it did. */
function damage(dir: string, name: string, random: Random): string {
  const path = join(dir, name);
  const bytes = readFileSync(path);
  const kind = random.pick(["flip", "flip", "flip", "blank", "cut"] as const);
  const at = random.whole(bytes.length);
  if (kind === "cut") {
    truncateSync(path, at);
    return `cut ${name} at ${at}`;
  }
  if (kind === "blank") bytes.fill(0, at, Math.min(bytes.length, at + 1 + random.whole(5_000)));
  else {
    for (let n = 1 + random.whole(3); n > 0; n--) {
      const place = n === 1 ? at : random.whole(bytes.length);
      bytes[place] = (bytes[place] ?? 0) ^ (1 << random.whole(8));
    }
  }
  writeFileSync(path, bytes);
  return `${kind} ${name} at ${at}`;
}

/** Opens what was damaged and checks what came out of it; gives how it ended. */
async function examine(dir: string, id: string): Promise<"whole" | "cut" | "refused"> {
  const original = makeRecords(1, HEAD, 600);
  let ended: "whole" | "cut" = "whole";
  let head = 0;
  try {
    await withJournal(dir, async (journal) => {
      head = journal.head();
      const floor = journal.floor();
      assert.ok(head <= HEAD && floor <= head);
      assert.equal(await readAll(journal), original.slice(floor, head));
      for (const record of original.slice(floor, head)) {
        if (record.key) assert.equal(await journal.findByKey(record.key), record);
      }
      const snapshot = await snapshotIn(journal);
      if (snapshot) assert.equal(snapshot.parts, snapshotAt(snapshot.seq));
      assert.ok(floor === 0 || (snapshot && snapshot.seq >= floor), "no state to start from");
      const { cut_off } = journal.recovery;
      if (cut_off) {
        ended = "cut";
        assert.ok(cut_off.kept_in && existsSync(cut_off.kept_in));
        assert.ok(cut_off.reason.length > 10);
      }
      if (head < HEAD) {
        assert.ok(cut_off && cut_off.entries > 0, `silent loss: ended at ${head}`);
        assert.is.not(journal.id, id);
      }
      await journal.append(head, [{ seq: head + 1, json: '"new"', key: "new" }]);
    });
  } catch (error) {
    const { message } = error as Error;
    if (!message.includes(join(dir, DB)) || message.startsWith("Expected")) throw error;
    assert.match(message, /restore a copy|move it away/);
    return "refused";
  }
  if (ended === "whole") return ended;
  await withJournal(dir, async (journal) => {
    assert.is(journal.recovery.cut_off, null, "the same damage twice");
    assert.is(journal.head(), head + 1);
  });
  return ended;
}

const SEED = seedOf(20260321);
const SIZE = sizeFor("torn", 60);

test("DUR-12: random damage to the database or its WAL ends in a clean prefix and a report, or in a refusal", () =>
  withFolder(async (dir) => {
    const random = createRandom(SEED);
    const histories = [
      { base: join(dir, "a"), snapshots: [20, 40, 60] },
      { base: join(dir, "b"), snapshots: [30] },
    ];
    const ids: string[] = [];
    for (const { base, snapshots } of histories) {
      mkdirSync(base);
      ids.push(await makeHistory(base, snapshots));
    }
    const endings = { whole: 0, cut: 0, refused: 0 };
    let n = 0;
    for (; SIZE.more(n); n++) {
      const which = n % histories.length;
      const place = join(dir, "case");
      copyFiles(histories[which]?.base ?? "", place);
      const done = damage(place, random.pick([DB, `${DB}-wal`]), random);
      try {
        endings[await examine(place, ids[which] ?? "")]++;
      } catch (error) {
        (error as Error).message = `SEED=${SEED} case ${n}: ${done}: ${(error as Error).message}`;
        throw error;
      }
      rmSync(place, { recursive: true });
    }
    assert.ok(endings.cut > 0 && endings.whole > 0, JSON.stringify(endings));
    const { whole, cut, refused } = endings;
    SIZE.reached(
      `${part(n, SIZE)} cases: ${whole} harmless, ${cut} cut off and reported, ${refused} refused, 0 silent`,
    );
  }));

/** Changes the closed database behind the journal's back. */
function meddle(dir: string, sql: string): void {
  const db = new Database(join(dir, DB));
  db.exec(sql);
  db.close();
}

async function makeClosed(dir: string, snapshots: readonly number[] = []): Promise<string> {
  return withJournal(dir, async (journal) => {
    await journal.append(0, makeRecords(1, 100));
    for (const seq of snapshots) await journal.saveSnapshot(seq, CREATED_AT, snapshotAt(seq));
    return journal.id;
  });
}

for (const [what, sql, reason] of [
  ["altered", `UPDATE entries SET json = replace(json, '57', '58') WHERE seq = 57`, "altered"],
  ["given another key", "UPDATE entries SET key = '\"mine\"' WHERE seq = 57", "altered"],
  ["removed", "DELETE FROM entries WHERE seq = 57", "missing"],
  [
    "exchanged for the next",
    `UPDATE entries SET seq = -1 WHERE seq = 57; UPDATE entries SET seq = 57 WHERE seq = 58;
     UPDATE entries SET seq = 58 WHERE seq = -1`,
    "altered",
  ],
] as const) {
  test(`DUR-12: the history is cut off before an entry that was ${what}`, () =>
    withFolder(async (dir) => {
      const id = await makeClosed(dir, [20, 40, 80]);
      meddle(dir, `DELETE FROM snapshots WHERE seq = 80; ${sql}`);
      const damaged = readFileSync(join(dir, DB));
      await withJournal(dir, async (journal) => {
        assert.is(journal.head(), 56);
        assert.equal(await readAll(journal), makeRecords(1, 56));
        assert.is.not(journal.id, id);
        const { cut_off } = journal.recovery;
        assert.is(cut_off?.after_seq, 56);
        assert.is(cut_off?.entries, 44);
        assert.match(cut_off?.reason ?? "", new RegExp(`entry 57 (was|is) ${reason}`));
        assert.equal(readFileSync(cut_off?.kept_in ?? ""), damaged);
        assert.is(journal.recovery.journal, journal.id);
        assert.is((await journal.loadSnapshot())?.seq, 40);
        assert.equal(
          journal.recovery.backups.map(({ seq }) => seq),
          [40, 20],
        );
      });
    }));
}

test("DUR-12: where a trusted snapshot lies behind the damage, the state goes on from there", () =>
  withFolder(async (dir) => {
    await makeClosed(dir, [20, 80]);
    meddle(dir, "UPDATE entries SET json = '{}' WHERE seq = 57");
    await withJournal(dir, async (journal) => {
      assert.is(journal.head(), 100);
      assert.is(journal.floor(), 80);
      assert.equal(await readAll(journal), makeRecords(81, 20));
      assert.is((await journal.loadSnapshot())?.seq, 80);
      const { cut_off } = journal.recovery;
      assert.is(cut_off?.after_seq, 56);
      assert.is(cut_off?.entries, 24);
      assert.match(
        cut_off?.reason ?? "",
        "entry 57 was altered; the state goes on from the snapshot at 80",
      );
    });
  }));

test("DUR-12: acknowledged entries that vanished with the WAL are noticed and reported", () =>
  withFolder(async (dir) => {
    const id = await makeHistory(dir, [30]);
    rmSync(join(dir, `${DB}-wal`));
    await withJournal(dir, async (journal) => {
      assert.is(journal.head(), 60);
      assert.is.not(journal.id, id);
      assert.is(journal.recovery.cut_off?.after_seq, 60);
      assert.is(journal.recovery.cut_off?.entries, HEAD - 60);
      assert.match(
        journal.recovery.cut_off?.reason ?? "",
        "ends at 60, but 120 had been acknowledged",
      );
    });
  }));

test("DUR-12: a torn end of the WAL that was never acknowledged is no damage", () =>
  withFolder(async (dir) => {
    const id = await makeHistory(dir, []);
    const wal = join(dir, `${DB}-wal`);
    writeFileSync(wal, Buffer.concat([readFileSync(wal), Buffer.alloc(3_000, 7)]));
    await withJournal(dir, async (journal) => {
      assert.is(journal.head(), HEAD);
      assert.is(journal.id, id);
      assert.is(journal.recovery.cut_off, null);
    });
  }));

test("DUR-12: a database that is gone or empty is never begun anew in silence", () =>
  withFolder(async (dir) => {
    await makeClosed(dir);
    truncateSync(join(dir, DB), 0);
    assert.match((await failureOf(openIn(dir))).message, /missing or empty .* restore a copy/);
    rmSync(join(dir, DB));
    assert.match((await failureOf(openIn(dir))).message, /missing or empty .* restore a copy/);
    assert.not(existsSync(join(dir, DB)));
  }));

test("DUR-12: without a snapshot for what was pruned the start is refused, and refused again", () =>
  withFolder(async (dir) => {
    await makeClosed(dir, [50]);
    await withJournal(dir, (journal) => journal.prune(50));
    meddle(dir, "UPDATE snapshot_parts SET json = '{}' WHERE part = 0");
    const before = readFileSync(join(dir, DB));
    for (let n = 0; n < 2; n++) {
      const { message } = await failureOf(openIn(dir));
      assert.match(message, "the entries up to 50 are gone and no snapshot can be trusted");
      assert.match(message, "restore a copy");
    }
    assert.equal(readFileSync(join(dir, DB)), before);
  }));

for (const floor of ["", "x 00", "3.5 ", "0 00", "-1"])
  test(`DUR-12: where the number of the first entry is "${floor}" the start is refused`, () =>
    withFolder(async (dir) => {
      await makeClosed(dir, [20, 50]);
      meddle(dir, `UPDATE meta SET value = '${floor}' WHERE key = 'floor'`);
      const { message } = await failureOf(withJournal(dir, () => Promise.resolve()));
      assert.match(message, "the number of its first entry cannot be read");
      assert.match(message, "restore a copy");
    }));

test("DUR-12: an index that lost a key is built again, and nothing is lost", () =>
  withFolder(async (dir) => {
    const id = await makeClosed(dir, [50]);
    // The index under another definition loses its rows, as a damaged page would.
    meddle(
      dir,
      `PRAGMA writable_schema = ON;
       UPDATE sqlite_schema SET sql = replace(sql, 'key IS NOT NULL', 'key = ''none''') WHERE name = 'entries_by_key';
       PRAGMA writable_schema = RESET; REINDEX; PRAGMA writable_schema = ON;
       UPDATE sqlite_schema SET sql = replace(sql, 'key = ''none''', 'key IS NOT NULL') WHERE name = 'entries_by_key'`,
    );
    await withJournal(dir, async (journal) => {
      assert.is(journal.head(), 100);
      assert.is(journal.id, id);
      assert.is(journal.recovery.cut_off?.entries, 0);
      assert.is((await journal.findByKey("key-8"))?.seq, 8);
    });
  }));

test("DUR-13: snapshots that cannot be trusted are passed over and reported, the next older one is loaded", () =>
  withFolder(async (dir) => {
    const id = await makeClosed(dir, [20, 40, 60, 80]);
    meddle(
      dir,
      `UPDATE snapshot_parts SET json = '{"at":81}' WHERE part = 0 AND snapshot = 4;
       DELETE FROM snapshot_parts WHERE part = 1 AND snapshot = 3;
       UPDATE snapshots SET created_at = 'later' WHERE id = 1`,
    );
    await withJournal(dir, async (journal) => {
      assert.is(journal.id, id);
      assert.is(journal.head(), 100);
      assert.is(journal.recovery.source, "snapshot");
      assert.is(journal.recovery.snapshot_seq, 40);
      assert.is(journal.recovery.entries_replayed, 60);
      assert.equal(journal.recovery.refused, [
        { seq: 80, reason: "it was altered" },
        { seq: 60, reason: "part 1 is missing" },
      ]);
      assert.equal(await snapshotIn(journal), { seq: 40, parts: snapshotAt(40) });
      // A new one at the same number counts.
      await journal.saveSnapshot(80, CREATED_AT, snapshotAt(80));
      assert.equal(await snapshotIn(journal), { seq: 80, parts: snapshotAt(80) });
    });
  }));

uvu.run();
