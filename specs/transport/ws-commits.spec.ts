/** What follows the hello: commits for everybody, reconnects, keepalives, slow readers. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Commits, type Engine, type Entry, toCommit } from "../../core/index.ts";
import { createCatchUp, toMessages } from "../../transport-ws/commits.ts";
import { createRandom, type Random, seedOf } from "../support/random.ts";
import { grouped, part, sizeFor } from "../support/soak.ts";
import {
  connectWs,
  createTasks,
  eventually,
  START_MS,
  type WsReader,
  withStreams,
} from "../support/streams.ts";

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

async function takeCommits(reader: WsReader, count: number): Promise<number[]> {
  const seqs: number[] = [];
  while (seqs.length < count) {
    const message = await reader.messages.next();
    if (message.type === "hello") throw new Error(`a second hello: ${message.reset}`);
    if (message.type === "commit") seqs.push(message.seq);
  }
  return seqs;
}

/** Everything that had come before the socket closed. */
async function takeRest(reader: WsReader): Promise<number[]> {
  const rest = await reader.messages.take(reader.messages.waiting());
  return rest.flatMap((message) => (message.type === "commit" ? [message.seq] : []));
}

async function takeEntries(engine: Engine, count: number): Promise<Entry[]> {
  const ended = new AbortController();
  const entries: Entry[] = [];
  for await (const item of engine.feed.subscribe({ since: 0, signal: ended.signal })) {
    if (item.type === "entries") entries.push(...item.entries);
    if (entries.length >= count) break;
  }
  return entries;
}

test("WS-2: one commit for each entry, with its event and patches, the same text to everybody", async () => {
  await withStreams({}, async ({ engine, wsUrl }) => {
    const readers = await Promise.all(
      range(1, 6).map((n) => connectWs(wsUrl, { perMessageDeflate: n % 2 === 0 })),
    );
    for (const { texts } of readers) await texts.next();
    for (const count of [1, 3, 30]) {
      const before = engine.view().seq;
      await createTasks(engine, count);
      const entries = (await takeEntries(engine, before + count)).slice(before);
      const commits = entries.map(({ seq, event: { id, ...event }, patches }) => {
        assert.is(id, seq);
        return { seq, event, patches };
      });
      const text = JSON.stringify({ type: "commits", commits });
      for (const { texts } of readers) assert.is(await texts.next(), text);
    }
    for (const reader of readers) reader.drop();
  });
});

test("WS-2: the commits of a message follow one another, and fill it up to a bound", async () => {
  await withStreams({}, async ({ engine }) => {
    await createTasks(engine, 300);
    await createTasks(engine, 9, "x".repeat(19_000));
    await createTasks(engine, 40);
    const entries = await takeEntries(engine, 349);
    const catchUp = createCatchUp();
    for (const make of [toMessages, catchUp, catchUp]) {
      let seq = 0;
      let before = 0;
      for (const { first, last, value } of make(entries)) {
        const text = value.plain.subarray(value.plain.length < 65_536 ? 4 : 10).toString();
        const { commits } = JSON.parse(text) as Commits;
        assert.equal(commits, entries.slice(seq, last).map(toCommit));
        assert.is(first, seq + 1);
        assert.ok(value.plain.length < 64 * 1024 || commits.length === 1, `${commits.length}`);
        assert.ok(before === 0 || before + value.plain.length > 60 * 1024, "filled up");
        before = value.plain.length;
        seq = last;
      }
      assert.is(seq, 349);
    }
  });
});

test("WS-2: who catches up from the same place is sent the same bytes, made once", async () => {
  await withStreams({}, async ({ engine }) => {
    await createTasks(engine, 500);
    const entries = await takeEntries(engine, 500);
    const catchUp = createCatchUp();
    const messagesOf = (from: number, to = 500) => [...catchUp(entries.slice(from, to))];
    const one = messagesOf(0);
    const other = messagesOf(0);
    assert.ok(one.length > 3 && one.length < 16);
    for (const [at, { value }] of one.entries()) {
      assert.is(other[at]?.value, value);
      assert.is(other[at]?.value.packed(), value.packed());
    }
    // Others need less or more of it: never what they have or what is not there yet.
    const random = createRandom(seedOf(4_711));
    for (let turn = 0; turn < 100; turn++) {
      const from = random.whole(3) ? random.whole(499) : 0;
      const to = from + 1 + random.whole(499 - from);
      let seq = from;
      for (const { first, last } of messagesOf(from, to)) {
        assert.is(first, seq + 1);
        seq = last;
      }
      assert.is(seq, to);
    }
  });
});

test("STR-1: random reconnects during writes: no gap, no double", async () => {
  const size = sizeFor("gap-ws", 200);
  const seed = seedOf(31337);
  const random = createRandom(seed);
  await withStreams({}, async ({ engine, ws, wsUrl }) => {
    const seen: number[] = [];
    const writes: Promise<void>[] = [];
    let written = 0;
    let rounds = 0;
    for (let last = false; !last; ) {
      last = !size.more(++rounds);
      const journal = random.whole(2) ? "&journal=memory" : "";
      const reader = await connectWs(`${wsUrl}?since=${seen.at(-1) ?? 0}${journal}`);
      const count = random.whole(20);
      written += count;
      writes.push(createTasks(engine, count));
      const hello = await reader.messages.next();
      assert.ok(hello.type === "hello" && hello.state === undefined, `resumed, seed ${seed}`);
      const open = written - seen.length;
      const wanted = last ? open : Math.min(open, random.whole(30));
      seen.push(...(await takeCommits(reader, wanted)));
      if (random.whole(2)) reader.drop();
      else reader.ws.close();
    }
    await Promise.all(writes);
    assert.equal(seen, range(1, written), `seed ${seed}`);
    size.reached(
      `${part(rounds, size)} reconnects, ${grouped(written)} entries: no gap, no double`,
    );
    await eventually(() => ws.clients() === 0, `no socket left, seed ${seed}`);
  });
});

/** A text that compressing makes hardly shorter. */
const noise = (random: Random, length: number) =>
  Array.from({ length }, () => String.fromCharCode(33 + random.whole(94))).join("");

for (const perMessageDeflate of [false, true])
  test(`STR-3: a socket that does not read holds bounded bytes, is closed with 4001, resumes complete; others see nothing of it${perMessageDeflate ? "; compressed too" : ""}`, async () => {
    const text = noise(createRandom(seedOf(99)), 19_000);
    const maxBufferBytes = 256 * 1024;
    const limits = { maxBufferBytes, stallMs: 250, graceMs: 4_000 };
    await withStreams({ ws: limits }, async ({ engine, wsUrl, sockets }) => {
      const slow = await connectWs(wsUrl, { perMessageDeflate });
      await slow.messages.next();
      const [slowSocket] = sockets;
      slow.pause();
      const quick = await connectWs(wsUrl);
      await quick.messages.next();
      let most = 0;
      let written = 0;
      // It waits as a cursor alone, without a subscription, until its time is over.
      let over = Number.POSITIVE_INFINITY;
      while (performance.now() < over && written < 4_000) {
        await createTasks(engine, 20, text);
        if (engine.feed.subscribers() === 1) over = Math.min(over, performance.now() + 500);
        written += 20;
        most = Math.max(most, slowSocket?.writableLength ?? 0);
        assert.is((await takeCommits(quick, 20)).at(-1), written);
      }
      assert.ok(most >= maxBufferBytes, "the slow socket was never waited for");
      assert.ok(most < maxBufferBytes + 64 * 1024, `${most} bytes waited for the slow socket`);

      slow.resume();
      await eventually(() => slow.ws.readyState === slow.ws.CLOSED, "the slow socket is closed");
      const { code, reason } = await slow.closed;
      assert.is(code, 4001);
      assert.match(reason, /since/);
      const seen = await takeRest(slow);
      assert.ok(seen.length > 0 && seen.length < written, `${seen.length} of ${written} had come`);
      const back = await connectWs(`${wsUrl}?since=${seen.at(-1)}&journal=memory`);
      await back.messages.next();
      seen.push(...(await takeCommits(back, written - seen.length)));
      assert.equal(seen, range(1, written));
      quick.drop();
      back.drop();
    });
  });

test("STR-8: of too many states that joining sockets do not take, the slowest are closed with 4001, and who comes gets its own", async () => {
  const ws = { maxStateBytes: 1024 * 1024, graceMs: 4_000 };
  await withStreams({ ws }, async ({ engine, wsUrl, sockets }) => {
    await createTasks(engine, 1_000, "x".repeat(15_000));
    const readers = [];
    for (let n = 1; n <= 3; n++) {
      const reader = await connectWs(wsUrl, { perMessageDeflate: false });
      readers.push(reader);
      reader.pause();
      await eventually(() => sockets.size === n, "it has come");
      const [socket] = [...sockets].slice(-1);
      await eventually(() => (socket?.writableLength ?? 0) > 128 * 1024, "its state is under way");
      // So many that the state is not used again.
      await createTasks(engine, 6_000);
    }
    const [first, second, third] = readers;
    if (!first || !second || !third) throw new Error("three have come");
    for (const reader of [first, second]) {
      reader.resume();
      await eventually(() => reader.ws.readyState === reader.ws.CLOSED, "it is closed");
      const { code, reason } = await reader.closed;
      assert.equal([code, reason], [4001, "too slow while others join; come back"]);
      assert.is(reader.messages.waiting(), 0, "of the state nothing is shown");
    }
    third.resume();
    const hello = await third.messages.next();
    assert.is(hello.type === "hello" && hello.seq, 13_000);
    third.drop();
  });
});

test("STR-8: a state that was taken whole is held no more: who has its own stays, however many come after", async () => {
  await withStreams({ ws: { maxStateBytes: 1024 * 1024 } }, async ({ engine, ws, wsUrl }) => {
    await createTasks(engine, 1_000, "x".repeat(2_000));
    const readers = [];
    for (let n = 1; n <= 4; n++) {
      const reader = await connectWs(wsUrl, { perMessageDeflate: false });
      readers.push(reader);
      const hello = await reader.messages.next();
      assert.is(hello.type, "hello");
      // So many that the state is not used again.
      await createTasks(engine, 1_500);
    }
    assert.is(ws.clients(), readers.length);
    for (const reader of readers) {
      assert.is((await reader.messages.next()).type, "commit");
      reader.drop();
    }
  });
});

test("STR-3: a socket that is waited for is not taken for dead", async () => {
  const limits = { maxBufferBytes: 64 * 1024, pingMs: 500 };
  await withStreams({ ws: limits }, async ({ engine, ws, wsUrl }) => {
    const slow = await connectWs(wsUrl, { perMessageDeflate: false });
    await slow.messages.next();
    const other = await connectWs(wsUrl);
    await other.messages.next();
    slow.pause();
    await createTasks(engine, 500, "x".repeat(19_000));
    for (let pings = 0; pings < 3; pings++) {
      const ping = new Promise((resolve) => other.ws.once("ping", () => resolve("a ping")));
      assert.is(await Promise.race([ping, other.closed]), "a ping");
    }
    assert.is(ws.clients(), 2);
    slow.resume();
    assert.equal(await takeCommits(slow, 500), range(1, 500));
    slow.drop();
    other.drop();
  });
});

test("STR-3: a slow socket that does not even close is ended", async () => {
  const limits = { maxBufferBytes: 64 * 1024, stallMs: 20, graceMs: 20 };
  await withStreams({ ws: limits }, async ({ engine, ws, wsUrl, sockets }) => {
    const slow = await connectWs(wsUrl, { perMessageDeflate: false });
    await slow.messages.next();
    slow.pause();
    for (let written = 0; ws.clients() === 1 && written < 4_000; written += 20) {
      await createTasks(engine, 20, "x".repeat(19_000));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => sockets.size === 0, "the socket is ended");
    assert.is(ws.clients(), 0);
    assert.is(engine.feed.subscribers(), 0);
    slow.drop();
  });
});

test("STR-3: also a large state waits for a reader in bounded pieces", async () => {
  const maxBufferBytes = 1024 * 1024;
  await withStreams({ ws: { maxBufferBytes } }, async ({ engine, wsUrl, sockets }) => {
    await createTasks(engine, 1_000, "x".repeat(15_000));
    const reader = await connectWs(wsUrl, { perMessageDeflate: false });
    reader.pause();
    const [socket] = sockets;
    const waiting = () => socket?.writableLength ?? 0;
    await eventually(() => waiting() > 64 * 1024, "the state is under way");
    let most = 0;
    for (let turn = 0; turn < 300; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, waiting());
    }
    assert.ok(most > 64 * 1024 && most < maxBufferBytes, `${most} bytes waited`);
    reader.resume();
    const hello = await reader.messages.next();
    assert.is(hello.type === "hello" && Object.keys(hello.state as object).length > 10, true);
    await createTasks(engine, 1);
    assert.equal(await takeCommits(reader, 1), [1_001]);
    reader.drop();
  });
});

test("WS-1: a quiet socket carries keepalives with the number it has reached", async () => {
  await withStreams({ ws: { keepaliveMs: 5 } }, async ({ engine, wsUrl }) => {
    await createTasks(engine, 3);
    const reader = await connectWs(wsUrl);
    await reader.messages.next();
    const message = await reader.messages.next();
    assert.equal({ ...message, now: 0 }, { type: "keepalive", seq: 3, now: 0 });
    assert.ok(message.type === "keepalive" && message.now > START_MS);
    reader.drop();
  });
});

test.run();
