/**
 * A disk that is full: the real server on a small file system of its own (tmpfs, which only root may
 * mount). Reads and streams go on, writes are refused in words, and come back once there is space.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { getFrom, makeDataDir, postTo, startProcess } from "../support/process.ts";
import { grouped, part, sizeFor } from "../support/soak.ts";
import { connectSse, connectWs } from "../support/streams.ts";

const DISK_BYTES = 3 * 1024 * 1024;
const BALLAST_BYTES = 1024 * 1024;
/** Only so that the test ends where writes never come back. */
const PATIENCE_MS = 60_000;

/** Why there is no small disk to be had here, or null where there is. */
function mountLacks(): string | null {
  if (process.platform !== "linux") return "tmpfs needs Linux";
  const { dir, remove } = makeDataDir();
  const failed = mount(dir);
  if (!failed) unmount(dir);
  remove();
  return failed;
}

function mount(dir: string): string | null {
  const options = ["-t", "tmpfs", "-o", `size=${DISK_BYTES}`, "tmpfs", dir];
  const { status, error, stderr } = spawnSync("mount", options, { encoding: "utf8" });
  return status === 0 ? null : `mount: ${error?.message ?? stderr.trim()}`;
}

function unmount(dir: string): void {
  spawnSync("umount", ["--lazy", dir]);
}

const lacks = mountLacks();
if (lacks) {
  console.warn(
    `SKIPPED: a full disk of its own (${lacks}); sqlite.spec.ts bounds the file instead`,
  );
}

/** Fills the disk, frees some of it, fills it again. Gives the writes and how long they stayed refused. */
async function fill(rounds: number): Promise<{ acknowledged: number; resumedMs: number }> {
  const { dir, remove } = makeDataDir();
  assert.is(mount(dir), null);
  try {
    const data = join(dir, "data");
    const ballast = join(dir, "ballast");
    mkdirSync(data);
    let server = await startProcess(data, { args: ["--blank"] });
    const titles: string[] = [];
    let resumedMs = 0;
    try {
      const sse = await connectSse(`${server.url}/api/events/stream?since=0`);
      const ws = await connectWs(`${server.url.replace("http", "ws")}/api/ws?since=1`);
      const write = async (text: string) => {
        const title = `task ${titles.length}`;
        const answer = await postTo(server.url, "tasks/create", { title, description: text });
        if (answer.status === 200) titles.push(title);
        return answer;
      };
      for (let round = 0; round < rounds; round++) {
        writeFileSync(ballast, Buffer.alloc(BALLAST_BYTES, 1));
        let answer = await write("x".repeat(10_000));
        while (answer.status === 200) {
          assert.ok(
            titles.length < DISK_BYTES / 1_000,
            "more was acknowledged than the disk holds",
          );
          answer = await write("x".repeat(10_000));
        }
        assert.is(answer.status, 503);
        assert.match(String(answer.body.error), /disk is full.*free some space/);
        const seen = (await getFrom(server.url, "/api/snapshot")) as { tasks: object[] };
        assert.is(seen.tasks.length, titles.length, "a refused write is there");
        assert.is((await write("x".repeat(10_000))).status, 503);
        rmSync(ballast);
        const freed = performance.now();
        while ((await write("there is space")).status !== 200) {
          assert.ok(
            performance.now() - freed < PATIENCE_MS,
            "there is space, and nothing is written",
          );
        }
        resumedMs = Math.max(resumedMs, performance.now() - freed);
      }
      // The streams that were open all the time have all of it.
      const last = 1 + titles.length;
      assert.is((await sse.frames.take(last)).at(-1)?.id, String(last));
      const messages = await ws.messages.take(last);
      assert.is((messages.at(-1) as { seq?: number }).seq, last);
      sse.close();
      ws.drop();
      await server.end("SIGKILL");
      server = await startProcess(data);
      const { tasks } = (await getFrom(server.url, "/api/snapshot")) as {
        tasks: { title: string }[];
      };
      assert.equal(tasks.map(({ title }) => title).sort(), [...titles].sort());
      return { acknowledged: titles.length, resumedMs };
    } finally {
      await server.end("SIGKILL");
    }
  } finally {
    unmount(dir);
    if (existsSync(dir)) remove();
  }
}

if (!lacks) {
  test("DUR-8: on a full disk writes are refused, reads and streams go on; with space it all goes on, nothing lost", async () => {
    const size = sizeFor("full", 1);
    let rounds = 0;
    let acknowledged = 0;
    let slowest = 0;
    for (; size.more(rounds); rounds++) {
      const result = await fill(2);
      acknowledged += result.acknowledged;
      slowest = Math.max(slowest, result.resumedMs);
    }
    if (size.soaking) assert.ok(slowest < 1_000, `resumed after ${slowest} ms`);
    size.reached(
      `${part(rounds, size)} disks filled twice, ${grouped(acknowledged)} writes: 503, back within ${Math.ceil(slowest)} ms, 0 lost`,
    );
  });
}

test.run();
