/**
 * Copies taken while work goes on, and the way back: each equal to the state at its number, verified
 * before it is moved in, refused where anything is wrong. Neighbours: server/backup.ts, journal/restore.ts.
 */
import { createHash, randomUUID } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  applyPatches,
  type Entry,
  openEngine,
  type Patch,
  toWireState,
  type WireState,
} from "../../core/index.ts";
import { openSqliteJournal, restoreBackup, verifyJournal } from "../../journal/index.ts";
import { startServer } from "../../server/compose.ts";
import { cli } from "../support/cli.ts";
import {
  makeDataDir,
  postTo,
  quietConfig,
  SILENT,
  startProcess,
  TOKEN,
} from "../support/process.ts";
import { sizeFor } from "../support/soak.ts";

const test = suite("backup");

const SIZE = sizeFor("backup", 6);
const COPIES = SIZE.count;
const RESTORE = { force: false, now: Date.now, isInUse: () => false };

async function download(url: string, file: string): Promise<number> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const response = await fetch(`${url}/api/system/backup`, { headers });
  assert.is(response.status, 200);
  writeFileSync(file, Buffer.from(await response.arrayBuffer()));
  return Number(response.headers.get("clawtasker-seq"));
}

async function stateIn(dir: string): Promise<{ state: WireState; seq: number; id: string }> {
  const journal = await openSqliteJournal({ dir, now: Date.now });
  const engine = await openEngine({ journal, clock: Date.now, newId: randomUUID });
  const { state, seq } = engine.view();
  const found = { state: structuredClone(toWireState(state)), seq, id: journal.id };
  await engine.close();
  return found;
}

/** All that is in a folder, to see that nothing changed. */
function fingerprint(dir: string): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(dir).sort())
    hash.update(name).update(readFileSync(join(dir, name)));
  return hash.digest("hex");
}

test("DUR-16: a copy taken under load, restored, is the state at its number; what was acknowledged is in it", async () => {
  const [data, out] = [makeDataDir(), makeDataDir()];
  const server = await startServer({ config: quietConfig(data.dir), log: SILENT });
  const { engine } = server;
  const first = {
    seq: engine.view().seq,
    state: structuredClone(toWireState(engine.view().state)),
  };
  const entries: Entry[] = [];
  const ending = new AbortController();
  const follow = (async () => {
    const since = first.seq;
    for await (const item of engine.feed.subscribe({ since, signal: ending.signal })) {
      if (item.type === "entries") entries.push(...item.entries);
    }
  })();
  let busy = true;
  const writers = Array.from({ length: 8 }, async (_, n) => {
    while (busy)
      await postTo(server.url, "tasks/create", {
        title: `by ${n}`,
        description: "x".repeat(2_000),
      });
  });
  const copies: { file: string; seq: number }[] = [];
  try {
    for (let n = 0; n < COPIES; n++) {
      const file = join(out.dir, `${n}.db`);
      const atLeast = engine.view().seq;
      const seq = await download(server.url, file);
      assert.ok(seq >= atLeast, `${seq} lacks what was acknowledged up to ${atLeast}`);
      copies.push({ file, seq });
    }
  } finally {
    busy = false;
  }
  await Promise.all(writers);
  const last = engine.view().seq;
  while ((entries.at(-1)?.seq ?? 0) < last) await new Promise((resolve) => setImmediate(resolve));
  ending.abort();
  await follow;
  await server.close();
  assert.ok(last > (copies[0]?.seq ?? 0), "work went on");
  assert.equal(
    readdirSync(data.dir).filter((name) => name.includes("backup")),
    [],
  );

  const ids = new Set<string>();
  for (const { file, seq } of copies) {
    const dir = join(out.dir, `restored-${seq}-${ids.size}`);
    const restored = await restoreBackup(file, dir, RESTORE);
    assert.is(restored.seq, seq);
    const found = await stateIn(dir);
    const expected = structuredClone(first.state);
    for (const entry of entries.filter((one) => one.seq <= seq)) {
      applyPatches(expected, structuredClone(entry.patches) as Patch[]);
    }
    assert.is(found.seq, seq);
    assert.equal(found.state, expected);
    ids.add(found.id);
  }
  assert.is(ids.size, COPIES, "each restored journal has a name of its own");
  SIZE.reached(
    `${COPIES} of ${COPIES} copies taken under load and restored: equal at their number`,
  );
  data.remove();
  out.remove();
});

test("DUR-16: a server that was restored goes on, and keeps what was there", async () => {
  const [data, out] = [makeDataDir(), makeDataDir()];
  let server = await startProcess(data.dir);
  await postTo(server.url, "tasks/create", { title: "kept" });
  const file = join(out.dir, "copy.db");
  const env = { CLAWTASKER_URL: server.url, CLAWTASKER_API_TOKEN: TOKEN };
  const taken = await cli(["backup", file, "--json"], env);
  assert.equal([taken.code, JSON.parse(taken.out)], [0, { file, seq: 2 }]);
  await postTo(server.url, "tasks/create", { title: "lost" });
  const busy = await cli(["restore", file, "--data-dir", data.dir, "--force"]);
  assert.is(busy.code, 1);
  assert.match(busy.err, "a server is using");
  await server.end("SIGKILL");
  const full = await cli(["restore", file, "--data-dir", data.dir]);
  assert.is(full.code, 1);
  assert.match(full.err, "--force");
  const restored = await cli(["restore", file, "--data-dir", data.dir, "--force"]);
  assert.is(restored.code, 0, restored.err);
  assert.ok(readdirSync(data.dir).some((name) => name.includes(".replaced-")));
  server = await startProcess(data.dir);
  const made = await postTo(server.url, "tasks/create", { title: "next" });
  assert.equal([made.status, (made.body.task as { id: string }).id], [200, "T-217"]);
  await server.end("SIGKILL");
  const checked = await cli(["verify", file]);
  assert.is(checked.code, 0, checked.err);
  data.remove();
  out.remove();
});

/**
 * An id that would attach a database of its own where an id is written into a statement, in a file that has to
 * be mended: a record of its archive is altered.
 */
function hostileId(path: string): string {
  const floor = `'0 ${"0".repeat(64)}'`;
  const statement = `x'), ('floor', ${floor}); COMMIT; ATTACH DATABASE '${path}' AS made; CREATE TABLE made.t (x); BEGIN; INSERT OR REPLACE INTO meta VALUES ('id', 'x`;
  return `UPDATE meta SET value = '${statement.replaceAll("'", "''")}' WHERE key = 'id';
    INSERT INTO archive (id, seq, at, project, owner, hash, text, json) VALUES ('T-1', 1, '', '', '', x'00', '', '{}')`;
}

test("DUR-16, DUR-27: what is no whole, sound backup is refused and the folder is left as it was", async () => {
  const [data, out] = [makeDataDir(), makeDataDir()];
  const server = await startServer({ config: quietConfig(data.dir), log: SILENT });
  await postTo(server.url, "tasks/create", { title: "X" });
  const good = join(out.dir, "good.db");
  await download(server.url, good);
  await server.close();
  const before = fingerprint(data.dir);
  const bad = (name: string, change: (path: string) => void) => {
    const path = join(out.dir, name);
    copyFileSync(good, path);
    change(path);
    return path;
  };
  const flip = (path: string) => {
    const bytes = readFileSync(path);
    const at = bytes.indexOf('"title":"X"');
    assert.ok(at > 0);
    bytes[at + 9] = 0x59;
    writeFileSync(path, bytes);
  };
  for (const file of [
    bad("short.db", (path) => truncateSync(path, 20_000)),
    bad("empty.db", (path) => truncateSync(path, 0)),
    bad("flipped.db", flip),
    bad("other.db", (path) => writeFileSync(path, "no database")),
    join(out.dir, "missing.db"),
  ]) {
    const refused = await restoreBackup(file, data.dir, { ...RESTORE, force: true }).then(
      () => null,
      (error: Error) => error,
    );
    assert.instance(refused, Error, file);
    assert.is(fingerprint(data.dir), before, file);
  }
  const change = (sql: string) => (path: string) => {
    const db = new Database(path);
    db.exec(sql);
    db.close();
  };
  for (const [what, sql, why] of [
    [
      "a trigger",
      "CREATE TRIGGER late AFTER INSERT ON entries BEGIN DELETE FROM archive; END",
      "the trigger late in it is none of ClawTasker's",
    ],
    ["a view", "CREATE VIEW extra AS SELECT 1", "the view extra in it"],
    ["a table", "CREATE TABLE extra (a)", "the table extra in it"],
    ["an index", "CREATE INDEX extra ON entries (json)", "the index extra in it"],
    [
      "a view for a table",
      "ALTER TABLE archive RENAME TO kept; CREATE VIEW archive AS SELECT * FROM kept",
      "in it is none of ClawTasker's",
    ],
    ["a table that is missing", "DROP TABLE archive", "it lacks what"],
    [
      "an id that is a statement",
      hostileId(join(out.dir, "made.db")),
      "its id is none of ClawTasker's",
    ],
  ] as const) {
    const file = bad("foreign.db", change(sql));
    for (const run of [
      () => restoreBackup(file, data.dir, { ...RESTORE, force: true }),
      async () => {
        const dir = join(out.dir, "looked-at");
        mkdirSync(dir, { recursive: true });
        copyFileSync(file, join(dir, "clawtasker.db"));
        verifyJournal(dir);
      },
    ]) {
      const refused = await run().catch((error: Error) => error.message);
      assert.match(String(refused), why, what);
    }
    assert.is(fingerprint(data.dir), before, what);
    assert.not(existsSync(join(out.dir, "made.db")), what);
  }
  // The remains of a lost database are not played into the restored one.
  const remains = join(out.dir, "remains");
  mkdirSync(remains);
  writeFileSync(join(remains, "clawtasker.db-wal"), "remains");
  const refused = await restoreBackup(good, remains, RESTORE).catch((error: Error) => error);
  assert.instance(refused, Error);
  await restoreBackup(good, remains, { ...RESTORE, force: true });
  assert.is((await stateIn(remains)).seq, 2);
  assert.equal(verifyJournal(remains).problems, []);
  data.remove();
  out.remove();
});

test("DUR-16: several at a time; a reader that goes away leaves nothing behind", async () => {
  const data = makeDataDir();
  const server = await startServer({ config: quietConfig(data.dir), log: SILENT });
  const ask = (signal?: AbortSignal) =>
    fetch(`${server.url}/api/system/backup`, {
      headers: { authorization: `Bearer ${TOKEN}` },
      ...(signal && { signal }),
    });
  const all = await Promise.all(Array.from({ length: 4 }, () => ask()));
  assert.equal(
    all.map(({ status }) => status),
    [200, 200, 200, 200],
  );
  await Promise.all(all.map((response) => response.arrayBuffer()));
  const away = new AbortController();
  await ask(away.signal);
  away.abort();
  await postTo(server.url, "tasks/create", { title: "X" });
  await server.close();
  assert.equal(
    readdirSync(data.dir).filter((name) => name.includes("backup")),
    [],
  );
  data.remove();
});

test.run();
