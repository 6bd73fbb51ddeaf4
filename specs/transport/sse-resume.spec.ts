/** SSE readers that come back: from the journal, after a restart, at random, too late, too slow. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { createMemoryJournal, toParts } from "../../core/index.ts";
import { createRandom, seedOf } from "../support/random.ts";
import { createHeap, grouped, part, sizeFor } from "../support/soak.ts";
import {
  connectSse,
  createTasks,
  eventually,
  startStreams,
  withStreams,
} from "../support/streams.ts";

const numbers = (frames: readonly { id: string | undefined }[]) =>
  frames.map(({ id }) => Number(id));
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

test("SSE-2: Last-Event-ID and since resume from the journal; the header wins", async () => {
  await withStreams({}, async ({ engine, sseUrl }) => {
    await createTasks(engine, 600);
    const bySince = await connectSse(`${sseUrl}?since=590`);
    const byHeader = await connectSse(`${sseUrl}?since=5`, { lastEventId: "595" });
    const fromStart = await connectSse(`${sseUrl}?since=0`);
    await createTasks(engine, 1);
    assert.equal(numbers(await bySince.frames.take(11)), range(591, 601));
    assert.equal(numbers(await byHeader.frames.take(6)), range(596, 601));
    assert.equal(numbers(await fromStart.frames.take(601)), range(1, 601));
    for (const reader of [bySince, byHeader, fromStart]) reader.close();
  });
});

test("SSE-2: a stream resumes also after a restart of the server", async () => {
  const journal = createMemoryJournal();
  const before = await startStreams({ engine: { journal } });
  await createTasks(before.engine, 20);
  // Ended as by a kill: the journal is not closed.
  await Promise.all([before.sse.close(), before.ws.close()]);
  await new Promise((resolve) => before.server.close(resolve));
  await withStreams({ engine: { journal } }, async ({ engine, sseUrl }) => {
    const reader = await connectSse(sseUrl, { lastEventId: "12" });
    await createTasks(engine, 2);
    assert.equal(numbers(await reader.frames.take(10)), range(13, 22));
    reader.close();
  });
});

test("STR-2: the first frame says that the history is gone, or that the reader is ahead", async () => {
  const journal = createMemoryJournal();
  await withStreams({ engine: { journal } }, async ({ engine, sseUrl }) => {
    await createTasks(engine, 30);
    await journal.saveSnapshot(20, "", toParts(engine.view().state));
    await journal.prune(20);
    for (const [since, reason] of [
      [19, "gone"],
      [31, "ahead"],
    ] as const) {
      const reader = await connectSse(`${sseUrl}?since=${since}`);
      const { id, event, data } = await reader.frames.next();
      assert.is(event, "reset");
      assert.is(id, "30");
      assert.equal(JSON.parse(data), { reason, seq: 30, message: "re-read /api/snapshot" });
      reader.close();
    }
    const served = await connectSse(`${sseUrl}?since=20`);
    assert.equal(numbers(await served.frames.take(10)), range(21, 30));
    served.close();
  });
});

test("STR-1: random reconnects during writes: no gap, no double", async () => {
  const size = sizeFor("gap-sse", 200);
  const seed = seedOf(4711);
  const random = createRandom(seed);
  await withStreams({}, async ({ engine, sse, sseUrl }) => {
    const seen: number[] = [];
    const writes: Promise<void>[] = [];
    let written = 0;
    let rounds = 0;
    for (let last = false; !last; ) {
      last = !size.more(++rounds);
      const known = String(seen.at(-1) ?? 0);
      const reader = random.whole(2)
        ? await connectSse(sseUrl, { lastEventId: known })
        : await connectSse(`${sseUrl}?since=${known}`);
      const count = random.whole(20);
      written += count;
      writes.push(createTasks(engine, count));
      const open = written - seen.length;
      const wanted = last ? open : Math.min(open, random.whole(30));
      seen.push(...numbers(await reader.frames.take(wanted)));
      reader.close();
    }
    await Promise.all(writes);
    assert.equal(seen, range(1, written), `seed ${seed}`);
    size.reached(
      `${part(rounds, size)} reconnects, ${grouped(written)} entries: no gap, no double`,
    );
    await eventually(() => sse.clients() === 0, `no client left, seed ${seed}`);
  });
});

/** Writes until the reader that does not read is cut off; answers how many bytes waited for it. */
async function cutOffSlowReader(limits: { maxBufferBytes?: number }): Promise<number> {
  let most = 0;
  await withStreams({ sse: { ...limits, stallMs: 250 } }, async (streams) => {
    const { engine, sse, sseUrl, sockets } = streams;
    const slow = await connectSse(`${sseUrl}?since=0`);
    const [slowSocket] = sockets;
    if (!slowSocket) throw new Error("no socket");
    slow.pause();
    const quick = await connectSse(`${sseUrl}?since=0`);
    const title = "€".repeat(300);
    let written = 0;
    // Until the kernel takes no more for the slow one, and it is cut off.
    let over = Number.POSITIVE_INFINITY;
    while (sse.clients() === 2 && written < 30_000 && performance.now() < over) {
      const creates = Array.from({ length: 250 }, () => engine.dispatch("tasks/create", { title }));
      await Promise.all(creates);
      written += 250;
      most = Math.max(most, slowSocket.writableLength);
      if (most > 0) over = Math.min(over, performance.now() + 5_000);
      assert.is((await quick.frames.take(250)).at(-1)?.id, String(written));
    }
    await eventually(() => slowSocket.closed, "the slow reader is cut off");
    assert.ok(most > 0, "the slow reader was never waited for");
    assert.is(sse.clients(), 1);

    slow.resume();
    await slow.closed;
    const seen = numbers(await slow.frames.take(slow.frames.waiting()));
    assert.ok(seen.length > 0 && seen.length < written, `${seen.length} of ${written} had come`);
    const back = await connectSse(sseUrl, { lastEventId: String(seen.at(-1)) });
    seen.push(...numbers(await back.frames.take(written - seen.length)));
    assert.equal(seen, range(1, written));
    quick.close();
    back.close();
  });
  return most;
}

test("STR-3: a reader that does not read is cut off, resumes complete; others see nothing of it", async () => {
  // Above what a socket holds before it asks to wait: 16 KiB in Node 20, 64 KiB since Node 22.
  const most = await cutOffSlowReader({ maxBufferBytes: 128 * 1024 });
  assert.ok(most >= 128 * 1024 && most < 160 * 1024, `${most} bytes waited`);
});

test("STR-3: for one who does not read 256 KiB and a piece wait, where nothing else is asked for", async () => {
  const most = await cutOffSlowReader({});
  assert.ok(most >= 256 * 1024 && most < 288 * 1024, `${most} bytes waited`);
});

test("STR-3: a reader that was too slow and takes what waits is told why its stream ends, and resumes complete", async () => {
  await withStreams({ sse: { stallMs: 1_000 } }, async ({ engine, sse, sseUrl, sockets }) => {
    const slow = await connectSse(`${sseUrl}?since=0`);
    const [socket] = sockets;
    slow.pause();
    if (!socket) throw new Error("no socket");
    const written = { entries: 0, word: false };
    const write = socket.write.bind(socket) as (bytes: Buffer) => boolean;
    socket.write = (bytes) => {
      written.word ||= String(bytes).includes("too slowly");
      return write(bytes as Buffer);
    };
    for (; socket.writableLength < 256 * 1024 && written.entries < 30_000; written.entries += 100) {
      await createTasks(engine, 100, "x".repeat(3_000));
    }
    await eventually(() => written.word, "the word is written");
    slow.resume();
    await slow.closed;
    const comments = await slow.comments.take(slow.comments.waiting());
    assert.match(comments.at(-1) ?? "", "you read too slowly; come back with Last-Event-ID");
    const seen = numbers(await slow.frames.take(slow.frames.waiting()));
    assert.ok(seen.length < written.entries, `${seen.length} of ${written.entries} had come`);
    await eventually(() => sse.clients() === 0, "its place is free");
    const back = await connectSse(sseUrl, { lastEventId: String(seen.at(-1)) });
    seen.push(...numbers(await back.frames.take(written.entries - seen.length)));
    assert.equal(seen, range(1, written.entries));
    back.close();
  });
});

test("STR-4: a reader that is being let go as too slow does not hold up a stop, and is told one end", async () => {
  const limits = { stallMs: 1_000, graceMs: 10 };
  await withStreams({ sse: limits }, async ({ engine, sse, sseUrl, sockets }) => {
    const slow = await connectSse(`${sseUrl}?since=0`);
    const [socket] = sockets;
    slow.pause();
    if (!socket) throw new Error("no socket");
    const ends: Error[] = [];
    socket.on("error", (error) => ends.push(error));
    let said = "";
    const write = socket.write.bind(socket) as (bytes: Buffer) => boolean;
    socket.write = (bytes) => {
      said += String(bytes).match(/^: .*$/m)?.[0] ?? "";
      return write(bytes as Buffer);
    };
    const isFull = () => socket.writableLength >= 256 * 1024;
    for (let n = 0; n < 300 && !isFull(); n++) await createTasks(engine, 100, "x".repeat(3_000));
    await eventually(() => said !== "", "the word is written");
    await sse.close();
    assert.equal(ends, [], "not as late as one who is too slow, who has as long again");
    assert.is(said, ": you read too slowly; come back with Last-Event-ID");
    slow.resume();
  });
});

test("STR-4: readers come and go, and leave no session, subscription, timer or memory", async () => {
  const size = sizeFor("leak-sse", 10);
  await withStreams({}, async ({ engine, sse, sseUrl, sockets }) => {
    await createTasks(engine, 10);
    const timers = () =>
      process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    const heap = createHeap();
    let round = 0;
    for (; size.more(round); round++) {
      if (round === 10) heap.mark();
      const since = round % 2 ? "" : "?since=0";
      const readers = await Promise.all(
        Array.from({ length: 20 }, () => connectSse(`${sseUrl}${since}`)),
      );
      for (const reader of readers) reader.close();
      await Promise.all(readers.map(({ closed }) => closed));
    }
    await eventually(() => sockets.size === 0, "all sockets closed");
    assert.is(sse.clients(), 0);
    await eventually(() => engine.feed.subscribers() === 0, "all subscriptions ended");
    await eventually(() => timers() <= before, "all timers cleared");
    size.reached(
      `${grouped(round * 20)} readers: none left, ${heap.grown()} MB of heap after collection`,
    );
    if (size.soaking) assert.ok(heap.grown() <= 5, `the heap has grown by ${heap.grown()} MB`);
  });
});

test.run();
