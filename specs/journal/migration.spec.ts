/** From an older format to this one: whole or not at all, at every place where the server may be killed. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "libsql";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Journal, JournalRecord } from "../../core/index.ts";
import { FORMAT_VERSION } from "../../journal/format.ts";
import { restoreBackup } from "../../journal/index.ts";
import { failureOf, openIn, readAll, withFolder, withJournal } from "../support/journal.ts";

const FIXTURE = fileURLToPath(new URL("../../../specs/fixtures/journal-1.5.0/", import.meta.url));
const DB = "clawtasker.db";

function copyFiles(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    if (name.startsWith(DB)) copyFileSync(join(from, name), join(to, name));
  }
}

/** Looked at in a copy: libsql holds on to what was once opened. */
function versionOf(dir: string): number {
  const looked = mkdtempSync(join(dir, "looked-"));
  copyFiles(dir, looked);
  const db = new Database(join(looked, DB));
  const [row] = db.prepare("PRAGMA user_version").all() as { user_version: number }[];
  return row?.user_version ?? Number.NaN;
}

/** The archive of format 2, with what it knew of a task. */
const FORMAT_2 = `
  CREATE TABLE archive (
    id TEXT NOT NULL, seq INTEGER NOT NULL, taken INTEGER, at TEXT NOT NULL,
    project TEXT NOT NULL, owner TEXT NOT NULL, hash BLOB NOT NULL,
    text TEXT NOT NULL, json TEXT NOT NULL);
  CREATE UNIQUE INDEX archive_by_id ON archive (id, seq);
  CREATE INDEX archive_by_time ON archive (at DESC, id DESC) WHERE taken IS NULL;
  CREATE INDEX archive_taken ON archive (taken) WHERE taken IS NOT NULL;
  PRAGMA user_version = 2;`;
const AT = "2026-03-21T09:30:00+00:00";
const OLD_TASKS = ["T-901", "T-902", "T-1000"].map((id) => ({
  id,
  seq: 7,
  at: AT,
  json: `{"id":"${id}"}`,
}));

const insertOld = ({ id, seq, at, json }: (typeof OLD_TASKS)[number]): string => {
  const [project, owner, text] = ["atlas-core", "codex", id.toLowerCase()];
  const hash = createHash("sha256")
    .update(JSON.stringify([id, seq, at, project, owner, text]))
    .update(json)
    .digest("hex");
  return `INSERT INTO archive (id, seq, at, project, owner, hash, text, json) VALUES
    ('${id}', ${seq}, '${at}', '${project}', '${owner}', x'${hash}', '${text}', '${json}');`;
};

/** The journal of release 1.5.0 with an empty WAL, in its format or in the next one, and what it holds. */
function makeOld(dir: string, format: 1 | 2 = 1): JournalRecord[] {
  copyFiles(FIXTURE, dir);
  const sql = format === 1 ? "" : FORMAT_2 + OLD_TASKS.map(insertOld).join("");
  const script = `import Database from ${JSON.stringify(import.meta.resolve("libsql"))};
    const db = new Database(${JSON.stringify(join(dir, DB))});
    db.exec(${JSON.stringify(sql)});
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    const rows = db.prepare("SELECT seq, json, key FROM entries ORDER BY seq").all();
    console.log(JSON.stringify(rows.map(({ seq, json, key }) => ({ seq, json, key: key && JSON.parse(key) }))));`;
  const args = ["--input-type=module", "-e", script];
  const said = execFileSync(process.execPath, args, { encoding: "utf8", maxBuffer: 1e8 });
  assert.is(versionOf(dir), format);
  return JSON.parse(said) as JournalRecord[];
}

/** All that format 2 had archived, and nothing of other kinds. */
async function holdsOldTasks(journal: Journal): Promise<void> {
  const { rows, next } = await journal.listArchived({ kind: "task", words: [], limit: 9 });
  assert.equal([rows, next], [[...OLD_TASKS].reverse(), null]);
  const owned = { words: ["t-9"], owner: "codex", project: "atlas-core", limit: 9 };
  assert.is((await journal.listArchived({ kind: "task", ...owned })).rows.length, 2);
  assert.equal(await journal.findArchived("task", ["T-902"]), [OLD_TASKS[1]]);
  assert.equal((await journal.listArchived({ kind: "message", words: [], limit: 9 })).rows, []);
}

for (const format of [1, 2] as const) {
  test(`DUR-25: killed at any moment of the change from format ${format}, the journal opens with all it had`, () =>
    withFolder(async (dir) => {
      const old = join(dir, "old");
      const records = makeOld(old, format);
      const head = records.at(-1)?.seq;
      const base = join(dir, "base");
      await withJournal(old, async (journal) => {
        assert.is(journal.head(), head);
        // While it is open: closing empties the WAL.
        copyFiles(old, base);
      });
      const { length } = readFileSync(join(base, `${DB}-wal`));
      assert.ok(length > 3 * 4_096, "the change is not in the WAL");
      const versions = new Set<number>();
      for (let cut = 0; cut <= length; cut += 2_060) {
        const place = join(dir, "case");
        copyFiles(base, place);
        truncateSync(join(place, `${DB}-wal`), cut);
        versions.add(versionOf(place));
        await withJournal(place, async (journal) => {
          assert.is(journal.recovery.cut_off, null, `cut at ${cut}`);
          assert.is(journal.head(), head);
          assert.equal(await readAll(journal), records);
          if (format === 2) await holdsOldTasks(journal);
        });
        assert.is(versionOf(place), FORMAT_VERSION);
        rmSync(place, { recursive: true });
      }
      assert.equal(
        [...versions].sort(),
        [format, FORMAT_VERSION],
        "both the old and the new one were met",
      );
    }));
}

test("DUR-25: a damaged journal of format 2 is mended with what was archived, and a backup of it restored", () =>
  withFolder(async (dir) => {
    const old = join(dir, "old");
    const head = makeOld(old, 2).at(-1)?.seq ?? 0;
    const options = { force: false, now: () => 0, isInUse: () => false };
    await restoreBackup(join(old, DB), join(dir, "restored"), options);
    await withJournal(join(dir, "restored"), holdsOldTasks);
    const db = new Database(join(old, DB));
    db.exec(`UPDATE entries SET json = '{}' WHERE seq = ${head}`);
    db.close();
    await withJournal(old, async (journal) => {
      assert.is(journal.recovery.cut_off?.entries, 1);
      assert.is(journal.head(), head - 1);
      await holdsOldTasks(journal);
    });
    assert.is(versionOf(old), FORMAT_VERSION);
  }));

test("DUR-25: without room for the change the start is refused, and the old journal is as it was", () =>
  withFolder(async (dir) => {
    const head = makeOld(dir).at(-1)?.seq;
    const { message } = await failureOf(openIn(dir, { maxPages: 1 }));
    assert.match(
      message,
      /cannot be brought to format 3: the disk is full; .* nothing was changed/,
    );
    assert.is(versionOf(dir), 1);
    await withJournal(dir, async (journal) => assert.is(journal.head(), head));
    assert.is(versionOf(dir), FORMAT_VERSION);
  }));

test.run();
