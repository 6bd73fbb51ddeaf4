/** The fan-out of the feed: readers who are up to date, those who come with more, those without room. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Entry } from "../../core/entry.ts";
import type { Chunk, FanOutReader } from "../../core/fan-out.ts";
import { createFeed, type FeedOptions } from "../../core/feed.ts";
import { createRandom, seedOf } from "../support/random.ts";

const range = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);

function entry(seq: number): Entry {
  const stamp = { seq, at: seq, actor: "ceo", actionId: `a-${seq}` };
  return {
    seq,
    action: { name: "spec/entry", payload: {}, stamp },
    patches: [],
    event: { id: seq, timestamp: "", kind: "state_saved", title: `${seq}`, details: "", meta: {} },
  };
}

/** A feed whose clock and turns are steered by the spec; chunks hold at most `perChunk` entries. */
function startFanOut(perChunk = 100, options: Partial<FeedOptions> = {}) {
  const feed = createFeed({
    head: 0,
    floor: () => 0,
    read: () => Promise.resolve([]),
    ...options,
  });
  let head = 0;
  const time = { now: 0 };
  const turns: { run(): void; delayMs: number | "soon" }[] = [];
  let encoded = 0;
  const fanOut = feed.fanOut<readonly number[]>({
    *encode(entries) {
      for (let at = 0; at < entries.length; at += perChunk) {
        const some = entries.slice(at, at + perChunk).map(({ seq }) => seq);
        encoded++;
        yield { first: some[0] ?? 0, last: some.at(-1) ?? 0, value: some };
      }
    },
    now: () => time.now,
    soon: (run) => void turns.push({ run, delayMs: "soon" }),
    later: (run, delayMs) => void turns.push({ run, delayMs }),
  });
  return {
    feed,
    fanOut,
    time,
    turns,
    encoded: () => encoded,
    publish(count: number) {
      feed.publish(range(head + 1, head + count).map(entry), count);
      head += count;
    },
    head: () => head,
    /** Runs what waits for the end of the turn. */
    turn() {
      for (const { run } of turns.splice(0)) run();
    },
  };
}

interface Watcher extends FanOutReader<readonly number[]> {
  seq: number;
  /** What it was told of more to come, with each chunk. */
  more: boolean[];
  seen: number[];
  chunks: Chunk<readonly number[]>[];
  drops: number;
  room: number;
}

function createWatcher(seq: number, costs = () => {}): Watcher {
  return {
    seq,
    more: [],
    seen: [],
    chunks: [],
    drops: 0,
    room: Number.POSITIVE_INFINITY,
    take(chunk, more) {
      costs();
      this.more.push(more);
      this.chunks.push(chunk);
      this.seen.push(...chunk.value);
      this.seq = chunk.last;
      return --this.room > 0;
    },
    dropped() {
      this.drops++;
    },
  };
}

test("WS-7: what is published in one turn goes out as one chunk, the same one for all", () => {
  const { fanOut, publish, turn, turns, encoded } = startFanOut();
  const watchers = range(1, 5).map(() => createWatcher(0));
  for (const watcher of watchers) assert.ok(fanOut.join(watcher));
  publish(1);
  publish(2);
  publish(1);
  assert.is(turns.length, 1);
  assert.is(turns[0]?.delayMs, "soon", "nothing is waited for after a pause");
  turn();
  assert.is(encoded(), 1);
  for (const { chunks, seen } of watchers) {
    assert.equal(seen, [1, 2, 3, 4]);
    assert.is(chunks[0], watchers[0]?.chunks[0]);
  }
});

test("WS-7: a costly showing is followed by a rest, longer under load, never beyond 50 ms", () => {
  const { fanOut, publish, turn, turns, time } = startFanOut();
  let costMs = 4;
  const watcher = createWatcher(0, () => {
    time.now += costMs;
  });
  fanOut.join(watcher);
  publish(1);
  turn();
  publish(1);
  assert.is(turns[0]?.delayMs, 4, "one entry: as long as the showing took");
  publish(2);
  assert.is(turns.length, 1);
  turn();
  publish(1);
  assert.is(turns[0]?.delayMs, 12, "three entries: three times as long");
  costMs = 2;
  time.now += 12;
  publish(39);
  turn();
  publish(1);
  assert.is(
    turns[0]?.delayMs,
    32,
    "forty: sixteen times, so that showing takes little of a busy time",
  );
  costMs = 40;
  time.now += 32;
  publish(59);
  turn();
  publish(1);
  assert.is(turns[0]?.delayMs, 32, "one showing that took long was held up by something else");
  time.now += 32;
  publish(9);
  turn();
  publish(1);
  assert.is(turns[0]?.delayMs, 50);
  turn();
  time.now += 1_000;
  publish(1);
  assert.is(turns[0]?.delayMs, 0, "a turn of the loop, in which those who wrote are answered");
  turn();
  assert.equal(watcher.seen, range(1, 116));
});

test("WS-7: entries that could have been shown one by one while they came are no load", () => {
  const { fanOut, publish, turn, turns, time } = startFanOut();
  const watcher = createWatcher(0, () => {
    time.now += 7;
  });
  fanOut.join(watcher);
  publish(1);
  turn();
  // Held up: five came in eight times the time that one takes.
  time.now += 56 - 7;
  publish(5);
  turn();
  publish(1);
  assert.is(turns[0]?.delayMs, 7);
  time.now += 7;
  publish(3);
  turn();
  publish(1);
  assert.is(turns[0]?.delayMs, 28, "four in the time of two");
});

test("WS-7: a cheap showing comes before the answers, a dear one after them", () => {
  const { fanOut, publish, turn, turns, time } = startFanOut();
  let costMs = 2;
  const watcher = createWatcher(0, () => {
    time.now += costMs;
  });
  fanOut.join(watcher);
  const next = () => {
    time.now += 100;
    publish(1);
    const delay = turns[0]?.delayMs;
    turn();
    return delay;
  };
  assert.equal([next(), next()], ["soon", "soon"]);
  costMs = 2.1;
  assert.equal([next(), next(), next()], ["soon", "soon", 0]);
  costMs = 2;
  assert.equal([next(), next()], [0, "soon"]);
});

test("WS-7: with a chunk that is not the last of its turn it is said that more comes", () => {
  const { fanOut, publish, turn } = startFanOut(3, { maxBatch: 5 });
  const watcher = createWatcher(0);
  fanOut.join(watcher);
  publish(7);
  turn();
  publish(3);
  turn();
  assert.equal(
    watcher.chunks.map(({ last }) => last),
    [3, 6, 7, 10],
  );
  assert.equal(watcher.more, [true, true, false, false]);
  assert.equal(watcher.seen, range(1, 10));
});

test("STR-1: one who is behind is not let in; one who has more is shown only what it lacks", () => {
  const { fanOut, feed, publish, turn } = startFanOut(3);
  const early = createWatcher(0);
  fanOut.join(early);
  publish(2);
  turn();
  assert.not(fanOut.join(createWatcher(1)), "behind");
  assert.not(fanOut.join(createWatcher(3)), "ahead of all there is");
  publish(7);
  const late = createWatcher(6);
  assert.ok(fanOut.join(late));
  assert.is(feed.subscribers(), 2);
  turn();
  assert.equal(early.seen, range(1, 9));
  assert.equal(late.seen, range(7, 9));
  fanOut.leave(early);
  publish(1);
  turn();
  assert.equal(early.seen, range(1, 9));
  assert.equal(late.seen, range(7, 10));
  fanOut.leave(late);
  assert.is(feed.subscribers(), 0);
});

test("STR-3: one without room is told, shown nothing more, and costs the others nothing", () => {
  const { fanOut, publish, turn } = startFanOut(2);
  const slow = createWatcher(0);
  slow.room = 2;
  const quick = createWatcher(0);
  fanOut.join(slow);
  fanOut.join(quick);
  publish(10);
  turn();
  assert.equal(slow.seen, range(1, 4));
  assert.is(slow.drops, 1);
  assert.equal(quick.seen, range(1, 10));
  assert.not(fanOut.join(slow), "it must catch up first");
  slow.seq = 10;
  slow.room = 10;
  assert.ok(fanOut.join(slow));
  publish(1);
  turn();
  assert.equal(slow.seen, [...range(1, 4), 11]);
});

test("STR-1: when the entries right after them are no longer at hand, all are let go to read the journal", () => {
  const { fanOut, publish, turn, feed } = startFanOut(100, { maxEntries: 5 });
  const watchers = [createWatcher(0), createWatcher(0)];
  for (const watcher of watchers) fanOut.join(watcher);
  publish(4);
  publish(4);
  turn();
  for (const { seen, drops } of watchers) {
    assert.equal(seen, []);
    assert.is(drops, 1);
  }
  assert.is(feed.subscribers(), 0);
});

test("STR-1: readers that join, run out of room and come back at random miss nothing and see nothing twice", () => {
  const seed = seedOf(2718);
  const random = createRandom(seed);
  const { fanOut, publish, turn, head } = startFanOut(4);
  const watchers = range(1, 20).map(() => createWatcher(0));
  const out = new Set(watchers);
  for (let round = 0; round < 500; round++) {
    if (random.whole(3)) publish(1 + random.whole(9));
    for (const watcher of watchers) {
      if (watcher.drops > 0) out.add(watcher);
      watcher.drops = 0;
      if (!out.has(watcher)) {
        if (random.whole(20) === 0) {
          fanOut.leave(watcher);
          out.add(watcher);
        }
      } else if (random.whole(4) === 0) {
        // It catches up by itself, as far as it likes.
        const upTo = watcher.seq + random.whole(head() - watcher.seq + 1);
        watcher.seen.push(...range(watcher.seq + 1, upTo));
        watcher.seq = upTo;
        watcher.room = 1 + random.whole(5);
        if (fanOut.join(watcher)) out.delete(watcher);
      }
    }
    if (random.whole(2)) turn();
  }
  turn();
  for (const { seen, seq } of watchers) assert.equal(seen, range(1, seq), `seed ${seed}`);
  assert.ok(
    watchers.some(({ seq }) => seq > 500),
    `they came far, seed ${seed}`,
  );
});

test("STR-10: a long showing lets the loop turn, goes on where it was, and needs nothing that went meanwhile", () => {
  for (const arrives of [0, 1, 40]) {
    const { fanOut, publish, turn, turns, head } = startFanOut(2, { maxEntries: 20 });
    const [one, other] = [createWatcher(0), createWatcher(0)];
    for (const watcher of [one, other]) assert.ok(fanOut.join(watcher));
    publish(200);
    turn();
    assert.equal(one.seen, range(1, 128), "64 chunks in a turn");
    assert.equal(one.more, [...Array(63).fill(true), false]);
    assert.equal(
      turns.map(({ delayMs }) => delayMs),
      [0],
      "others only have their turn",
    );
    // One that comes meanwhile, and knows more than was shown.
    const late = createWatcher(175);
    if (arrives > 0) publish(arrives);
    assert.ok(fanOut.join(late));
    for (let turned = 0; one.seq < head(); turned++) {
      assert.ok(turned < 5, "it comes to an end");
      turn();
    }
    assert.equal(one.seen, range(1, head()));
    assert.equal(other.seen, range(1, head()));
    assert.equal(late.seen, range(176, head()));
    assert.is(one.more.at(-1), false);
    assert.equal([one.drops, other.drops, late.drops], [0, 0, 0]);
  }
});

test("STR-10: when all have left, a showing that was begun is over, and who comes anew begins at the head", () => {
  const { fanOut, publish, turn, turns, head } = startFanOut(2);
  const one = createWatcher(0);
  fanOut.join(one);
  publish(200);
  turn();
  fanOut.leave(one);
  turn();
  assert.is(turns.length, 0);
  const next = createWatcher(head());
  assert.ok(fanOut.join(next));
  publish(1);
  turn();
  assert.equal(next.seen, [head()]);
});

test.run();
