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

const CYCLES = Number(process.env.CRASH_CYCLES ?? 20);
const WRITERS = 8;

interface Write {
  key: string;
  title: string;
  acknowledged: boolean;
}

test(`DUR-3 DUR-4 DUR-10: nothing acknowledged is lost or doubled by ${CYCLES} kills under load`, async () => {
  const seed = seedOf(20_260_321);
  const random = createRandom(seed);
  const { dir, remove } = makeDataDir();
  const writes: Write[] = [];
  let lastSeq = 0;
  let running: ServerProcess | null = null;
  try {
    for (let cycle = 0; cycle <= CYCLES; cycle++) {
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
        write.acknowledged = true;
      }
      const retried = await getFrom(server.url, "/api/snapshot");
      checkTitles(retried, writes, where);
      lastSeq = retried.seq as number;

      if (cycle === CYCLES) {
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
  } finally {
    await running?.end("SIGKILL");
    remove();
  }
});

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
        const { status } = await send(url, write);
        write.acknowledged = status === 200;
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
