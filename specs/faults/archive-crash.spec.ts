/**
 * Tasks on their way to the archive and back, messages and directives on their way there, and the process
 * killed at it: after every kill each is in one place, the one that the entries tell, and no acknowledged
 * move is undone.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ARCHIVE_KINDS, countsOf, type Entry, openEngine, table } from "../../core/index.ts";
import { allArchived, readAll, withFolder, withJournal } from "../support/journal.ts";
import { createRandom, seedOf } from "../support/random.ts";
import { grouped, part, sizeFor } from "../support/soak.ts";

const ARCHIVER = fileURLToPath(new URL("./archiver.js", import.meta.url));
/** A folder of moves grows: after so many kills a new one begins. */
const KILLS_EACH = 10;

/** An acknowledged move: where these then were, as of the entry. */
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

const MAKING = new Set(["tasks/create", "conversations/message", "ceo/directive"]);

/** What the entry sent to the archive. */
function putBy(step: Entry["archive"]): { id: string }[] {
  const { put = [], messages = [], directives = [] } = step ?? {};
  return [...put, ...messages, ...directives];
}

/** Opens what the kill left and compares it with the entries and with what was said. */
function checkPlaces(dir: string, moves: readonly Move[], where: string): Promise<void> {
  return withJournal(dir, async (journal) => {
    const engine = await openEngine({ journal, clock: Date.now, newId: () => "id" });
    const { state } = engine.view();
    const open = new Set(
      [state.tasks, state.messages, state.directives].flatMap((one) =>
        Object.keys(table.toFlat<unknown>(one)),
      ),
    );
    const archived = new Map<string, string>();
    for (const kind of ARCHIVE_KINDS) {
      const rows = await allArchived(journal, kind);
      for (const { id, json } of rows) archived.set(id, json);
      const count = countsOf(state.archive)[kind];
      assert.is(count, rows.length, `${where}: the count of ${kind}s is another`);
    }
    const both = [...open].filter((id) => archived.has(id));
    assert.equal(both, [], `${where}: in the state and in the archive`);
    const told = new Map<string, string>();
    const entries = (await readAll(journal)).map(({ json }) => JSON.parse(json) as Entry);
    const made = new Set<string>();
    for (const { event, archive, action } of entries) {
      const { task_id, message_id, directive_id } = event.meta;
      if (MAKING.has(action.name)) made.add(String(message_id ?? directive_id ?? task_id));
      for (const id of archive?.take ?? []) told.delete(id);
      for (const one of putBy(archive)) told.set(one.id, JSON.stringify(one));
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
      const { archive } = entry;
      const moved = archive && [...putBy(archive).map(({ id }) => id), ...(archive.take ?? [])];
      assert.equal(moved ?? ids, ids, `${where}: entry ${seq} is another move`);
    }
  });
}

const SIZE = sizeFor("archive", 10);

test("ARC-1 ARC-7: killed while tasks go to the archive and come back, and what was said goes, each is in one place and no move is undone", async () => {
  const tally = { kills: 0, went: 0, back: 0, left: 0 };
  for (let seed = seedOf(1); SIZE.more(tally.kills); seed++) {
    const random = createRandom(seed);
    await withFolder(async (dir) => {
      for (let kill = 0; kill < KILLS_EACH && SIZE.more(tally.kills); kill++, tally.kills++) {
        const moves = await killAfter(dir, seed * 1_000 + kill, 1 + random.whole(60));
        await checkPlaces(dir, moves, `seed ${seed}, kill ${kill}`);
        for (const { kind, ids } of moves) {
          if (kind === "went" || kind === "back" || kind === "left") tally[kind] += ids.length;
        }
      }
    });
  }
  const { kills, went, back, left } = tally;
  assert.ok(went > kills && back > 0 && left > 0, JSON.stringify(tally));
  SIZE.reached(
    `${part(kills, SIZE)} kills, ${grouped(went)} tasks to the archive and ${grouped(back)} back, ${grouped(left)} messages and directives there: none in both places, none in neither`,
  );
});

test.run();
