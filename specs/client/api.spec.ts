/** The page's client: one call is one effect, waits are honoured, refusals are told in the server's words. */
import { createRenderEffect, createRoot } from "solid-js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type ApiPorts, type ApiResult, createApi } from "../../client-solid/src/sync/api.ts";
import type { Ask } from "../../client-solid/src/sync/write.ts";
import type { QueueState } from "../../client-solid/src/sync/write-queue.ts";

const NOW = Date.parse("2026-03-21T09:30:00Z");

interface Sent {
  path: string;
  key: string | null;
  authorization: string | null;
  body: unknown;
}

function answer(status: number, body: object, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers });
}

const ok = () => answer(200, { ok: true, task_id: "T-1" });

/** An api whose server gives these answers in turn. */
function against(
  answers: (() => Response)[],
  tokens: (string | null)[] = [],
  effects?: ApiPorts["effects"],
) {
  const sent: Sent[] = [];
  const waits: number[] = [];
  let asked = 0;
  let keys = 0;
  let token: string | null = tokens.length > 0 ? null : "secret";
  let number = 0;
  const api = createApi({
    async fetch(path, init) {
      const headers = new Headers(init.headers);
      sent.push({
        path,
        key: headers.get("Idempotency-Key"),
        authorization: headers.get("Authorization"),
        body: JSON.parse(String(init.body)),
      });
      const next = answers.shift();
      if (!next) throw new Error("one request too many");
      return next();
    },
    ...(effects && { effects }),
    token: () => token,
    tokenNumber: () => number,
    async requestToken() {
      asked++;
      number++;
      token = tokens.shift() ?? null;
      return token;
    },
    newKey: () => `key-${++keys}`,
    async wait(ms) {
      waits.push(ms);
    },
    clock: () => NOW,
    random: () => 1,
  });
  return { api, sent, waits, asked: () => asked, left: () => answers.length };
}

const broken = () => {
  throw new TypeError("connection lost");
};
const message = (result: ApiResult<unknown>) => (result.ok ? "" : result.message);

test("PAGE-4: the body is the payload, the token stands in the header only", async () => {
  const { api, sent } = against([ok]);
  const result = await api.post("tasks/delete", { task_id: "T-1" });
  assert.equal(result, { ok: true, reply: { task_id: "T-1" }, warnings: [] });
  assert.equal(sent, [
    {
      path: "/api/tasks/delete",
      key: "key-1",
      authorization: "Bearer secret",
      body: { task_id: "T-1" },
    },
  ]);
});

test("DUR-10: the tries of one call share one key, another call has another", async () => {
  const { api, sent, waits } = against([broken, () => answer(503, { error: "stopping" }), ok, ok]);
  assert.ok((await api.post("tasks/delete", { task_id: "T-1" })).ok);
  assert.ok((await api.post("tasks/delete", { task_id: "T-2" })).ok);
  assert.equal(
    sent.map(({ key }) => key),
    ["key-1", "key-1", "key-1", "key-2"],
  );
  assert.equal(waits, [500, 1_000]);
});

test("PAGE-6: a write is tried until there is an answer, with one key", async () => {
  const gateway = () => new Response("<html>", { status: 502 });
  const { api, sent } = against([broken, broken, broken, gateway, broken, broken, broken, ok]);
  assert.ok((await api.post("tasks/delete", { task_id: "T-1" })).ok);
  assert.is(sent.length, 8);
  assert.is(new Set(sent.map(({ key }) => key)).size, 1);
});

test("ACC-4: Retry-After is kept, in seconds or as a date", async () => {
  const seconds = () => answer(429, { error: "slow down" }, { "Retry-After": "7" });
  const date = () =>
    answer(503, { error: "busy" }, { "Retry-After": "Sat, 21 Mar 2026 09:30:03 GMT" });
  const { api, waits } = against([seconds, date, ok]);
  assert.ok((await api.post("tasks/delete", { task_id: "T-1" })).ok);
  assert.equal(waits, [7_000, 3_000]);
});

test("PAGE-6: however long the server asks to be left alone, it is waited and told", async () => {
  const late = () => answer(429, { error: "write limit reached" }, { "Retry-After": "55" });
  const { api, sent, waits } = against([late, ok]);
  const told: QueueState[] = [];
  createRoot(() => createRenderEffect(() => told.push(api.writes.state())));
  assert.ok((await api.post("tasks/delete", { task_id: "T-1" })).ok);
  assert.equal(waits, [55_000]);
  assert.is(sent.length, 2);
  assert.equal(told, [
    { status: "idle" },
    { status: "sending" },
    { status: "waiting", until: NOW + 55_000, why: "limit", message: "write limit reached" },
    { status: "sending" },
    { status: "idle" },
  ]);
});

test("HTTP-2: a refusal gives the server's sentence and code, and is not sent again", async () => {
  const sentence = "invalid task transition: backlog -> done";
  const { api, sent } = against([() => answer(400, { error: sentence, code: "transition" })]);
  const result = await api.post("tasks/update", { task_id: "T-1", status: "done" });
  assert.equal(result, { ok: false, status: 400, code: "transition", message: sentence });
  assert.is(sent.length, 1);
});

test("ACC-1: without a token the person is asked first; a 401 asks again, with the same key", async () => {
  const no = () => answer(401, { error: "a valid token is required" });
  const { api, sent, asked } = against([no, ok], ["wrong", "right"]);
  assert.ok((await api.post("tasks/delete", { task_id: "T-1" })).ok);
  assert.is(asked(), 2);
  assert.equal(
    sent.map(({ authorization, key }) => [authorization, key]),
    [
      ["Bearer wrong", "key-1"],
      ["Bearer right", "key-1"],
    ],
  );
});

test("PAGE-71: a write whose answer was lost is not done again with the token that is given after a 401", async () => {
  const no = () => answer(401, { error: "a valid token is required" });
  const { api, sent, asked } = against([broken, no, ok], ["revoked", "another"]);
  const result = await api.post("tasks/delete", { task_id: "T-1" });
  assert.match(message(result), /^It is not known whether this was done/);
  assert.is(asked(), 2);
  assert.equal(
    sent.map(({ authorization }) => authorization),
    ["Bearer revoked", "Bearer revoked"],
  );
  assert.ok((await api.post("tasks/delete", { task_id: "T-1" })).ok);
  assert.is(sent.at(-1)?.authorization, "Bearer another");
});

test("ACC-1: who would rather not give a token sends nothing", async () => {
  const { api, sent } = against([], [null]);
  const result = await api.post("tasks/delete", { task_id: "T-1" });
  assert.match(message(result), /token/);
  assert.is(sent.length, 0);
});

test("HTTP-9: an answer that is no JSON is still told in a sentence", async () => {
  const { api } = against([() => new Response("<html>", { status: 500 })]);
  const result = await api.post("tasks/delete", { task_id: "T-1" });
  assert.match(message(result), /500/);
});

test("PAGE-6: a bulk edit is one request with a result for each action", async () => {
  const no = { error: "unknown task: T-9", code: "unknown_id", status: 400 };
  const results = [{ ok: true, seq: 7, task_id: "T-1" }, no];
  const { api, sent } = against([() => answer(200, { ok: true, results })]);
  const outcome = await api.batch([
    { action: "tasks/delete", body: { task_id: "T-1" } },
    { action: "tasks/delete", body: { task_id: "T-9" } },
  ]);
  assert.equal(outcome, [
    { ok: true, reply: { task_id: "T-1" }, warnings: [] },
    { ok: false, status: 400, code: "unknown_id", message: "unknown task: T-9" },
  ]);
  assert.is(sent.length, 1);
  assert.is(sent[0]?.path, "/api/batch");
  assert.equal(sent[0]?.body, {
    actions: [
      { action: "tasks/delete", body: { task_id: "T-1" } },
      { action: "tasks/delete", body: { task_id: "T-9" } },
    ],
  });
});

test("PAGE-6: the effects of a write end with its entry, those of a refused one at once", async () => {
  const told: unknown[] = [];
  const effects = {
    add: (key: string, asks: readonly Ask[]) => told.push(["add", key, asks.length]),
    answered: (key: string, seqs: readonly (number | null)[]) => told.push([key, seqs]),
  };
  const results = [
    { ok: true, seq: 7 },
    { error: "no", status: 400 },
  ];
  const answers = [
    () => answer(200, { ok: true }, { "ClawTasker-Seq": "5" }),
    () => answer(400, { error: "no" }),
    () => answer(200, { ok: true, results }),
  ];
  const { api } = against(answers, [], effects);
  await api.post("tasks/delete", { task_id: "T-1" });
  await api.post("tasks/delete", { task_id: "T-2" });
  await api.batch([
    { action: "tasks/delete", body: { task_id: "T-3" } },
    { action: "tasks/delete", body: { task_id: "T-4" } },
  ]);
  assert.equal(told, [
    ["add", "key-1", 1],
    ["key-1", [5]],
    ["add", "key-2", 1],
    ["key-2", []],
    ["add", "key-3", 2],
    ["key-3", [7, null]],
  ]);
});

test.run();
