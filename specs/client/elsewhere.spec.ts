/** What waits when another company answers at the address. Neighbours: `write-queue.spec.ts`; the page's strip asks. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ClawTaskerError } from "../../client/errors.ts";
import type { Write } from "../../client-solid/src/sync/write.ts";
import { createWriteQueue, type WriteResult } from "../../client-solid/src/sync/write-queue.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A queue whose server has the journal that the spec says; `sent` is what it took. */
function steer(kept: Record<string, string> = {}) {
  const sent: Write[] = [];
  const queued: (string | undefined)[] = [];
  const at = { shown: "first", server: "first", code: "other_journal" };
  let keys = 0;
  function take(writes: readonly Write[]): WriteResult[] {
    if (writes.some(({ journal }) => journal !== undefined && journal !== at.server))
      throw new ClawTaskerError("another", { status: 412, code: at.code });
    sent.push(...writes);
    return writes.map(() => ({ ok: true, body: { ok: true }, seq: 1 }));
  }
  const queue = createWriteQueue({
    clock: () => 0,
    random: () => 1,
    newKey: () => `key-${++keys}`,
    wait: () => new Promise(() => {}),
    journal: () => at.shown,
    storage: {
      getItem: (key) => kept[key] ?? null,
      setItem(key, value) {
        kept[key] = value;
      },
      removeItem(key) {
        delete kept[key];
      },
    },
    onQueued: ({ journal }) => queued.push(journal),
    send: async (write) => take([write])[0] as Extract<WriteResult, { ok: true }>,
    sendTogether: async (writes) => take(writes),
  });
  const add = (text: string) => {
    const body = { task_id: "T-1", author: "ceo", text };
    const asks = [{ action: "tasks/comment" as const, body }];
    return queue.add({ asks, bulk: false, atomic: false, label: text, optimistic: true });
  };
  return { queue, sent, queued, at, add, kept, labels: () => sent.map(({ label }) => label) };
}

test("PAGE-77: what was made in one company waits for the person's word before it goes to another", async () => {
  const { queue, at, add, labels } = steer();
  await add("here");
  at.server = "second";
  const results = [add("a"), add("b")];
  await turn();
  assert.equal(queue.state(), { status: "elsewhere" });
  // What is made in the new one goes on past it; what is made in the old one keeps its place.
  results.push(add("c"));
  at.shown = "second";
  const later = add("later");
  await turn();
  queue.wake();
  await turn();
  assert.equal(labels(), ["here", "later"]);
  assert.ok((await later).ok);
  assert.equal(queue.state(), { status: "elsewhere" });
  assert.is(queue.pending().length, 3);
  queue.settleElsewhere(true);
  for (const result of results) assert.ok((await result).ok);
  assert.equal(labels(), ["here", "later", "a", "b", "c"]);
  await turn();
  assert.equal(queue.state(), { status: "idle" });
});

test("PAGE-77: dropped by the person's word, it is told, and what was made in the new company goes on", async () => {
  const { queue, at, add, labels } = steer();
  at.server = "second";
  const [a, b] = [add("a"), add("b")];
  await turn();
  at.shown = "second";
  queue.settleElsewhere(false);
  const later = add("later");
  for (const result of [await a, await b]) {
    assert.not(result.ok);
    if (!result.ok) assert.match(result.error.message, "was dropped");
  }
  assert.ok((await later).ok);
  assert.equal(labels(), ["later"]);
});

test("PAGE-77: after a reload it is known still in which company it was made", async () => {
  const before = steer();
  before.at.server = "second";
  void before.add("a");
  await turn();
  before.queue.close();
  const after = steer({ ...before.kept });
  Object.assign(after.at, { shown: "second", server: "second" });
  await turn();
  await turn();
  assert.equal(after.queue.state(), { status: "elsewhere" });
  assert.equal(after.labels(), []);
  after.queue.settleElsewhere(true);
  await turn();
  await turn();
  assert.equal(after.labels(), ["a"]);
});

test("PAGE-77: once the page is back in its own company, what waited goes there without a word", async () => {
  const { queue, at, add, labels } = steer();
  at.server = "second";
  const results = [add("a"), add("b")];
  await turn();
  at.shown = "second";
  queue.wake();
  await turn();
  assert.equal(queue.state(), { status: "elsewhere" });
  Object.assign(at, { shown: "first", server: "first" });
  queue.wake();
  for (const result of results) assert.ok((await result).ok);
  assert.equal(labels(), ["a", "b"]);
  await turn();
  assert.equal(queue.state(), { status: "idle" });
});

test("PAGE-77: what goes to another company by the person's word is shown there from then on", async () => {
  const { queue, queued, at, add } = steer();
  at.server = "second";
  const a = add("a");
  await turn();
  at.shown = "second";
  queue.settleElsewhere(true);
  assert.ok((await a).ok);
  assert.equal(queued, ["first", undefined]);
});

test("PAGE-77: of several companies' changes each has its own word, the older first", async () => {
  const { queue, at, add, labels } = steer();
  at.server = "second";
  const a = add("a");
  await turn();
  Object.assign(at, { shown: "second", server: "third" });
  const b = add("b");
  await turn();
  at.shown = "third";
  const c = add("c");
  assert.ok((await c).ok);
  assert.equal(
    queue.elsewhere().map(({ label }) => label),
    ["a", "b"],
  );
  queue.settleElsewhere(false);
  assert.not((await a).ok);
  assert.is(queue.elsewhere().length, 1);
  Object.assign(at, { shown: "second", server: "second" });
  queue.wake();
  assert.ok((await b).ok);
  assert.equal(labels(), ["c", "b"]);
  await turn();
  assert.equal(queue.state(), { status: "idle" });
});

test("PAGE-77: a 412 that names no other journal is a refusal like any other", async () => {
  const { queue, at, add } = steer();
  Object.assign(at, { server: "second", code: null });
  for (const result of await Promise.all([add("a"), add("b")])) {
    assert.not(result.ok);
    if (!result.ok) assert.is(result.error.status, 412);
  }
  await turn();
  assert.equal(queue.state(), { status: "idle" });
  assert.is(queue.pending().length, 0);
});

test.run();
