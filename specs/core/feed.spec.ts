/** The feed alone, on the journal in memory: every seam between the past, the recent and the live. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Entry } from "../../core/entry.ts";
import { createFeed, type Feed, type FeedItem, type FeedOptions } from "../../core/feed.ts";
import { createMemoryJournal } from "../../core/memory-journal.ts";
import { createRandom, seedOf } from "../support/random.ts";

function entry(seq: number): Entry {
  const stamp = { seq, at: seq, actor: "ceo", actionId: `a-${seq}` };
  return {
    seq,
    action: { name: "spec/entry", payload: {}, stamp },
    patches: [],
    event: { id: seq, timestamp: "", kind: "state_saved", title: `${seq}`, details: "", meta: {} },
  };
}

/** A feed on a journal; `write` makes entries durable, then publishes them together. */
async function startFeed(already = 0, options: Partial<FeedOptions> = {}) {
  const journal = createMemoryJournal();
  const append = async (count: number) => {
    const first = journal.head() + 1;
    const entries = Array.from({ length: count }, (_, index) => entry(first + index));
    const records = entries.map((each) => ({
      seq: each.seq,
      json: JSON.stringify(each),
      key: null,
    }));
    await journal.append(journal.head(), records);
    return entries;
  };
  await append(already);
  const feed = createFeed({
    head: already,
    floor: () => journal.floor(),
    read: (after, limit) => journal.read(after, limit),
    ...options,
  });
  return {
    feed,
    journal,
    async write(count: number, bytes = count * 100) {
      feed.publish(await append(count), bytes);
    },
    async prune(seq: number) {
      await journal.saveSnapshot(seq, "", []);
      await journal.prune(seq);
    },
  };
}

function follow(feed: Feed, since?: number) {
  const ended = new AbortController();
  const { signal } = ended;
  const items = feed.subscribe(since === undefined ? { signal } : { since, signal });
  return {
    async next(): Promise<FeedItem> {
      const { value } = await items.next();
      if (!value) throw new Error("the subscription ended");
      return value;
    },
    /** Reads entries up to a number, and says which came. */
    async upTo(seq: number): Promise<number[]> {
      const seqs: number[] = [];
      while (seqs.at(-1) !== seq) {
        const item = await this.next();
        if (item.type === "reset") throw new Error(`reset: ${item.reason}`);
        seqs.push(...item.entries.map((each) => each.seq));
      }
      return seqs;
    },
    items,
    abort: () => ended.abort(),
  };
}

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

test("STR-1: what was before comes from the journal, what follows comes live", async () => {
  const { feed, write } = await startFeed(600);
  const reader = follow(feed, 0);
  assert.equal(await reader.upTo(600), range(1, 600));
  const waiting = reader.upTo(603);
  await write(3);
  assert.equal(await waiting, [601, 602, 603]);
  reader.abort();
});

test("STR-1: without since only what comes later is seen", async () => {
  const { feed, write } = await startFeed(5);
  const reader = follow(feed);
  const waiting = reader.upTo(7);
  await write(2);
  assert.equal(await waiting, [6, 7]);
  reader.abort();
});

test("STR-1: entries published while the journal is being read are neither lost nor doubled", async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const source = await startFeed(10);
  const feed = createFeed({
    head: 10,
    floor: () => 0,
    async read(after, limit) {
      // What is found is as of the asking, as in a database; it arrives after the publish.
      const records = await source.journal.read(after, limit);
      await held;
      return records;
    },
  });
  const reader = follow(feed, 4);
  const reading = reader.upTo(13);
  feed.publish([entry(11), entry(12), entry(13)], 300);
  release();
  assert.equal(await reading, range(5, 13));
  reader.abort();
});

test("STR-1: subscribers from anywhere, at any pace, all read the same", async () => {
  const seed = seedOf(20260321);
  const random = createRandom(seed);
  const { feed, write } = await startFeed(40, { maxEntries: 16, maxBatch: 8 });
  const total = 400;
  const readers = Array.from({ length: 50 }, async () => {
    const since = random.whole(41);
    const reader = follow(feed, since);
    const seqs: number[] = [];
    while (seqs.at(-1) !== total) {
      const item = await reader.next();
      if (item.type === "reset") throw new Error(`reset, seed ${seed}`);
      seqs.push(...item.entries.map((each) => each.seq));
      for (let turns = random.whole(5); turns > 0; turns--) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    reader.abort();
    assert.equal(seqs, range(since + 1, total), `seed ${seed}`);
  });
  for (let head = 40; head < total; ) {
    const count = Math.min(1 + random.whole(12), total - head);
    await write(count);
    head += count;
    if (random.whole(2)) await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(readers);
});

test("STR-2: a subscriber ahead of the head is told so first, then gets what follows", async () => {
  const { feed, write } = await startFeed(5);
  const reader = follow(feed, 9);
  assert.equal(await reader.next(), { type: "reset", reason: "ahead", seq: 5 });
  const waiting = reader.upTo(6);
  await write(1);
  assert.equal(await waiting, [6]);
  reader.abort();
});

test("STR-2: a subscriber behind what is kept is told so first; one just within is served", async () => {
  const { feed, write, prune } = await startFeed(20);
  await prune(10);
  const late = follow(feed, 9);
  assert.equal(await late.next(), { type: "reset", reason: "gone", seq: 20 });
  const within = follow(feed, 10);
  assert.equal(await within.upTo(20), range(11, 20));
  const waiting = late.upTo(21);
  await write(1);
  assert.equal(await waiting, [21]);
  late.abort();
  within.abort();
});

test("STR-2: a subscriber whose next entry is pruned while it is behind is told so", async () => {
  const { feed, prune } = await startFeed(30, { maxBatch: 5 });
  const reader = follow(feed, 0);
  const first = await reader.next();
  assert.is(first.type === "entries" && first.entries.at(-1)?.seq, 5);
  await prune(12);
  assert.equal(await reader.next(), { type: "reset", reason: "gone", seq: 30 });
  reader.abort();
});

test("STR-3: a batch is no longer than asked, and what is kept at hand has both its bounds", async () => {
  const { feed, write } = await startFeed(0, { maxEntries: 50, maxBytes: 1_000, maxBatch: 7 });
  for (let round = 0; round < 20; round++) await write(10, 10);
  const held = feed.recent(1_000);
  assert.ok(held.length <= 50, `${held.length} entries are held`);
  assert.is(held.at(-1)?.seq, 200);
  const recent = follow(feed, 160);
  const batch = await recent.next();
  assert.is(batch.type === "entries" && batch.entries.length, 7);
  recent.abort();
  await write(1, 600);
  await write(1, 600);
  assert.equal(
    feed.recent(1_000).map(({ seq }) => seq),
    [202],
  );
  const reader = follow(feed, 0);
  for (let seq = 0; seq < 202; ) {
    const item = await reader.next();
    if (item.type === "reset") throw new Error(item.reason);
    assert.ok(item.entries.length <= 7);
    seq = item.entries.at(-1)?.seq ?? 0;
  }
  reader.abort();
});

test("STR-3: those who come back together read the journal together, and large entries in small portions", async () => {
  const asked: { after: number; limit: number }[] = [];
  const json = (seq: number) => JSON.stringify({ ...entry(seq), key: "x".repeat(100_000) });
  const { feed } = await startFeed(200, {
    async read(after, limit) {
      asked.push({ after, limit });
      return range(after + 1, after + limit).map((seq) => ({ seq, json: json(seq), key: null }));
    },
  });
  const readers = Array.from({ length: 20 }, () => follow(feed, 0));
  const first = await Promise.all(readers.map((reader) => reader.next()));
  assert.is(asked.length, 1);
  const held = new Set(first.map((item) => item.type === "entries" && item.entries));
  assert.is(held.size, 1);
  const second = await Promise.all(readers.map((reader) => reader.next()));
  assert.equal(asked, [
    { after: 0, limit: 64 },
    { after: 64, limit: 2 },
  ]);
  assert.is(second.length, 20);
  for (const reader of readers) reader.abort();
});

test("STR-7: readers from as many places as there are of them share the readings of the journal", async () => {
  const source = await startFeed(1_400);
  let underWay = 0;
  let most = 0;
  let entries = 0;
  const feed = createFeed({
    head: 1_400,
    floor: () => 0,
    async read(after, limit) {
      most = Math.max(most, ++underWay);
      const records = await source.journal.read(after, limit);
      await new Promise((resolve) => setImmediate(resolve));
      underWay--;
      entries += records.length;
      return records;
    },
  });
  const starts = range(1, 300);
  for (const since of [starts, starts.toReversed(), starts.map((at) => (at * 7) % 301)]) {
    entries = 0;
    const readers = since.map(async (at) => {
      const reader = follow(feed, at);
      assert.equal(await reader.upTo(1_400), range(at + 1, 1_400));
      reader.abort();
    });
    await Promise.all(readers);
    // Each by itself it would be 370,000.
    assert.ok(entries < 14_000, `${entries} entries were read`);
    assert.ok(most <= 2, `${most} readings at a time`);
  }
});

test("STR-7: one reader alone reads no more than it needs, from where it stands", async () => {
  const asked: number[][] = [];
  const source = await startFeed(200);
  const feed = createFeed({
    head: 200,
    floor: () => 0,
    read(after, limit) {
      asked.push([after, limit]);
      return source.journal.read(after, limit);
    },
  });
  const reader = follow(feed, 50);
  assert.equal(await reader.upTo(200), range(51, 200));
  assert.equal(asked, [
    [50, 14],
    [64, 64],
    [128, 64],
    [192, 8],
  ]);
  reader.abort();
});

test("STR-7: between what a crowd is given the loop turns, from the journal and from what is at hand", async () => {
  for (const already of [900, 0]) {
    let turns = 0;
    const turn = () =>
      new Promise<void>((resolve) =>
        setImmediate(() => {
          turns++;
          resolve();
        }),
      );
    const { feed, write } = await startFeed(already, { turn, maxBatch: 100 });
    if (already === 0) await write(900);
    const given = new Map<number, number>();
    const readers = range(1, 40).map(async (since) => {
      const reader = follow(feed, since);
      for (let seq = since; seq < 900; ) {
        const item = await reader.next();
        if (item.type === "reset") throw new Error(item.reason);
        assert.is(item.entries[0]?.seq, seq + 1);
        seq = item.entries.at(-1)?.seq ?? 0;
        given.set(turns, (given.get(turns) ?? 0) + 1);
      }
      reader.abort();
    });
    await Promise.all(readers);
    const most = Math.max(...given.values());
    // What is new to one who is nearly there waits for nobody.
    assert.ok(most <= 3, `${most} at once`);
    assert.ok(given.size > 300, `${given.size} turns`);
  }
});

test("STR-7: where what a shared reading begins with is pruned meanwhile, each reader is told what is true of it, and nobody sees what is not published", async () => {
  const source = await startFeed(100);
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let calls = 0;
  const feed = createFeed({
    head: 60,
    floor: () => source.journal.floor(),
    async read(after, limit) {
      if (++calls <= 2) await held;
      return source.journal.read(after, limit);
    },
  });
  const readers = [40, 30, 20, 50, 45].map((since) => follow(feed, since));
  const first = readers.map((reader) => reader.next());
  await source.prune(35);
  release();
  const told = (await Promise.all(first)).map((item) =>
    item.type === "reset"
      ? [item.reason, item.seq]
      : [item.entries[0]?.seq ?? 0, item.entries.at(-1)?.seq ?? 0],
  );
  assert.equal(told, [
    [41, 60],
    ["gone", 60],
    ["gone", 60],
    [51, 60],
    [46, 60],
  ]);
  for (const reader of readers) reader.abort();
});

test("STR-7: a reading that fails is nobody's but theirs who shared it", async () => {
  const source = await startFeed(100);
  let broken = true;
  const feed = createFeed({
    head: 100,
    floor: () => 0,
    async read(after, limit) {
      if (broken) throw new Error("planted");
      return source.journal.read(after, limit);
    },
  });
  const failed = [1, 2, 3, 70].map((since) => follow(feed, since).next());
  for (const one of await Promise.allSettled(failed)) assert.is(one.status, "rejected");
  broken = false;
  const reader = follow(feed, 2);
  assert.equal(await reader.upTo(100), range(3, 100));
  reader.abort();
});

test("STR-4: a subscription ends by its signal, whatever it waits for, and leaves nothing", async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { feed } = await startFeed(5, {
    async read() {
      await held;
      return [];
    },
  });
  const live = follow(feed);
  const backfilling = follow(feed, 0);
  const [a, b] = [live.items.next(), backfilling.items.next()];
  assert.is(feed.subscribers(), 2);
  live.abort();
  backfilling.abort();
  release();
  assert.equal(await a, { value: undefined, done: true });
  assert.equal(await b, { value: undefined, done: true });
  assert.is(feed.subscribers(), 0);
});

test("STR-4: a reader that breaks off is counted out; one already aborted never begins", async () => {
  const { feed } = await startFeed(5);
  const ended = new AbortController();
  for await (const item of feed.subscribe({ since: 0, signal: ended.signal })) {
    assert.is(item.type, "entries");
    assert.is(feed.subscribers(), 1);
    break;
  }
  assert.is(feed.subscribers(), 0);
  ended.abort();
  for await (const _ of feed.subscribe({ since: 0, signal: ended.signal })) assert.unreachable();
  assert.is(feed.subscribers(), 0);
});

test("DUR-3: the feed takes no entry that does not follow the last", async () => {
  const { feed } = await startFeed(5);
  assert.throws(() => feed.publish([entry(7)], 100), /published 7 after 5/);
  assert.throws(() => feed.publish([entry(5)], 100), /published 5 after 5/);
});

test("STR-1 STR-7 DUR-30: readings that end early leave no gap and no double, wherever their readers stand", async () => {
  const HEAD = 300;
  for (let seed = 1; seed <= 20; seed++) {
    const random = createRandom(seed);
    const source = await startFeed(HEAD);
    const { feed, write } = await startFeed(HEAD, {
      async read(after, limit) {
        const records = await source.journal.read(after, limit);
        return records.slice(0, 1 + random.whole(records.length));
      },
    });
    const readers = Array.from({ length: 8 }, () => {
      const since = random.whole(HEAD - 1);
      return { since, reader: follow(feed, since) };
    });
    const all = await Promise.all(readers.map(({ reader }) => reader.upTo(HEAD)));
    for (const [index, { since }] of readers.entries()) {
      assert.equal(all[index], range(since + 1, HEAD), `seed ${seed}, from ${since}`);
    }
    await write(1);
    for (const { reader } of readers) {
      assert.equal(await reader.upTo(HEAD + 1), [HEAD + 1]);
      reader.abort();
    }
  }
});

test.run();
