/**
 * Power cuts: a process appends under strace; at random points of what it wrote, a disk is made of what
 * was synced by then and any part of the rest, and opened. Whatever was acknowledged must be on it.
 */
import { execFileSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { makeRecords, readAll, withFolder, withJournal } from "../support/journal.ts";
import { createRandom, seedOf } from "../support/random.ts";
import { grouped, part, sizeFor } from "../support/soak.ts";
import { createDisk, FATES } from "./disk.ts";
import { type Call, readTrace, straceLacks, tracing } from "./strace.ts";

const DIST = fileURLToPath(new URL("../../", import.meta.url));
const WRITER = fileURLToPath(new URL("./writer.js", import.meta.url));
const APPENDS = 160;
/** So many bytes in each record that the log is checkpointed now and then. */
const FILL = 12_000;

const lacks = straceLacks();
if (lacks) console.warn(`SKIPPED: power cuts and counts of syncs: ${lacks}`);

/** Runs the writer with a journal module; gives its calls. */
function trace(dir: string, module: string): Call[] {
  const [output, data] = [join(dir, "trace.txt"), join(dir, "data")];
  const [strace = "", ...options] = tracing(output);
  const command = [process.execPath, WRITER, module, data, `${APPENDS}`, `${FILL}`];
  execFileSync(strace, [...options, ...command], { stdio: ["ignore", "ignore", "inherit"] });
  return readTrace(output, data);
}

interface Verdict {
  /** Acknowledged entries that were not there. */
  lost: number;
  points: number;
}

/** Cuts the power at so many points; of each, opens what is left and compares. */
async function cutPower(
  dir: string,
  calls: readonly Call[],
  seed: number,
  count: number,
  more: (points: number) => boolean,
): Promise<Verdict> {
  const random = createRandom(seed);
  const points = Array.from({ length: count }, () => random.whole(calls.length));
  points.sort((a, b) => a - b);
  const disk = createDisk();
  const verdict: Verdict = { lost: 0, points: 0 };
  let acknowledged = 0;
  let next = 0;
  for (const [at, call] of calls.entries()) {
    disk.play(call);
    if (call.kind === "said") acknowledged = Number(/^ack (\d+)\n$/.exec(call.text)?.[1]);
    for (; points[next] === at && more(next); next++) {
      const image = join(dir, "image");
      const fate = FATES[next % FATES.length] ?? "some";
      disk.writeImage(image, fate, random);
      const where = `seed ${seed}, call ${at} of ${calls.length}, ${fate} of the rest`;
      try {
        verdict.lost += await missingIn(image, acknowledged, where);
      } catch (error) {
        throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
      }
      verdict.points++;
      rmSync(image, { recursive: true });
    }
  }
  return verdict;
}

/** How many of the acknowledged entries are not there. */
async function missingIn(image: string, acknowledged: number, where: string): Promise<number> {
  return withJournal(image, async (journal) => {
    const [head, floor] = [journal.head(), journal.floor()];
    const due = makeRecords(1, head, FILL).slice(floor);
    assert.equal(await readAll(journal), due, `${where}: an entry differs`);
    await journal.append(head, makeRecords(head + 1, 1));
    return Math.max(0, acknowledged - head);
  });
}

/** The built journal with `synchronous=NORMAL`, as drivers have it by default in WAL mode. */
function plantNormal(): { module: string; remove(): void } {
  const planted = join(DIST, `planted-normal-${process.pid}`);
  cpSync(join(DIST, "journal"), planted, { recursive: true });
  let changed = 0;
  for (const name of readdirSync(planted)) {
    if (!name.endsWith(".js")) continue;
    const text = readFileSync(join(planted, name), "utf8");
    const weak = text
      .replaceAll("synchronous = FULL", "synchronous = NORMAL")
      .replaceAll("synchronous < 2", "synchronous < 1");
    if (weak === text) continue;
    changed++;
    writeFileSync(join(planted, name), weak);
  }
  assert.ok(changed > 0, "synchronous=FULL is set nowhere");
  return {
    module: join(planted, "index.js"),
    remove: () => rmSync(planted, { recursive: true, force: true }),
  };
}

/** Acknowledgements before which nothing was synced since the last one. */
function unsynced(calls: readonly Call[]): number {
  let synced = false;
  let count = 0;
  for (const { kind } of calls) {
    if (kind === "synced") synced = true;
    if (kind !== "said") continue;
    if (!synced) count++;
    synced = false;
  }
  return count;
}

if (!lacks) {
  test("DUR-21 DUR-6: a power cut loses nothing acknowledged, wherever it falls; each acknowledgement was synced", () =>
    withFolder(async (dir) => {
      const size = sizeFor("power-cut", 24);
      const seed = seedOf(20_260_321);
      const calls = trace(dir, join(DIST, "journal/index.js"));
      assert.is(calls.filter(({ kind }) => kind === "said").length, APPENDS);
      assert.is(unsynced(calls), 0, "acknowledged before it was synced");
      const { lost, points } = await cutPower(dir, calls, seed, size.count, size.more);
      assert.is(lost, 0, `seed ${seed}`);
      const syncs = calls.filter(({ kind }) => kind === "synced").length;
      size.reached(
        `${part(points, size)} cuts: 0 lost; ${grouped(syncs)} syncs for ${grouped(APPENDS)} acknowledgements`,
      );
    }));

  test("DUR-21: the same with synchronous=NORMAL loses entries, and the test sees it", () =>
    withFolder(async (dir) => {
      const planted = plantNormal();
      try {
        const calls = trace(dir, planted.module);
        assert.ok(unsynced(calls) > APPENDS / 2);
        const { lost } = await cutPower(dir, calls, 1, 8, () => true);
        assert.ok(lost > 0);
      } finally {
        planted.remove();
      }
    }));
}

test.run();
