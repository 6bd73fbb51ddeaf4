/**
 * A database is its file with what lies beside it: what `verify`, `restore` and `doctor` make of a
 * folder, or of the file in it, that a server left without closing. Neighbour: journal/copy.ts.
 */
import { createHash } from "node:crypto";
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
} from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cli } from "../support/cli.ts";
import { makeDataDir, postTo, startProcess, TOKEN } from "../support/process.ts";

const test = suite("database file");

const NAME = "clawtasker.db";
/** The demo company, and what is written below. */
const LAST = 4;

/** Every name and byte in a folder. */
function fingerprint(dir: string): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(dir).sort())
    hash.update(name).update(readFileSync(join(dir, name)));
  return hash.digest("hex");
}

/** Runs with a folder whose server was killed, so that what it wrote last is in the WAL alone. */
async function withLeft(
  run: (left: { dir: string; file: string; out: string }) => Promise<void>,
): Promise<void> {
  const [data, out] = [makeDataDir(), makeDataDir()];
  try {
    const server = await startProcess(data.dir);
    for (let seq = 2; seq <= LAST; seq++) {
      await postTo(server.url, "tasks/create", { title: `task ${seq}` });
    }
    await server.end("SIGKILL");
    const file = join(data.dir, NAME);
    assert.ok(statSync(`${file}-wal`).size > 0);
    await run({ dir: data.dir, file, out: out.dir });
  } finally {
    data.remove();
    out.remove();
  }
}

async function verified(what: string) {
  const { code, out, err } = await cli(["verify", what, "--json"]);
  assert.is(err, "");
  return { code, ...(JSON.parse(out) as { head: { seq: number }; problems: string[] }) };
}

test("DUR-32: verify says of the database file what it says of its folder: WAL and noted head belong to it", () =>
  withLeft(async ({ dir, file, out }) => {
    const before = fingerprint(dir);
    const link = join(out, "current.db");
    symlinkSync(file, link);
    const linked = join(out, "linked");
    mkdirSync(linked);
    symlinkSync(file, join(linked, NAME));
    const folder = await verified(dir);
    assert.equal([folder.code, folder.head.seq, folder.problems], [0, LAST, []]);
    for (const what of [file, link, linked]) assert.equal(await verified(what), folder, what);
    assert.is(fingerprint(dir), before);

    // Cut short, which SQLite takes for the end: only the noted head tells.
    truncateSync(`${file}-wal`, 0);
    const cut = await verified(dir);
    assert.is(cut.code, 1);
    for (const what of [file, link, linked]) assert.equal(await verified(what), cut, what);
  }));

test("DUR-32: the database of a running server is neither verified nor restored by its file", async () => {
  const [data, out] = [makeDataDir(), makeDataDir()];
  const server = await startProcess(data.dir);
  try {
    for (const what of [data.dir, join(data.dir, NAME)]) {
      const { code, err } = await cli(["verify", what]);
      assert.is(code, 1);
      assert.match(err, `a server is using ${what}; stop it, or take a backup of it`);
    }
    const target = join(out.dir, "new");
    const file = join(data.dir, NAME);
    const { code, err } = await cli(["restore", file, "--data-dir", target]);
    assert.is(code, 1);
    assert.match(err, `a server is using ${file}; stop it, or take a backup of it`);
    assert.equal(readdirSync(out.dir), []);
    assert.is((await postTo(server.url, "tasks/create", { title: "X" })).status, 200);
  } finally {
    await server.end("SIGKILL");
    data.remove();
    out.remove();
  }
});

test("DUR-32: restore takes what is in the WAL beside the file, and nothing where some of it is lost", () =>
  withLeft(async ({ dir, file, out }) => {
    const before = fingerprint(dir);
    const target = join(out, "new");
    const said = await cli(["restore", file, "--data-dir", target, "--json"]);
    assert.is(said.code, 0, said.err);
    assert.is((JSON.parse(said.out) as { seq: number }).seq, LAST);
    assert.is((await verified(target)).head.seq, LAST);
    assert.is(fingerprint(dir), before);

    truncateSync(`${file}-wal`, 0);
    const cut = await cli(["restore", file, "--data-dir", join(out, "cut")]);
    assert.is(cut.code, 1);
    assert.match(
      cut.err,
      /cannot be restored: it is damaged after entry \d+: .*nothing was changed/,
    );
  }));

test("DUR-32, DUR-27: what is only in the WAL is held to be ClawTasker's as well", () =>
  withLeft(async ({ file, out }) => {
    const grown = join(out, "grown");
    mkdirSync(grown);
    const path = join(grown, NAME);
    copyFileSync(file, path);
    copyFileSync(`${file}-wal`, `${path}-wal`);
    const db = new Database(path);
    db.exec("PRAGMA wal_autocheckpoint = 0");
    db.exec("CREATE TRIGGER late AFTER INSERT ON entries BEGIN DELETE FROM archive; END");
    const foreign = join(out, "foreign.db");
    copyFileSync(path, foreign);
    copyFileSync(`${path}-wal`, `${foreign}-wal`);
    db.close();
    for (const args of [
      ["verify", foreign],
      ["restore", foreign, "--data-dir", join(out, "new")],
    ]) {
      const { code, err } = await cli(args);
      assert.is(code, 1);
      assert.match(err, "the trigger late in it is none of ClawTasker's");
    }
  }));

test("DUR-32, CLI-1: doctor does not call a folder new that holds the remains of a journal", () =>
  withLeft(async ({ dir, file }) => {
    rmSync(file);
    const env = { CLAWTASKER_URL: "http://127.0.0.1:9", CLAWTASKER_API_TOKEN: TOKEN };
    const { out } = await cli(["doctor", "--data-dir", dir, "--json"], env);
    const { findings } = JSON.parse(out) as {
      findings: { check: string; level: string; detail: string }[];
    };
    const found = findings.find(({ check }) => check === "database");
    assert.is(found?.level, "problem");
    assert.match(found?.detail ?? "", "missing or empty though the folder held a journal");
  }));

test.run();
