/** From format 1 to this one: whole or not at all, at every place where the server may be killed. */
import { execFileSync } from "node:child_process";
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
import type { JournalRecord } from "../../core/index.ts";
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

/** The journal of release 1.5.0 with an empty WAL, and what it holds. */
function makeOld(dir: string): JournalRecord[] {
  copyFiles(FIXTURE, dir);
  const script = `import Database from ${JSON.stringify(import.meta.resolve("libsql"))};
    const db = new Database(${JSON.stringify(join(dir, DB))});
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    const rows = db.prepare("SELECT seq, json, key FROM entries ORDER BY seq").all();
    console.log(JSON.stringify(rows.map(({ seq, json, key }) => ({ seq, json, key: key && JSON.parse(key) }))));`;
  const args = ["--input-type=module", "-e", script];
  const said = execFileSync(process.execPath, args, { encoding: "utf8", maxBuffer: 1e8 });
  assert.is(versionOf(dir), 1);
  return JSON.parse(said) as JournalRecord[];
}

test("DUR-25: killed at any moment of the change, the journal opens with every entry it had", () =>
  withFolder(async (dir) => {
    const old = join(dir, "old");
    const records = makeOld(old);
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
        assert.equal(await journal.findArchived(["T-202"]), []);
      });
      assert.is(versionOf(place), 2);
      rmSync(place, { recursive: true });
    }
    assert.equal([...versions].sort(), [1, 2], "both the old and the new one were met");
  }));

test("DUR-25: without room for the change the start is refused, and the old journal is as it was", () =>
  withFolder(async (dir) => {
    const head = makeOld(dir).at(-1)?.seq;
    const { message } = await failureOf(openIn(dir, { maxPages: 1 }));
    assert.match(
      message,
      /cannot be brought to format 2: the disk is full; .* nothing was changed/,
    );
    assert.is(versionOf(dir), 1);
    await withJournal(dir, async (journal) => assert.is(journal.head(), head));
    assert.is(versionOf(dir), 2);
  }));

test.run();
