/**
 * A disk that cannot sync any more (EIO), at the n-th sync of the real server under load: what was
 * written then is of unknown outcome, so the server says nothing more, ends, and recovers.
 */
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { getFrom, makeDataDir, postTo, startProcess } from "../support/process.ts";
import { part, percentile, sizeFor } from "../support/soak.ts";
import { failedSync, failingSync, straceLacks } from "./strace.ts";

const lacks = straceLacks();
if (lacks) console.warn(`SKIPPED: a disk that cannot sync: ${lacks}`);

const WRITERS = 4;
/** Of each, so that the test ends also where nothing fails. */
const MOST_WRITES = 60;
/** Only so that the test ends where the server does not. */
const PATIENCE_MS = 20_000;
/** What a start syncs before it listens; the rest comes with the writes. */
const FIRST = 24;

interface Write {
  key: string;
  title: string;
  status: number | null;
  /** When its answer came, in milliseconds. */
  at: number;
}

/** Where the failure shows: at the start, never (SQLite passes over that of a folder), or in a write. */
type Ending = "at start" | "unnoticed" | { ms: number };

/** Writes until the server is gone; the n-th sync fails. Gives the time from that to its end. */
async function breakAt(n: number): Promise<Ending> {
  const { dir, remove } = makeDataDir();
  const log = makeDataDir();
  const output = join(log.dir, "syncs.txt");
  try {
    // The company is there before the disk breaks.
    const whole = await startProcess(dir, { args: ["--blank"] });
    assert.is(await whole.end("SIGTERM"), 0);
    const started = await startProcess(dir, { under: failingSync(n, output) }).catch(
      (e: Error) => e,
    );
    if (started instanceof Error) {
      assert.match(started.message, /clawtasker: .*(?:I\/O|cannot be opened|journal)/i);
      await recovers(dir, []);
      return "at start";
    }
    const writes: Write[] = [];
    const writer = async (number: number) => {
      for (let k = 0; k < MOST_WRITES; k++) {
        const name = `${number}-${k}`;
        const write: Write = { key: `key-${name}`, title: `task ${name}`, status: null, at: 0 };
        writes.push(write);
        try {
          const headers = { "idempotency-key": write.key };
          const answer = await postTo(started.url, "tasks/create", { title: write.title }, headers);
          Object.assign(write, { status: answer.status, at: performance.now() });
        } catch {
          return;
        }
      }
    };
    const writers = Promise.all(Array.from({ length: WRITERS }, (_, number) => writer(number)));
    const where = `sync ${n}`;
    const ended = started.ended.then((code) => ({ code, at: performance.now() }));
    await writers;
    const failed = failedSync(output);
    if (failed === dir) {
      await started.end("SIGKILL");
      await recovers(dir, writes);
      return "unnoticed";
    }
    assert.ok(failed, `${where}: there were not as many`);
    // A server that goes on is ended here, and then has no code.
    const late = setTimeout(() => started.child.kill("SIGKILL"), PATIENCE_MS);
    const { code, at: endedAt } = await ended;
    clearTimeout(late);
    assert.is(code, 1, where);
    assert.match(started.errors(), /the journal failed; nothing more is accepted/, where);
    const answered = writes.filter(({ status }) => status !== null).sort((a, b) => a.at - b.at);
    const refused = answered.findIndex(({ status }) => status !== 200);
    assert.ok(refused >= 0, `${where}: nothing was refused`);
    const after = answered.slice(refused).map(({ status }) => status);
    assert.equal([...new Set(after)], [503], `${where}: acknowledged after the failure`);
    await recovers(dir, writes);
    return { ms: endedAt - (answered[refused]?.at ?? endedAt) };
  } finally {
    remove();
    log.remove();
  }
}

/** On a whole disk: what was acknowledged is there once, and so is the rest after a retry. */
async function recovers(dir: string, writes: readonly Write[]): Promise<void> {
  const server = await startProcess(dir);
  const titles = async () => {
    const { tasks } = (await getFrom(server.url, "/api/snapshot")) as {
      tasks: { title: string }[];
    };
    return tasks.map(({ title }) => title).sort();
  };
  try {
    const before = await titles();
    for (const { title, status } of writes) {
      if (status === 200) assert.ok(before.includes(title), `${title} was lost`);
    }
    for (const { key, title } of writes) {
      const headers = { "idempotency-key": key };
      assert.is((await postTo(server.url, "tasks/create", { title }, headers)).status, 200);
    }
    assert.equal(await titles(), writes.map(({ title }) => title).sort());
  } finally {
    await server.end("SIGKILL");
  }
}

if (!lacks) {
  test("DUR-22 DUR-9 DUR-10: when a sync fails nothing more is acknowledged, the process ends and says why, a retry has one effect", async () => {
    const size = sizeFor("eio", 3);
    const times: number[] = [];
    const others = { "at start": 0, unnoticed: 0 };
    let n = 0;
    for (; size.more(n); n++) {
      // In `npm test` one that a start makes and some of the writes; in a soak each from the first on.
      const sync = size.soaking ? n + 1 : [3, FIRST, FIRST + 9][n];
      const ending = await breakAt(sync ?? FIRST);
      if (typeof ending === "string") others[ending]++;
      else times.push(ending.ms);
    }
    assert.ok(times.length > 0, "no write met the failure");
    const most = Math.round(percentile(times, 100));
    if (size.soaking) assert.ok(most <= 1_000, `it took ${most} ms to end`);
    size.reached(
      `syncs 1 to ${part(n, size)}: nothing acknowledged afterwards, out within ${most} ms, ${others["at start"]} refused at the start, ${others.unnoticed} of a folder, 0 lost or doubled`,
    );
  });
}

test.run();
