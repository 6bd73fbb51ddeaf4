/**
 * Tasks on their way to the archive and back, and the process killed at it: after every kill each task
 * is in one place, the one that the entries tell, and no acknowledged move is undone.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Entry, openEngine, table } from "../../core/index.ts";
import { withFolder, withJournal } from "../support/journal.ts";
import { createRandom, seedOf } from "../support/random.ts";
import { grouped, part, sizeFor } from "../support/soak.ts";

const ARCHIVER = fileURLToPath(new URL("./archiver.js", import.meta.url));
/** A folder of moves grows: after so many kills a new one begins. */
const KILLS_EACH = 10;

/** An acknowledged move: where the tasks then were, as of the entry. */
interface Move {
  kind: string;
  seq: number;
  ids: string[];
}

/** Runs the archiver until it has said so many lines, kills it, gives what it said. */
async function killAfter(dir: string, seed: number, lines: number): Promise<Move[]> {
  const child = spawn(process.execPath, [ARCHIVER, dir, `${seed}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const moves: Move[] = [];
  const closed = once(child, "close");
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (line) => {
    const [kind = "", seq, ids = ""] = line.split(" ");
    moves.push({ kind, seq: Number(seq), ids: ids.split(",") });
    if (moves.length === lines) child.kill("SIGKILL");
  });
  const [code, signal] = (await closed) as [number | null, string | null];
  assert.equal([code, signal], [null, "SIGKILL"], "the archiver ended by itself");
  return moves;
}

/** Opens what the kill left and compares it with the entries and with what was said. */
function checkPlaces(dir: string, moves: readonly Move[], where: string): Promise<void> {
  return withJournal(dir, async (journal) => {
    const engine = await openEngine({ journal, clock: Date.now, newId: () => "id" });
    const open = new Set(table.list(engine.view().state.tasks).map(({ id }) => id));
    const rows = await journal.listArchived({ words: [], limit: 100_000 });
    const archived = new Map(rows.rows.map(({ id, json }) => [id, json]));
    const both = [...open].filter((id) => archived.has(id));
    assert.equal(both, [], `${where}: in the state and in the archive`);
    assert.is(engine.view().state.archive.tasks, archived.size, `${where}: the count is another`);
    const told = new Map<string, string>();
    const entries = (await journal.read(0, 1_000_000)).map(({ json }) => JSON.parse(json) as Entry);
    const made = new Set<string>();
    for (const { event, archive, action } of entries) {
      if (action.name === "tasks/create") made.add(String(event.meta.task_id));
      for (const id of archive?.take ?? []) told.delete(id);
      for (const task of archive?.put ?? []) told.set(task.id, JSON.stringify(task));
    }
    const neither = [...made].filter((id) => !open.has(id) && !archived.has(id));
    assert.equal(neither, [], `${where}: neither in the state nor in the archive`);
    assert.equal(
      [...archived].sort(),
      [...told].sort(),
      `${where}: the entries tell another archive`,
    );
    for (const { kind, seq, ids } of moves) {
      const entry = entries[seq - 1];
      assert.ok(entry, `${where}: ${kind} ${ids} was acknowledged at ${seq} and is lost`);
      const moved = entry.archive?.put?.map(({ id }) => id) ?? entry.archive?.take ?? ids;
      assert.equal(moved, ids, `${where}: entry ${seq} is another move`);
    }
  });
}

const SIZE = sizeFor("archive", 10);

test("ARC-1: killed while tasks go to the archive and come back, each is in one place and no move is undone", async () => {
  const tally = { kills: 0, went: 0, back: 0 };
  for (let seed = seedOf(1); SIZE.more(tally.kills); seed++) {
    const random = createRandom(seed);
    await withFolder(async (dir) => {
      for (let kill = 0; kill < KILLS_EACH && SIZE.more(tally.kills); kill++, tally.kills++) {
        const moves = await killAfter(dir, seed * 1_000 + kill, 1 + random.whole(60));
        await checkPlaces(dir, moves, `seed ${seed}, kill ${kill}`);
        for (const { kind, ids } of moves) if (kind !== "made") tally[kind as "went"] += ids.length;
      }
    });
  }
  const { kills, went, back } = tally;
  assert.ok(went > kills && back > 0, JSON.stringify(tally));
  SIZE.reached(
    `${part(kills, SIZE)} kills, ${grouped(went)} tasks to the archive and ${grouped(back)} back: none in both places, none in neither`,
  );
});

test.run();
