/** The page's sync against a real server: lost answers, the write limit, many writes at once. */
import { createEffect, createMemo, createRoot } from "solid-js";
import { unwrap } from "solid-js/store";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { createApi } from "../../client-solid/src/sync/api.ts";
import * as reducer from "../../client-solid/src/sync/reducer.ts";
import { createMirror } from "../../client-solid/src/sync/store.ts";
import type { Hello } from "../../client-solid/src/sync/wire.ts";
import { toCommit, toWireState } from "../../core/index.ts";
import { startHttp, TOKEN } from "../support/http.ts";

function copy<T>(value: unknown): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

async function openPage(writesPerMinute = 1_000) {
  const http = await startHttp({ writesPerMinute });
  const { engine, time } = http;
  const mirror = createMirror();
  const { state, seq } = engine.view();
  const greeting = { type: "hello", protocol: 1, version: "0", journal: "j", now: 0 } as const;
  mirror.replaceState(copy<Hello>({ ...greeting, seq, head: seq, state: toWireState(state) }));
  mirror.effects.useReducer(reducer);
  const end = new AbortController();
  const following = (async () => {
    for await (const item of engine.feed.subscribe({ since: seq, signal: end.signal })) {
      if (item.type !== "entries") throw new Error("reset");
      for (const entry of item.entries) mirror.applyCommit(copy(toCommit(entry)));
    }
  })();
  /** The server has these requests, but the page never hears its answers to them. */
  let losing = 0;
  const answers: string[] = [];
  const waits: number[] = [];
  const api = createApi({
    async fetch(path, init) {
      const response = await fetch(http.url + path, init);
      answers.push(`${path} ${response.status}`);
      if (losing-- > 0) {
        await response.text();
        throw new TypeError("connection lost");
      }
      return response;
    },
    token: () => TOKEN,
    tokenNumber: () => 1,
    requestToken: async () => null,
    clock: () => time.now,
    async wait(ms) {
      waits.push(ms);
      time.now += ms;
    },
    random: () => 1,
    effects: {
      add: (key, asks) => mirror.effects.add({ key, asks, at: time.now }),
      answered: mirror.effects.answered,
    },
  });
  return {
    mirror,
    api,
    answers,
    waits,
    lose(count: number) {
      losing = count;
    },
    /** Resolves once the mirror has all that the server has; it must then be equal. */
    async settle() {
      const head = engine.view().seq;
      await new Promise<void>((resolve) => {
        createRoot((dispose) =>
          createEffect(() => {
            if (mirror.seq() < head) return;
            dispose();
            resolve();
          }),
        );
      });
      assert.is(mirror.effects.size(), 0);
      assert.equal(copy(unwrap(mirror.wire)), copy(toWireState(engine.view().state)));
    },
    async close() {
      end.abort();
      await following;
      api.writes.close();
      await http.close();
    },
  };
}

test("PAGE-6, PAGE-7: what is written at once, over lost answers, happens once, in order, and is never shown twice", async () => {
  const page = await openPage();
  try {
    const { api, mirror, lose, answers, settle } = page;
    const texts = () => mirror.wire.tasks["T-203"]?.comments.map(({ text }) => text) ?? [];
    const start = texts();
    const words = ["one", "two", "three", "four", "five"];
    const seen: number[] = [];
    const stopLooking = createRoot((dispose) => {
      const count = createMemo(() => texts().length);
      createEffect(() => seen.push(count()));
      return dispose;
    });
    lose(2);
    const results = await Promise.all(
      words.map((text) => api.post("tasks/comment", { task_id: "T-203", author: "ceo", text })),
    );
    assert.ok(results.every(({ ok }) => ok));
    assert.equal(answers, ["/api/tasks/comment 200", "/api/batch 200", "/api/batch 200"]);
    await settle();
    stopLooking();
    assert.equal(texts(), [...start, ...words]);
    assert.equal(
      seen,
      [0, 1, 2, 3, 4, 5].map((more) => start.length + more),
    );
  } finally {
    await page.close();
  }
});

test("PAGE-6, PAGE-7: a bulk edit is one request, and what of it is refused is taken back alone", async () => {
  const page = await openPage();
  try {
    const { api, mirror, answers, settle } = page;
    const before = JSON.stringify(unwrap(mirror.wire.tasks["T-209"]));
    const done = api.batch([
      { action: "tasks/update", body: { task_id: "T-203", priority: "P0" } },
      { action: "tasks/update", body: { task_id: "T-209", priority: "P0", expected_version: 999 } },
      { action: "tasks/update", body: { task_id: "T-204", priority: "P0" } },
    ]);
    assert.is(mirror.wire.tasks["T-204"]?.priority, "P0", "shown before there is an answer");
    const results = await done;
    assert.equal(
      results.map((result) => (result.ok ? "ok" : result.code)),
      ["ok", "stale", "ok"],
    );
    await settle();
    assert.equal(answers, ["/api/batch 200"]);
    assert.is(mirror.wire.tasks["T-203"]?.priority, "P0");
    assert.is(JSON.stringify(unwrap(mirror.wire.tasks["T-209"])), before);

    const all = await api.batch(
      [
        { action: "tasks/update", body: { task_id: "T-208", priority: "P0" } },
        { action: "tasks/update", body: { task_id: "T-999", priority: "P0" } },
      ],
      { atomic: true },
    );
    assert.ok(all.every(({ ok }) => !ok));
    assert.is.not(mirror.wire.tasks["T-208"]?.priority, "P0");
  } finally {
    await page.close();
  }
});

test("PAGE-6: over the real write limit all arrives, in few requests, as late as the server asks", async () => {
  const page = await openPage(2);
  try {
    const { api, mirror, answers, waits, settle } = page;
    for (const n of [1, 2]) await api.post("tasks/update", { task_id: "T-203", progress: n });
    const results = Promise.all(
      ["T-203", "T-204", "T-209", "T-210"].map((task_id) =>
        api.post("tasks/update", { task_id, note: "from the page" }),
      ),
    );
    assert.is(mirror.wire.tasks["T-210"]?.activity.at(-1)?.to, "from the page", "shown at once");
    assert.ok((await results).every(({ ok }) => ok));
    const one = "/api/tasks/update";
    assert.equal(answers, [`${one} 200`, `${one} 200`, `${one} 429`, "/api/batch 200"]);
    assert.equal(waits, [60_000]);
    await settle();
  } finally {
    await page.close();
  }
});

test.run();
