/**
 * The server as a process, killed with SIGKILL under load at random moments, again and again on the
 * same data. What was acknowledged must be there once; what was not, once at most, and exactly once
 * after a retry with the same key.
 */
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  getFrom,
  makeDataDir,
  postTo,
  type ServerProcess,
  startProcess,
} from "../support/process.ts";
import { createRandom, seedOf } from "../support/random.ts";
import { grouped, part, sizeFor } from "../support/soak.ts";

const SIZE = sizeFor("crash", 20);
/** Reading all of a grown company in each cycle would be most of the time: a new one begins. */
const CYCLES_EACH = 20;
const WRITERS = 8;

interface Write {
  key: string;
  title: string;
  acknowledged: boolean;
  /** What was answered, once it was. */
  body?: object;
}

test(`DUR-3 DUR-4 DUR-10: nothing acknowledged is lost or doubled by ${SIZE.count} kills under load`, async () => {
  const tally = { kills: 0, acknowledged: 0 };
  for (let seed = seedOf(20_260_321); SIZE.more(tally.kills); seed++) {
    const writes = await runHistory(seed, Math.min(CYCLES_EACH, SIZE.count - tally.kills));
    tally.kills += Math.min(CYCLES_EACH, SIZE.count - tally.kills);
    tally.acknowledged += writes.length;
  }
  const { kills, acknowledged } = tally;
  SIZE.reached(`${part(kills, SIZE)} kills, ${grouped(acknowledged)} writes: 0 missing, 0 doubled`);
});

/** A company whose server is killed so many times; gives its writes, all acknowledged in the end. */
async function runHistory(seed: number, cycles: number): Promise<Write[]> {
  const random = createRandom(seed);
  const { dir, remove } = makeDataDir();
  const writes: Write[] = [];
  let lastSeq = 0;
  let running: ServerProcess | null = null;
  try {
    for (let cycle = 0; cycle <= cycles; cycle++) {
      const server = await startProcess(dir, { args: ["--blank"] });
      running = server;
      const where = `seed ${seed}, cycle ${cycle}`;
      const before = await getFrom(server.url, "/api/snapshot");
      const seq = before.seq as number;
      assert.ok(seq >= lastSeq, `${where}: the sequence went back from ${lastSeq} to ${seq}`);
      checkTitles(before, writes, where);

      for (const write of writes.filter(({ acknowledged }) => !acknowledged)) {
        const answer = await send(server.url, write);
        assert.is(answer.status, 200, `${where}: a retry was refused`);
        Object.assign(write, { acknowledged: true, body: answer.body });
      }
      await checkAnswers(server.url, writes, random.whole(writes.length + 1), where);
      const retried = await getFrom(server.url, "/api/snapshot");
      checkTitles(retried, writes, where);
      lastSeq = retried.seq as number;

      if (cycle === cycles) {
        assert.is(await server.end("SIGTERM"), 0, `${where}: the last stop was not clean`);
        break;
      }
      await killUnderLoad(
        server.url,
        () => server.end("SIGKILL"),
        writes,
        1 + random.whole(60),
        cycle,
      );
    }
    return writes;
  } finally {
    await running?.end("SIGKILL");
    remove();
  }
}

/** A retry across a kill: the answer of then, and with another body a refusal. */
async function checkAnswers(url: string, writes: readonly Write[], n: number, where: string) {
  const write = writes[n];
  if (!write?.body) return;
  const again = await send(url, write);
  assert.equal(again, { status: 200, body: write.body }, `${where}: another answer`);
  const other = await send(url, { ...write, title: `${write.title}, changed` });
  assert.is(other.status, 422, `${where}: the key was taken for another write`);
}

function send(url: string, { key, title }: Write) {
  return postTo(url, "tasks/create", { title }, { "idempotency-key": key });
}

/** Writers go on until the server is killed, which happens after so many acknowledgements. */
async function killUnderLoad(
  url: string,
  kill: () => Promise<unknown>,
  writes: Write[],
  acknowledgements: number,
  cycle: number,
): Promise<void> {
  let left = acknowledgements;
  let killed: Promise<unknown> | null = null;
  async function writer(number: number): Promise<void> {
    for (let n = 0; !killed; n++) {
      const name = `${cycle}-${number}-${n}`;
      const write: Write = { key: `key-${name}`, title: `task ${name}`, acknowledged: false };
      writes.push(write);
      try {
        const { status, body } = await send(url, write);
        if (status === 200) Object.assign(write, { acknowledged: true, body });
      } catch {
        return;
      }
      left--;
      if (left === 0) killed = kill();
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, (_, number) => writer(number)));
  await killed;
}

function checkTitles(
  snapshot: Record<string, unknown>,
  writes: readonly Write[],
  where: string,
): void {
  const counts = new Map<string, number>();
  for (const { title } of snapshot.tasks as { title: string }[]) {
    counts.set(title, (counts.get(title) ?? 0) + 1);
  }
  for (const { title, acknowledged } of writes) {
    const count = counts.get(title) ?? 0;
    if (acknowledged)
      assert.is(count, 1, `${where}: "${title}" was acknowledged and is there ${count} times`);
    else assert.ok(count <= 1, `${where}: "${title}" is there ${count} times`);
  }
}

test.run();
