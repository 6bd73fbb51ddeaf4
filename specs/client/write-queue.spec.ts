/** The page's queue of writes: in order, one key each, nothing lost over limits, losses and reloads. */
import { createRenderEffect, createRoot } from "solid-js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ClawTaskerError } from "../../client/errors.ts";
import type { Ask, Write } from "../../client-solid/src/sync/write.ts";
import {
  createWriteQueue,
  queueWords,
  type WriteResult,
} from "../../client-solid/src/sync/write-queue.ts";

const NOW = Date.parse("2026-03-21T09:30:00Z");

function storageOf(kept: Record<string, string> = {}) {
  return {
    kept,
    getItem: (key: string) => kept[key] ?? null,
    setItem(key: string, value: string) {
      kept[key] = value;
    },
    removeItem(key: string) {
      delete kept[key];
    },
  };
}

/** A queue whose server, clock and waits are in the spec's hands. */
function steer(storage = storageOf()) {
  const sent: Write[] = [];
  const requests: number[] = [];
  const open: { resolve(results: WriteResult[]): void; reject(error: unknown): void }[] = [];
  const waits: { ms: number; end(): void }[] = [];
  const token = { number: 1 };
  let keys = 0;
  const queue = createWriteQueue({
    clock: () => NOW,
    random: () => 1,
    newKey: () => `key-${++keys}`,
    wait: (ms, signal) =>
      new Promise((resolve) => {
        const mine = { ms, end: resolve };
        waits.push(mine);
        signal?.addEventListener("abort", () => {
          waits.splice(waits.indexOf(mine), 1);
          resolve();
        });
      }),
    storage,
    async send(write, goWith) {
      const [result] = await request([write], goWith);
      if (!result?.ok) throw new Error("no result");
      return result;
    },
    sendTogether: request,
  });
  async function request(
    writes: readonly Write[],
    goWith: (token: number) => void,
  ): Promise<WriteResult[]> {
    goWith(token.number);
    sent.push(...writes);
    requests.push(writes.length);
    return new Promise((resolve, reject) => open.push({ resolve, reject }));
  }
  const next = () => {
    const request = open.shift();
    if (!request) throw new Error("nothing was sent");
    return request;
  };
  return {
    queue,
    sent,
    waits,
    storage,
    token,
    underWay: () => open.length,
    /** How many writes each request held. */
    requests,
    async answer(seq = 1) {
      const results = Array.from({ length: requests.at(-1) ?? 0 }, () => yes(seq));
      next().resolve(results);
      await turn();
    },
    async answerEach(results: WriteResult[]) {
      next().resolve(results);
      await turn();
    },
    async fail(status: number, retryAfterMs?: number) {
      const more = retryAfterMs === undefined ? {} : { retryAfterMs };
      next().reject(new ClawTaskerError(`said ${status}`, { status, code: null, ...more }));
      await turn();
    },
    async pass() {
      waits.shift()?.end();
      await turn();
    },
  };
}

const yes = (seq: number): WriteResult => ({ ok: true, body: { ok: true }, seq });
const no = (status: number): WriteResult => ({
  ok: false,
  error: new ClawTaskerError(`said ${status}`, { status, code: null }),
});

/** Lets every promise that can settle do so. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

const write = (action: Ask["action"], body: object, more: Partial<Write> = {}) => ({
  asks: [{ action, body: body as Ask["body"] }],
  bulk: false,
  atomic: false,
  label: action,
  optimistic: true,
  ...more,
});
const comment = (text: string) => write("tasks/comment", { task_id: "T-1", author: "ceo", text });
const texts = (sent: readonly Write[]) => sent.map(({ asks }) => asks[0]?.body.text);
const keysOf = (sent: readonly Write[]) => sent.map(({ key }) => key);

test("PAGE-6: writes go out in the order they were made, one request at a time; what gathers meanwhile is one", async () => {
  const { queue, sent, answer, underWay, requests } = steer();
  const settled: string[] = [];
  for (const text of ["a", "b", "c"]) {
    void queue.add(comment(text)).then(() => settled.push(text));
  }
  // A reset is never one among others.
  void queue.add(write("demo/reset", {})).then(() => settled.push("reset"));
  void queue.add(comment("d")).then(() => settled.push("d"));
  assert.is(queue.pending().length, 5);
  for (let n = 0; n < 4; n++) {
    assert.is(underWay(), 1);
    await answer();
  }
  assert.equal(requests, [1, 2, 1, 1]);
  assert.equal(texts(sent), ["a", "b", "c", undefined, "d"]);
  assert.equal(settled, ["a", "b", "c", "reset", "d"]);
  assert.equal(queue.pending(), []);
  assert.equal(queue.state(), { status: "idle" });
});

test("PAGE-6: of those sent together each has its own answer, and what waits is sent again with its key", async () => {
  const { queue, sent, fail, pass, answer, answerEach, requests } = steer();
  const results = ["a", "b", "c"].map((text) => queue.add(comment(text)));
  await fail(429, 1_000);
  await pass();
  assert.equal(requests, [1, 3]);
  await answerEach([yes(4), no(400), no(503)]);
  await pass();
  await answer(9);
  assert.equal(
    (await Promise.all(results)).map((result) => (result.ok ? result.seq : result.error.status)),
    [4, 400, 9],
  );
  assert.equal(keysOf(sent), ["key-1", "key-1", "key-2", "key-3", "key-3"]);
});

test("PAGE-6: where a request of several is refused as a whole, each goes for itself", async () => {
  const { queue, sent, answer, fail, requests } = steer();
  const results = ["a", "b", "c"].map((text) => queue.add(comment(text)));
  await answer(1);
  await fail(413);
  await fail(413);
  await answer(3);
  assert.equal(requests, [1, 2, 1, 1]);
  assert.equal(
    (await Promise.all(results)).map((result) => (result.ok ? result.seq : result.error.status)),
    [1, 413, 3],
  );
  assert.equal(texts(sent), ["a", "b", "c", "b", "c"]);
});

test("PAGE-6: what is refused for now waits, is told, and goes again with its key before the rest", async () => {
  const { queue, sent, waits, fail, pass, answer } = steer();
  void queue.add(comment("a"));
  void queue.add(comment("b"));
  await fail(429, 41_000);
  assert.equal(queue.state(), {
    status: "waiting",
    until: NOW + 41_000,
    why: "limit",
    message: "said 429",
  });
  assert.is(
    queueWords(queue.state(), queue.pending().length, NOW),
    "2 changes wait for the server's write limit; next in 41 s",
  );
  await pass();
  await fail(503);
  assert.match(queueWords(queue.state(), 1, NOW), /^1 change waits: the server is busy/);
  await pass();
  await fail(0);
  await pass();
  await answer();
  assert.equal(texts(sent), ["a", "a", "b", "a", "b", "a", "b"]);
  const again = ["key-1", "key-2"];
  assert.equal(keysOf(sent), ["key-1", ...again, ...again, ...again]);
  assert.equal(waits, []);
});

test("PAGE-6: a server that is heard again ends the wait for it, but not the write limit's", async () => {
  const { queue, sent, fail, pass, answer } = steer();
  void queue.add(comment("a"));
  await fail(0);
  queue.wake();
  await turn();
  assert.is(sent.length, 2);
  await fail(429, 9_000);
  queue.wake();
  await turn();
  assert.is(sent.length, 2);
  assert.is(queue.state().status, "waiting");
  await pass();
  await answer();
  assert.equal(queue.state(), { status: "idle" });
});

test("PAGE-6: after a refusal the next ones go on; the refusal is told in the server's words", async () => {
  const { queue, fail, answer } = steer();
  const first = queue.add(comment("a"));
  const second = queue.add(comment("b"));
  await fail(400);
  await answer(7);
  const result = await first;
  assert.is(!result.ok && result.error.message, "said 400");
  assert.equal(await second, { ok: true, body: { ok: true }, seq: 7 });
  assert.equal(queue.refused(), {
    label: "tasks/comment",
    message: "said 400",
    status: 400,
    code: null,
    restored: false,
  });
});

test("PAGE-6: without a token nothing that waits is sent, and everybody is told", async () => {
  const { queue, sent, fail } = steer();
  const results = [queue.add(comment("a")), queue.add(comment("b"))];
  await fail(401);
  assert.equal(
    (await Promise.all(results)).map((result) => !result.ok && result.error.status),
    [401, 401],
  );
  assert.is(sent.length, 1);
  assert.equal(queue.pending(), []);
});

test("PAGE-6: edits of one task that still wait become one, where only the last value counts", async () => {
  const { queue, sent, answer } = steer();
  const update = (body: object) => write("tasks/update", { task_id: "T-1", ...body });
  void queue.add(comment("first"));
  const results = [
    queue.add(update({ title: "one" })),
    queue.add(update({ title: "two", priority: "P0" })),
  ];
  // A move is a step on a way, and a note is an entry: these stay what they are.
  const others = [
    update({ status: "ready" }),
    update({ status: "in_progress" }),
    update({ note: "n", title: "three" }),
    write("tasks/update", { task_id: "T-2", title: "x" }),
    update({ title: "four" }),
  ];
  for (const one of others) void queue.add(one);
  assert.is(queue.pending().length, 7);
  await answer();
  await answer();
  assert.is((await Promise.all(results)).filter(({ ok }) => ok).length, 2);
  assert.equal(
    sent.slice(1, 3).map(({ asks }) => asks[0]?.body),
    [
      { task_id: "T-1", title: "two", priority: "P0" },
      { task_id: "T-1", status: "ready" },
    ],
  );
});

test("PAGE-6: what the server may have is not changed any more", async () => {
  const { queue, sent, fail, pass, answer } = steer();
  const update = (title: string) => queue.add(write("tasks/update", { task_id: "T-1", title }));
  void update("one");
  await fail(0);
  void update("two");
  assert.is(queue.pending().length, 2, "it may have arrived before the loss");
  await pass();
  await fail(429, 1_000);
  void update("three");
  assert.is(queue.pending().length, 2, "three joins two, which was turned away at the door");
  await pass();
  await fail(0);
  void update("four");
  assert.is(queue.pending().length, 3);
  await pass();
  await fail(429, 1_000);
  void update("five");
  assert.is(queue.pending().length, 3, "five joins four, not three");
  await pass();
  await answer();
  assert.equal(
    sent.map(({ asks }) => asks[0]?.body.title),
    ["one", "one", "two", "one", "three", "one", "three", "four", "one", "three", "five"],
  );
});

test("PAGE-6: unsent writes survive a reload with their keys, and are gone once answered", async () => {
  const before = steer();
  void before.queue.add(comment("a"));
  void before.queue.add(comment("b"));
  before.queue.close();
  const after = steer(storageOf({ ...before.storage.kept }));
  assert.is(after.queue.pending().length, 2, "shown at once");
  await turn();
  await after.answerEach([yes(1), no(400)]);
  assert.equal(texts(after.sent), ["a", "b"]);
  assert.equal(keysOf(after.sent), ["key-1", "key-2"]);
  assert.is(after.queue.refused()?.restored, true);
  assert.equal(after.storage.kept, {});
});

const message = (result: WriteResult) => (result.ok ? "" : result.error.message);

test("PAGE-71: what may have arrived with one token is not sent with another, and it is told that nobody knows; the rest goes on", async () => {
  const { queue, sent, token, fail, pass, answer, answerEach, underWay } = steer();
  const first = queue.add(comment("a"));
  const second = queue.add(comment("b"));
  await fail(0);
  token.number = 2;
  await pass();
  // The two go together no more: the one that was never sent is sent for itself.
  assert.match(message(await first), /^It is not known whether this was done/);
  assert.is(underWay(), 1);
  await answer(5);
  assert.equal(await second, yes(5));
  assert.equal(texts(sent), ["a", "b"]);
  // With the one it was sent with first it is sent as often as need be.
  const third = queue.add(comment("c"));
  await fail(503);
  await pass();
  await fail(0);
  await pass();
  await answerEach([yes(6)]);
  assert.equal(await third, yes(6));
});

test("PAGE-71: what was turned away at the door goes with any token", async () => {
  const { queue, sent, token, fail, pass, answer, storage } = steer();
  const result = queue.add(comment("a"));
  await fail(429, 1_000);
  assert.not.match(storage.kept["clawtasker-unsent"] ?? "", /"token"/);
  token.number = 2;
  await pass();
  await answer(5);
  assert.equal(await result, yes(5));
  assert.equal(texts(sent), ["a", "a"]);
});

test("PAGE-71: after a reload it is known still with which token a write was sent", async () => {
  const before = steer();
  void before.queue.add(comment("a"));
  void before.queue.add(write("demo/reset", {}));
  await before.fail(0);
  before.queue.close();
  const kept = { ...before.storage.kept };

  const same = steer(storageOf({ ...kept }));
  await turn();
  await same.answer(5);
  assert.is(same.queue.refused(), null);
  assert.is(same.sent.length, 2);

  const other = steer(storageOf({ ...kept }));
  other.token.number = 2;
  await turn();
  const refused = other.queue.refused();
  assert.match(refused?.message ?? "", /^It is not known whether this was done/);
  assert.is(refused?.restored, true);
  await turn();
  assert.equal(
    other.sent.map(({ asks }) => asks[0]?.action),
    ["demo/reset"],
    "it was never sent",
  );
});

test("PAGE-6: what stands in the storage and is no list of writes does no harm", () => {
  for (const kept of ["{", "null", "7", '[null,1,{"key":"k"}]']) {
    const { queue } = steer(storageOf({ "clawtasker-unsent": kept }));
    assert.equal(queue.pending(), [], kept);
  }
});

test("PAGE-6: a record is pending as long as one write about it is, and only its readers are told", async () => {
  const { queue, answer } = steer();
  const seen: Record<string, boolean[]> = { "T-1": [], "T-2": [] };
  createRoot(() => {
    for (const [id, runs] of Object.entries(seen)) {
      createRenderEffect(() => runs.push(queue.isPending("tasks", id)));
    }
  });
  void queue.add(comment("a"));
  void queue.add(comment("b"));
  await answer();
  assert.ok(queue.isPending("tasks", "T-1"));
  await answer();
  assert.not(queue.isPending("tasks", "T-1"));
  assert.equal(seen["T-2"], [false]);
  assert.is(seen["T-1"]?.at(0), false);
  assert.is(seen["T-1"]?.at(-1), false);
});

test.run();
