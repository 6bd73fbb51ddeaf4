/**
 * A revoked token is nobody's at once: whatever came with it, whatever it waits for. Neighbours: server/tokens,
 * `tokens.spec.ts`.
 */

import { EventEmitter, once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createClient } from "../../client/index.ts";
import {
  createGate,
  createMemoryJournal,
  type Entry,
  type Grant,
  openEngine,
  queries,
} from "../../core/index.ts";
import { createEngineBackends } from "../../mcp/engine-backend.ts";
import { openTokenKeeper } from "../../server/tokens/keeper.ts";
import { withTokens } from "../../server/tokens/token-engine.ts";
import { createReader } from "../../transport-http/read.ts";
import { makeDataDir, postTo, TOKEN } from "../support/process.ts";
import { connectWs, eventually } from "../support/streams.ts";
import { bearer, create, read, withServer } from "../support/tokens.ts";

const test = suite("token revocation");

test("ACC-9: a revoked token is nobody's at once", () =>
  withServer(async ({ url }) => {
    const token = String((await create(url, { name: "a", role: "operator" })).body.token);
    const write = async () =>
      (await postTo(url, "tasks/create", { title: "X" }, bearer(token))).status;
    assert.is(await write(), 200);
    const tokens = createClient({ url, token: TOKEN }).get("tokens", {});
    assert.ok((await tokens).tokens[0]?.last_used_at, "the owner sees that it is used");
    assert.is((await postTo(url, "tokens/revoke", { name: "a" })).status, 200);
    assert.is(await write(), 401);
    for (const [name, code] of [
      ["b", "unknown_id"],
      ["owner", "protected"],
    ]) {
      const answer = await postTo(url, "tokens/revoke", { name });
      assert.equal([answer.status, answer.body.code], [400, code]);
    }
  }));

test("ACC-9: a backup under way goes with the token it was asked for with", () =>
  withServer(async ({ url, engine }) => {
    // More than the buffers between the two hold.
    const description = "x".repeat(20_000);
    for (let n = 0; n < 1_000; n += 100) {
      const some = Array.from({ length: 100 }, () =>
        engine.dispatch("tasks/create", { title: "Large", owner: null, description }),
      );
      assert.ok((await Promise.all(some)).every(({ ok }) => ok));
    }
    const token = String((await create(url, { name: "second", role: "owner" })).body.token);
    const req = request(`${url}/api/system/backup`, { headers: bearer(token), agent: false }).end();
    const [res] = (await once(req, "response")) as [IncomingMessage];
    assert.is(res.statusCode, 200);
    assert.is((await postTo(url, "tokens/revoke", { name: "second" })).status, 200);
    const whole = Number(res.headers["content-length"]);
    let came = 0;
    res.on("data", (chunk: Buffer) => {
      came += chunk.length;
    });
    const [error] = (await once(res, "error")) as [NodeJS.ErrnoException];
    assert.is(error.code, "ECONNRESET");
    assert.ok(came < whole, `${came} of ${whole} bytes came`);
  }));

test("ACC-9: over MCP a body that comes after its token was revoked does nothing", () =>
  withServer(async ({ url, engine }) => {
    const token = String((await create(url, { name: "late", role: "operator" })).body.token);
    const call = (name: string, given: object) =>
      JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: { name, arguments: given },
      });
    const calls = [
      call("create_task", { title: "Late", agent_id: "codex" }),
      call("company_summary", {}),
    ];
    const late = await Promise.all(
      calls.map(async (body) => {
        const req = request(`${url}/mcp`, {
          method: "POST",
          headers: {
            ...bearer(token),
            "content-type": "application/json",
            accept: "application/json, text/event-stream",
            "content-length": Buffer.byteLength(body),
          },
          agent: false,
        });
        const answer = once(req, "response") as Promise<[IncomingMessage]>;
        // Where the first answer is wrong already, the second is not waited for.
        answer.catch(() => {});
        await new Promise((sent) => req.write(body.slice(0, 1), sent));
        return { req, rest: body.slice(1), answer };
      }),
    );
    // Connections are taken in their order: when these are answered, the heads before them were read.
    for (let n = 0; n < 3; n++) await fetch(`${url}/livez`, { headers: { connection: "close" } });
    assert.is((await postTo(url, "tokens/revoke", { name: "late" })).status, 200);
    const { seq } = engine.view();
    for (const { req, rest, answer } of late) {
      req.end(rest);
      const [res] = await answer;
      const said = await text(res);
      assert.match(said, /the token was revoked/, said);
    }
    assert.is(engine.view().seq, seq);
  }));

test("ACC-9: what asks the archive first is judged again after it: a token revoked meanwhile does nothing", async () => {
  const data = makeDataDir();
  const journal = createMemoryJournal("spec");
  let asked = () => {};
  let answered: Promise<void> = Promise.resolve();
  const { findArchived } = journal;
  journal.findArchived = async (...wanted) => {
    asked();
    await answered;
    return findArchived(...wanted);
  };
  let ids = 0;
  const engine = await openEngine({ journal, clock: () => 0, newId: () => `id-${++ids}` });
  const keeper = await openTokenKeeper({ dir: data.dir, ownToken: TOKEN, clock: () => 0 });
  const tokens = withTokens({ engine, keeper, onRevoked() {} });
  const create = { action: "tasks/create", body: { title: "late" } };
  const unknown = { action: "tasks/update", body: { task_id: "T-999", priority: "P0" } };
  for (const [name, body] of [
    ["batch", { actions: [create, unknown, create] }],
    ["batch", { actions: [create, unknown, create], atomic: true }],
    ["tasks/reopen", { task_id: "T-999" }],
  ] as const) {
    const token = `late-${ids}`;
    const made = await tokens.dispatch("tokens/create", { name: token, role: "operator" });
    const by = made.ok && keeper.identify(String((made.reply as { token?: string }).token));
    assert.ok(by);
    const asks = new Promise<void>((resolve) => {
      asked = resolve;
    });
    let answer = () => {};
    answered = new Promise((resolve) => {
      answer = resolve;
    });
    const sent = tokens.dispatchUnknown(name, body, { by });
    await asks;
    assert.ok((await tokens.dispatch("tokens/revoke", { name: token })).ok);
    const { seq } = engine.view();
    answer();
    const outcome = await sent;
    assert.is(engine.view().seq, seq, name);
    const results = outcome.ok ? (outcome.reply as { results: object[] }).results : [outcome];
    for (const result of results) {
      assert.is((result as { code: string }).code, "forbidden", JSON.stringify(outcome));
      assert.match(JSON.stringify(result), "the token was revoked");
    }
  }
  await engine.close();
  data.remove();
});

test("ACC-9: whatever a write waited for, it is refused once its token is revoked", async () => {
  const data = makeDataDir();
  const journal = createMemoryJournal("spec");
  /** What is asked of the journal while this is set waits for it. */
  let held: Promise<void> | null = null;
  const { findArchived, findByKey } = journal;
  journal.findArchived = async (...wanted) => {
    await held;
    return findArchived(...wanted);
  };
  journal.findByKey = async (key) => {
    await held;
    return findByKey(key);
  };
  let ids = 0;
  const engine = await openEngine({
    journal,
    clock: () => 0,
    newId: () => `id-${++ids}`,
    timeout: () => new AbortController().signal,
    turn: () => held,
  });
  await engine.dispatch("blank/reset", {});
  await engine.dispatch("agents/register", { agent_id: "nova", name: "Nova", role: "Engineer" });
  for (const title of ["a", "b", "c"]) {
    const made = await engine.dispatch("tasks/create", { title, owner: "nova" });
    assert.ok(made.ok);
    const { id } = made.reply.task;
    for (const status of ["ready", "in_progress", "validation", "done"] as const) {
      assert.ok((await engine.dispatch("tasks/update", { task_id: id, status })).ok);
    }
  }
  const keeper = await openTokenKeeper({ dir: data.dir, ownToken: TOKEN, clock: () => 0 });
  const tokens = withTokens({ engine, keeper, onRevoked() {} });
  const batch = {
    actions: [1, 2, 3].map(() => ({ action: "tasks/create", body: { title: "x" } })),
  };
  const create = { title: "late" };
  const keyed = (key: string) => ({
    actions: [{ action: "tasks/create", body: create, idempotency_key: key }],
  });
  const cases: Record<string, [name: string, body: object, key?: string][]> = {
    "the archive, and others that wait for it": [
      ["tasks/reopen", { task_id: "T-999" }],
      ["tasks/reopen", { task_id: "T-001" }],
      ["tasks/reopen", { task_id: "T-002" }, "reopened"],
      ["tasks/reopen", { task_id: "T-003" }],
    ],
    "a key": [
      ["tasks/create", create, "one"],
      ["tasks/create", create, "one"],
      ["batch", { actions: [{ action: "tasks/create", body: create }] }, "two"],
      ["batch", keyed("three")],
      ["tasks/claim", { agent_id: "nova", wait_seconds: 60 }, "four"],
    ],
    "a batch of the owner's": [
      ["tasks/create", create],
      ["batch", { actions: [{ action: "tasks/create", body: create }], atomic: true }],
      ["tasks/reopen", { task_id: "T-001" }],
      ["tasks/claim", { agent_id: "nova" }],
    ],
    "something to do": [["tasks/claim", { agent_id: "nova", wait_seconds: 60 }]],
  };
  for (const [index, [what, sent]] of Object.entries(cases).entries()) {
    const name = `late-${index}`;
    const made = await tokens.dispatch("tokens/create", { name, role: "operator" });
    const by = made.ok && keeper.identify(String((made.reply as { token?: string }).token));
    assert.ok(by);
    let release = () => {};
    held = new Promise((resolve) => {
      release = () => {
        held = null;
        resolve();
      };
    });
    const first = what.startsWith("a batch") ? [engine.dispatchUnknown("batch", batch)] : [];
    const answers = sent.map(([action, body, key]) =>
      tokens.dispatchUnknown(action, body, { by, ...(key && { key: `${name}-${key}` }) }),
    );
    // Its own entry waits for what decides now; from here on it is out of force.
    const revoked = tokens.dispatch("tokens/revoke", { name });
    assert.is(keeper.isRevoked(name), true);
    release();
    const before = await Promise.all(first);
    assert.ok((await revoked).ok);
    assert.ok(before.every(({ ok }) => ok));
    for (const outcome of await Promise.all(answers)) {
      const results = outcome.ok ? (outcome.reply as { results: object[] }).results : [outcome];
      for (const result of results) {
        const { code } = result as { code: string };
        // A claim that waited ends with its token.
        const ends = ["forbidden", "unavailable"];
        assert.ok(ends.includes(code), `${what}: ${JSON.stringify(outcome)}`);
      }
    }
    const entries = (await journal.read(0, 1_000)).map(({ json }) => JSON.parse(json) as Entry);
    assert.is(entries.filter(({ action }) => action.stamp.by === name).length, 0, what);
  }
  await engine.close();
  data.remove();
});

test("ACC-9: a read that waited is not answered to a token that was revoked meanwhile", async () => {
  const data = makeDataDir();
  const keeper = await openTokenKeeper({ dir: data.dir, ownToken: TOKEN, clock: () => 0 });
  const grant = { name: "r", role: "observer", agent_id: null, created_at: "", revoked_at: null };
  const token = await keeper.issue({ ...grant, last_used_at: null } as Grant, undefined);
  const journal = createMemoryJournal("spec");
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { findArchived, listArchived } = journal;
  journal.findArchived = (...wanted) => held.then(() => findArchived(...wanted));
  journal.listArchived = (...wanted) => held.then(() => listArchived(...wanted));
  let ids = 0;
  const engine = await openEngine({ journal, clock: () => 0, newId: () => `id-${++ids}` });
  await engine.dispatch("demo/reset", {});
  const { identify, grants } = keeper;
  const gate = createGate({ allowedHosts: [], identify, grants, readsAsk: true });
  const read = createReader({ engine, gate, bootedAt: 0 });
  const ask = createEngineBackends({ engine, bootedAt: 0 });
  const caller = identify(token);
  assert.ok(caller);
  const isKnown = () => identify(token) !== null;
  const backend = ask({ caller, who: "", isKnown, admitWrite: () => null });
  const { signal } = new AbortController();
  const paths = ["tasks/archive", "tasks/get?task_id=T-999", "conversations/archive"];
  const over = (given: string) =>
    paths.map(async (path) => {
      const [name = ""] = path.split("?");
      const query = queries.get(name);
      assert.ok(query);
      const headers = { authorization: `Bearer ${given}` };
      const req = { url: `/api/${path}`, headers, socket: { remoteAddress: "127.0.0.1" } };
      const res = new EventEmitter();
      const { status } = await read(query, req as never, res as never);
      assert.is(res.listenerCount("close"), 0);
      return status;
    });
  const late = over(token);
  const model = paths.map((path) =>
    backend.ask(path.split("?")[0] ?? "", { task_id: "T-999" }, { signal }),
  );
  const own = over(TOKEN);
  await keeper.revoke("r");
  release();
  assert.equal(await Promise.all(late), [401, 401, 401]);
  for (const told of await Promise.all(model)) assert.is(told.ok ? "" : told.code, "unauthorised");
  assert.equal(await Promise.all(own), [200, 400, 200]);
  await engine.close();
  data.remove();
});

test("ACC-9: the streams that a token was let in with end when it is revoked; the others go on", () =>
  withServer(
    async ({ url }) => {
      const make = async (name: string) =>
        String((await create(url, { name, role: "observer" })).body.token);
      const [gone, kept] = [await make("gone"), await make("kept")];
      const ws = `${url.replace("http", "ws")}/api/ws`;
      const [out, stays] = [
        await connectWs(ws, { headers: bearer(gone) }),
        await connectWs(ws, { headers: bearer(kept) }),
      ];
      const stream = await read(url, "/api/events/stream", gone);
      const ended = stream.text();
      await postTo(url, "tokens/revoke", { name: "gone" });
      assert.equal((await out.closed).code, 4003);
      assert.match(await ended, "retry:");
      await postTo(url, "tasks/create", { title: "seen" });
      for (;;) {
        const message = await stays.messages.next();
        if (message.type === "commit" && message.event.title.includes("created T-")) break;
      }
      stays.drop();
    },
    { readAuth: true },
  ));

test("ACC-9: a claim that waits ends when its token is revoked, and takes nothing", () =>
  withServer(async ({ url, engine }) => {
    const made = await create(url, { name: "scout-1", role: "agent", agent_id: "scout" });
    const token = String(made.body.token);
    const claim = { agent_id: "scout", wait_seconds: 30, project: "atlas-core" };
    const asked = postTo(url, "tasks/claim", claim, bearer(token));
    await eventually(() => engine.waiting() === 1, "it waits");
    assert.is((await postTo(url, "tokens/revoke", { name: "scout-1" })).status, 200);
    assert.is((await asked).status, 503);
    const ready = { title: "X", status: "ready", owner: "scout", project_id: "atlas-core" };
    const { body } = await postTo(url, "tasks/create", ready);
    assert.is((body.task as { lease: unknown }).lease, null);
    assert.is(engine.waiting(), 0);
  }));

test.run();
