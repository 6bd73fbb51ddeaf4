/** Tampering, planted in a real journal in every place that holds something, is found. */
import { createHash } from "node:crypto";
import { cpSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Entry, openEngine, type WireState } from "../../core/index.ts";
import { chainHash, createSnapshotDigest, toBuffer } from "../../journal/format.ts";
import { openSqliteJournal, verifyJournal } from "../../journal/index.ts";
import { makeDataDir } from "../support/process.ts";

const test = suite("verify");

/** A journal with all kinds of work in it and two snapshots. */
async function write(dir: string): Promise<void> {
  const journal = await openSqliteJournal({ dir, now: () => 0 });
  let [time, ids] = [Date.parse("2026-03-21T09:30:00Z"), 0];
  const clock = () => (time += 1_000);
  const engine = await openEngine({
    journal,
    clock,
    newId: () => `id-${++ids}`,
    snapshotEvery: 20,
  });
  await engine.dispatch("demo/reset", {});
  for (let n = 0; n < 45; n++) {
    await engine.dispatch("tasks/create", { title: `task ${n}`, owner: "codex" }, { key: `k${n}` });
  }
  await engine.dispatch("tasks/claim", { agent_id: "codex", task_id: "T-208" });
  await engine.dispatch("tasks/update", { task_id: "T-203", progress: 61 });
  // Archived, brought back, and archived again: one row that was taken and one that is there.
  const archive = { task_ids: ["T-202"], days: 0 };
  await engine.dispatchUnknown("system/archive", archive);
  await engine.dispatch("tasks/reopen", { task_id: "T-202" });
  await engine.dispatch("tasks/update", { task_id: "T-202", status: "done" });
  await engine.dispatchUnknown("system/archive", archive);
  await engine.dispatch("system/archive_talk", { days: 0, keep: 0, most: 3 });
  await engine.close();
}

type Change = (db: Database.Database) => void;

/** Makes the chain and the digests anew, as somebody would who knows this program. */
const rechain: Change = (db) => {
  const rows = db.prepare("SELECT seq, json, key FROM entries ORDER BY seq").all() as {
    seq: number;
    json: string;
    key: string | null;
  }[];
  let hash: Buffer = Buffer.alloc(32);
  const hashes = new Map<number, Buffer>();
  for (const { seq, json, key } of rows) {
    hash = chainHash(hash, seq, key, json);
    hashes.set(seq, hash);
    db.prepare("UPDATE entries SET hash = ? WHERE seq = ?").run(hash, seq);
  }
  for (const row of db.prepare("SELECT * FROM snapshots").all() as {
    id: number;
    seq: number;
    created_at: string;
  }[]) {
    const at = { seq: row.seq, hash: hashes.get(row.seq) ?? toBuffer(null) };
    const digest = createSnapshotDigest(at, row.created_at);
    const parts = db
      .prepare("SELECT json FROM snapshot_parts WHERE snapshot = ? ORDER BY part")
      .all(row.id) as { json: string }[];
    for (const { json } of parts) digest.add(json);
    db.prepare("UPDATE snapshots SET hash = ?, digest = ? WHERE id = ?").run(
      at.hash,
      digest.digest(),
      row.id,
    );
  }
};

function changeEntry(seq: number, change: (entry: Entry) => void): Change {
  return (db) => {
    const [row] = db.prepare("SELECT json FROM entries WHERE seq = ?").all(seq) as {
      json: string;
    }[];
    const entry = JSON.parse(row?.json ?? "") as Entry;
    change(entry);
    db.prepare("UPDATE entries SET json = ? WHERE seq = ?").run(JSON.stringify(entry), seq);
  };
}

const both =
  (...changes: Change[]): Change =>
  (db) => {
    for (const change of changes) change(db);
  };

const retitled = changeEntry(5, ({ patches }) => {
  for (const patch of patches) {
    if (patch.op !== "remove" && patch.path === "/tasks/T-219") {
      patch.value = { ...(patch.value as object), title: "another" };
    }
  }
});
/** The same change in other steps, as another release may have put it. */
const inOtherSteps = changeEntry(5, ({ patches }) => {
  const at = patches.findIndex(({ path }) => path === "/tasks/T-219");
  const made = patches[at];
  assert.ok(made && made.op !== "remove");
  const task = made.value as { title: string };
  patches.splice(
    at,
    1,
    { ...made, value: { ...task, title: "at first" } },
    { op: "replace", path: "/tasks/T-219/title", value: task.title },
  );
});
const someoneElse = changeEntry(5, ({ action }) => {
  action.stamp.by = "somebody";
});
const inSnapshot: Change = (db) =>
  void db.prepare("UPDATE snapshot_parts SET json = replace(json, 'task 3', 'task X')").run();
const cut: Change = (db) => {
  db.exec("DELETE FROM entries WHERE seq > 40; DELETE FROM snapshots WHERE seq > 40");
};

const archived =
  (sql: string): Change =>
  (db) =>
    db.exec(sql);
/** With the digest that a row bears, as somebody would who knows this program. */
const inArchive: Change = (db) => {
  const [row] = db.prepare("SELECT * FROM archive WHERE seq = 52").all() as {
    [name in "id" | "at" | "project" | "owner" | "text" | "json"]: string;
  }[] &
    { seq: number }[];
  if (!row) throw new Error("T-202 is not archived");
  const { id, seq, at, project, owner, text } = row;
  const json = row.json.replace('"title":"', '"title":"Not ');
  assert.is.not(json, row.json);
  const hash = createHash("sha256")
    .update(JSON.stringify([id, seq, at, project, owner, text]))
    .update(json)
    .digest();
  db.prepare("UPDATE archive SET json = ?, hash = ? WHERE seq = 52").run(json, hash);
};

const TAMPERINGS: [what: string, change: Change, found: RegExp][] = [
  ["an entry", retitled, /entry 5 was altered/],
  [
    "an entry and its whole chain",
    both(retitled, rechain),
    /entry 5 \(tasks\/create\) does not say/,
  ],
  ["who did it", someoneElse, /entry 5 was altered/],
  [
    "a key",
    (db) => db.exec(`UPDATE entries SET key = '"k99"' WHERE seq = 5`),
    /entry 5 was altered/,
  ],
  [
    "an entry in the middle, gone",
    (db) => db.exec("DELETE FROM entries WHERE seq = 9"),
    /entry 9 is/,
  ],
  ["a snapshot", inSnapshot, /the snapshot at \d+: it was altered/],
  ["a snapshot and its digest", both(inSnapshot, rechain), /the snapshot at \d+ is not the state/],
  [
    "an archived row, taken out",
    archived("DELETE FROM archive WHERE seq = 52"),
    /T-202 of entry 52 is missing/,
  ],
  ["an archived row and its digest", inArchive, /archived T-202 of entry 52 is not what/],
  [
    "a row that no entry put there",
    archived(
      "INSERT INTO archive SELECT 'T-999', seq, taken, at, project, owner, hash, text, json, kind FROM archive LIMIT 1",
    ),
    /T-999 of entry 49: no entry/,
  ],
  [
    "when a row came back",
    archived("UPDATE archive SET taken = 51 WHERE seq = 49"),
    /archived T-202 of entry 49 was taken by entry 50, the archive says entry 51/,
  ],
  [
    "an archived directive, taken out",
    archived("DELETE FROM archive WHERE rowid = (SELECT max(rowid) FROM archive)"),
    /archived D-\d+ of entry 53 is missing/,
  ],
  [
    "a message among the archived tasks",
    archived("UPDATE archive SET kind = 'task' WHERE kind = 'message'"),
    /1 archived records were altered/,
  ],
  ["the end, cut off", cut, /had been acknowledged/],
];

test("DUR-18: an untouched journal agrees with itself, and every tampering is found", async () => {
  const data = makeDataDir();
  const original = join(data.dir, "original");
  await write(original);
  const sound = verifyJournal(original);
  assert.equal(sound.problems, []);
  assert.equal([sound.head.seq, sound.from, sound.reduced, sound.taken], [53, 0, 53, 0]);
  assert.ok(sound.snapshots >= 2, `${sound.snapshots} snapshots`);
  for (const [index, [what, change, found]] of TAMPERINGS.entries()) {
    const dir = join(data.dir, `case-${index}`);
    cpSync(original, dir, { recursive: true });
    const db = new Database(join(dir, "clawtasker.db"));
    change(db);
    db.close();
    const { problems } = verifyJournal(dir);
    assert.ok(
      problems.some((problem) => found.test(problem)),
      `${what}: ${JSON.stringify(problems)}`,
    );
  }
  data.remove();
});

test("DUR-18: what follows an entry that is taken at its word is decided on what that entry made", async () => {
  const data = makeDataDir();
  const journal = await openSqliteJournal({ dir: data.dir, now: () => 0 });
  const clock = () => Date.parse("2026-03-21T09:30:00Z");
  const engine = await openEngine({ journal, clock, newId: () => "id" });
  await engine.dispatch("demo/reset", {});
  const task = { title: "x", specialist: "knots" };
  // Who takes it is looked up before and after.
  await engine.dispatch("tasks/create", task);
  await engine.dispatch("agents/update", { agent_id: "codex", specialists: ["knots"] });
  const routed = await engine.dispatch("tasks/create", task);
  assert.is(routed.ok && (routed.reply as { task: { owner: string } }).task.owner, "codex");
  await engine.close();
  const db = new Database(join(data.dir, "clawtasker.db"));
  const elsewhere = changeEntry(3, ({ action }) => {
    Object.assign(action.payload as object, { project_id: "ghost" });
  });
  both(elsewhere, rechain)(db);
  db.close();
  const { problems, notes, taken } = verifyJournal(data.dir);
  assert.equal([problems, notes.length, taken], [[], 1, 1]);
  data.remove();
});

test("DUR-18: an entry that the rules of today would refuse is told, and taken at its word: its own may have allowed it", async () => {
  const data = makeDataDir();
  await write(data.dir);
  const db = new Database(join(data.dir, "clawtasker.db"));
  const owner = changeEntry(5, ({ action }) => {
    Object.assign(action.payload as object, { owner: "ghost" });
  });
  both(owner, rechain)(db);
  db.close();
  const { problems, notes, reduced, taken } = verifyJournal(data.dir);
  assert.equal(problems, []);
  const look = ({ tasks }: WireState) => `of ${Object.keys(tasks).length} tasks`;
  assert.equal(verifyJournal(data.dir, { look }).notes, [...notes, "of 59 tasks"]);
  assert.equal(verifyJournal(data.dir, { look: () => null }).notes, notes);
  assert.equal([reduced, taken], [52, 1]);
  assert.equal(notes, [
    "entry 5 (tasks/create) would be refused by the rules of this release: unknown agent: ghost",
  ]);
  data.remove();
});

test("DUR-18: an entry that puts the same change in other steps agrees: another release may have said it so", async () => {
  const data = makeDataDir();
  await write(data.dir);
  const db = new Database(join(data.dir, "clawtasker.db"));
  both(inOtherSteps, rechain)(db);
  db.close();
  const { problems, notes, reduced, taken } = verifyJournal(data.dir);
  assert.equal([problems, notes, reduced, taken], [[], [], 53, 0]);
  data.remove();
});

test("DUR-18: a history that was made anew without a trace is known by the head noted before", async () => {
  const data = makeDataDir();
  await write(data.dir);
  const known = verifyJournal(data.dir).head;
  assert.equal(verifyJournal(data.dir, { known }).problems, []);
  const db = new Database(join(data.dir, "clawtasker.db"));
  both(someoneElse, rechain)(db);
  db.close();
  assert.equal(verifyJournal(data.dir).problems, [], "it agrees with itself");
  assert.match(verifyJournal(data.dir, { known }).problems.join(), "entry 53 is not the one");
  data.remove();
});

test("DUR-18: a history agrees with itself whatever the layout of the state in memory was when it was written", async () => {
  const data = makeDataDir();
  let ids = 0;
  const pixel = { agent_id: "pixel", name: "Pixel", role: "Design Lead" };
  const codex = { agent_id: "codex", name: "Codex", role: "Engineering Manager" };
  const run = async (...dispatches: [name: string, body: object][]) => {
    const journal = await openSqliteJournal({ dir: data.dir, now: () => 0 });
    const engine = await openEngine({
      journal,
      clock: () => Date.parse("2026-03-21T09:30:00Z") + 1_000 * ids,
      newId: () => `id-${++ids}`,
    });
    for (const [name, body] of dispatches) {
      const outcome = await engine.dispatchUnknown(name, body);
      assert.ok(outcome.ok, outcome.ok ? "" : outcome.message);
    }
    await engine.close();
  };
  await run(
    ["blank/reset", {}],
    ["agents/register", codex],
    ["agents/register", pixel],
    ["agents/delete", { agent_id: "pixel" }],
  );
  // From the snapshot: the page that held the deleted agent alone is no longer there.
  await run(["openclaw/roster_sync", { agents: [codex, pixel] }]);
  assert.equal(verifyJournal(data.dir).problems, []);
  data.remove();
});

test.run();
