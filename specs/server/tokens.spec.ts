/**
 * Named tokens where they are kept: shown once, hashed on disk, durable when acknowledged, nobody's once
 * revoked. Neighbours: server/tokens, the matrix of roles in specs/transport/http-roles.spec.ts.
 */
import { createHash } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { WebSocket } from "ws";
import { createClient } from "../../client/index.ts";
import {
  createGate,
  createMemoryJournal,
  type Entry,
  type Grant,
  openEngine,
  queries,
  socketProtocols,
} from "../../core/index.ts";
import { createEngineBackends } from "../../mcp/engine-backend.ts";
import { type RunningServer, startServer } from "../../server/compose.ts";
import { openTokenKeeper } from "../../server/tokens/keeper.ts";
import { withTokens } from "../../server/tokens/token-engine.ts";
import { createReader } from "../../transport-http/read.ts";
import {
  type Answer,
  makeDataDir,
  postTo,
  quietConfig,
  SILENT,
  startProcess,
  TOKEN,
} from "../support/process.ts";
import { connectWs, eventually, UpgradeRefused } from "../support/streams.ts";

const test = suite("tokens");

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function withServer(
  run: (server: RunningServer, dir: string) => Promise<void>,
  more: { readAuth?: boolean } = {},
): Promise<void> {
  const data = makeDataDir();
  const server = await startServer({ config: { ...quietConfig(data.dir), ...more }, log: SILENT });
  try {
    await run(server, data.dir);
  } finally {
    await server.close();
    data.remove();
  }
}

async function create(url: string, body: object, headers = {}): Promise<Answer> {
  return postTo(url, "tokens/create", body, headers);
}

async function read(url: string, path: string, token: string): Promise<Response> {
  return fetch(url + path, { headers: bearer(token) });
}

test("ACC-9: shown once, hashed on disk, in no answer, entry, event, log or export after that", async () => {
  const data = makeDataDir();
  const server = await startProcess(data.dir, { env: { CLAWTASKER_LOG: "trace" } });
  const made = await create(server.url, { name: "wall", role: "observer" });
  const token = String(made.body.token);
  assert.match(token, /^clawtasker_[\w-]{43}$/);
  const { grant } = made.body as { grant: Grant };
  assert.equal([grant.name, grant.role, grant.revoked_at], ["wall", "observer", null]);
  let said = "";
  for (const path of ["/api/tokens", "/api/snapshot", "/api/system/recovery", "/api/session"]) {
    said += await (await read(server.url, path, TOKEN)).text();
  }
  assert.match(said, '"name":"wall"');
  await read(server.url, "/api/tokens", token);
  await postTo(server.url, "tasks/create", { title: "X" }, bearer(token));
  const socket = await connectWs(`${server.url.replace("http", "ws")}/api/ws`);
  said += await socket.texts.next();
  socket.drop();
  await server.end("SIGTERM");
  said += server.errors();
  for (const name of readdirSync(data.dir, { recursive: true, encoding: "utf8" })) {
    const path = join(data.dir, name);
    if (statSync(path).isFile()) said += readFileSync(path, "latin1");
  }
  assert.match(said, "Token wall created");
  assert.match(said, createHash("sha256").update(token).digest("hex"), "the hash is on disk");
  assert.not.ok(said.includes(token));
  assert.not.ok(said.includes(token.slice("clawtasker_".length)));
  assert.not.ok(said.includes(TOKEN), "nor is the server's own");
  assert.is(statSync(join(data.dir, "tokens.json")).mode & 0o077, 0, "for its owner's eyes only");
  data.remove();
});

test("ACC-9: what was acknowledged survives kill -9: a creation, and a revocation", async () => {
  const data = makeDataDir();
  let server = await startProcess(data.dir);
  const kept = String((await create(server.url, { name: "kept", role: "operator" })).body.token);
  const gone = String((await create(server.url, { name: "gone", role: "operator" })).body.token);
  assert.is((await postTo(server.url, "tokens/revoke", { name: "gone" })).status, 200);
  await server.end("SIGKILL");
  server = await startProcess(data.dir);
  const asks = async (token: string) =>
    (await postTo(server.url, "tasks/create", { title: "X" }, bearer(token))).status;
  assert.equal([await asks(kept), await asks(gone)], [200, 401]);
  const again = await create(server.url, { name: "gone", role: "owner" });
  assert.equal([again.status, again.body.code], [400, "conflict"], "a name is never given twice");
  await server.end("SIGKILL");
  data.remove();
});

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

test("ACC-9: a creation that is not right makes no token", () =>
  withServer(async ({ url, engine }) => {
    const { seq } = engine.view();
    for (const [body, field] of [
      [{ role: "agent", agent_id: "codex" }, "name"],
      [{ name: "a" }, "role"],
      [{ name: "a", role: "king" }, "role"],
      [{ name: "a", role: "agent" }, "agent_id"],
      [{ name: "a", role: "operator", agent_id: "codex" }, "agent_id"],
      [{ name: "a", role: "agent", agent_id: "ceo" }, "agent_id"],
      [{ name: "owner", role: "owner" }, "name"],
      [{ name: "Owner", role: "owner" }, "name"],
      [{ name: "SYSTEM", role: "observer" }, "name"],
      [{ name: "ceo", role: "operator" }, "name"],
      [{ name: "Ceo", role: "operator" }, "name"],
      [{ name: "a", role: "agent", agent_id: "CEO" }, "agent_id"],
      [{ name: "a b", role: "owner" }, "name"],
    ] as const) {
      const answer = await create(url, body);
      assert.equal([answer.status, answer.body.field], [400, field], JSON.stringify(answer.body));
    }
    assert.is(engine.view().seq, seq);
    assert.equal((await createClient({ url, token: TOKEN }).get("tokens", {})).tokens, []);
  }));

test("ACC-9: no token is called like another in other letters, revoked ones too", () =>
  withServer(async ({ url, engine }) => {
    assert.is((await create(url, { name: "Wallboard", role: "observer" })).status, 200);
    await postTo(url, "tokens/revoke", { name: "Wallboard" });
    const { seq } = engine.view();
    for (const name of ["Wallboard", "wallboard", "WALLBOARD"]) {
      const answer = await create(url, { name, role: "owner" });
      assert.equal([answer.status, answer.body.field], [400, "name"], name);
      assert.match(String(answer.body.error), "there is a token Wallboard already");
    }
    assert.is(engine.view().seq, seq);
  }));

test("ACC-9: many at once get one name each; a retry gets its token again, a later one is told", async () => {
  const data = makeDataDir();
  const config = quietConfig(data.dir);
  let server = await startServer({ config, log: SILENT });
  const { url } = server;
  const race = await Promise.all(
    Array.from({ length: 10 }, () => create(url, { name: "race", role: "observer" })),
  );
  assert.equal(race.map(({ status }) => status).sort(), [200, ...Array(9).fill(400)]);
  const key = { "idempotency-key": "create-1" };
  const body = { name: "retried", role: "observer" };
  const [first, second] = await Promise.all([create(url, body, key), create(url, body, key)]);
  assert.is(first.body.token, second.body.token);
  assert.is((await create(url, body, key)).body.token, first.body.token);
  const { tokens } = await createClient({ url, token: TOKEN }).get("tokens", {});
  assert.equal(
    tokens.map(({ name }) => name),
    ["race", "retried"],
  );
  await server.close();
  server = await startServer({ config, log: SILENT });
  const late = await create(server.url, body, key);
  assert.equal([late.status, late.body.token], [200, undefined]);
  assert.match(String(late.body.warnings), "shown once");
  await server.close();
  data.remove();
});

test("ACC-9: no token without its entry, and none that could not be written down", async () => {
  const data = makeDataDir();
  const journal = createMemoryJournal("spec");
  let ids = 0;
  const engine = await openEngine({ journal, clock: () => 0, newId: () => `id-${++ids}` });
  const keeper = await openTokenKeeper({ dir: data.dir, ownToken: TOKEN, clock: () => 0 });
  const revoked: string[] = [];
  const tokens = withTokens({ engine, keeper, onRevoked: (name) => revoked.push(name) });

  // A folder in the place of the file: it cannot be written.
  mkdirSync(join(data.dir, "tokens.json.next"));
  const unkept = await tokens.dispatch("tokens/create", { name: "a", role: "observer" });
  assert.equal([unkept.ok, !unkept.ok && unkept.code], [false, "unavailable"]);
  assert.equal(keeper.grants(), []);
  rmSync(join(data.dir, "tokens.json.next"), { recursive: true });
  assert.ok((await tokens.dispatch("tokens/create", { name: "a", role: "observer" })).ok);

  await engine.close();
  const late = await tokens.dispatch("tokens/create", { name: "b", role: "observer" });
  assert.not.ok(late.ok);
  assert.not.ok(keeper.has("b"));
  // To take away needs no journal.
  assert.not.ok((await tokens.dispatch("tokens/revoke", { name: "a" })).ok);
  assert.ok(keeper.grants()[0]?.revoked_at);
  assert.equal(revoked, ["a"]);
  data.remove();
});

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

test("ACC-9: a list that cannot be read is set aside: then no named token is anybody's", async () => {
  const data = makeDataDir();
  const file = join(data.dir, "tokens.json");
  for (const text of ["", "{", '{"tokens":[{"name":"a"}]}', '{"tokens":{}}']) {
    writeFileSync(file, text);
    const keeper = await openTokenKeeper({ dir: data.dir, ownToken: TOKEN, clock: () => 0 });
    assert.is(keeper.damaged, `${file}.damaged`, text);
    assert.equal([keeper.grants(), keeper.identify(TOKEN)?.name], [[], "owner"]);
  }
  data.remove();
});

test("ACC-11: every entry names whose token it came with, and an agent acts as itself", async () => {
  const journal = createMemoryJournal("spec");
  let ids = 0;
  const engine = await openEngine({ journal, clock: () => 0, newId: () => `id-${++ids}` });
  await engine.dispatch("demo/reset", {}, { actor: "system" });
  const codex = { name: "codex-1", role: "agent", agent_id: "codex" } as const;
  for (const [name, body] of [
    ["tasks/create", { title: "X" }],
    ["tasks/update", { task_id: "T-203", progress: 1 }],
    ["tasks/comment", { task_id: "T-203", text: "Y" }],
    ["tasks/link", { source_id: "T-208", target_id: "T-203", link_type: "blocks" }],
    ["missions/plan", { title: "X", objective: "Y" }],
    ["agents/update", { agent_id: "codex", note: "Z" }],
    ["agents/register", { name: "Codex", role: "Engineering Manager" }],
    ["conversations/message", { sender: "codex", text: "Z" }],
    ["agents/heartbeat", { agent_id: "codex" }],
  ] as const) {
    const outcome = await engine.dispatchUnknown(name, body, { by: codex, key: name });
    assert.ok(outcome.ok, `${name}: ${outcome.ok ? "" : outcome.message}`);
  }
  const operator = { name: "desk", role: "operator", agent_id: null } as const;
  await engine.dispatchUnknown("tasks/create", { title: "X" }, { by: operator });
  await engine.dispatch("tasks/create", { title: "X" });
  const entries = (await journal.read(0, 100)).map(({ json }) => JSON.parse(json) as Entry);
  assert.equal(
    entries.map(({ action: { stamp } }) => [stamp.by, stamp.actor]),
    [["system", "ceo"], ...Array(9).fill(["codex-1", "codex"]), ["desk", "ceo"], ["owner", "ceo"]],
  );
  // Another's key with another's words is another's answer.
  const ralph = { name: "ralph-1", role: "agent", agent_id: "ralph" } as const;
  const body = { agent_id: "codex" };
  const stolen = await engine.dispatchUnknown("agents/heartbeat", body, {
    by: ralph,
    key: "agents/heartbeat",
  });
  assert.equal([stolen.ok, !stolen.ok && stolen.code], [false, "forbidden"]);
  await engine.close();
});

test("ACC-10: where reading asks for a token, both streams and MCP do; a browser offers it as a subprotocol", () =>
  withServer(
    async ({ url }) => {
      const token = String((await create(url, { name: "wall", role: "observer" })).body.token);
      const ws = `${url.replace("http", "ws")}/api/ws`;
      for (const headers of [{}, bearer("wrong"), bearer(`${token}x`)]) {
        assert.is((await fetch(`${url}/api/events/stream`, { headers })).status, 401);
        const refused = await connectWs(ws, { headers }).catch((error: unknown) => error);
        assert.instance(refused, UpgradeRefused);
        assert.equal((refused as UpgradeRefused).status, 401);
        assert.match((refused as UpgradeRefused).body, '"code":"unauthorised"');
        const mcp = await fetch(`${url}/mcp`, { method: "POST", headers, body: "{}" });
        assert.is(mcp.status, 401);
      }
      for (const query of [`?token=${token}`, `?access_token=${token}`, `?write_token=${token}`]) {
        assert.is((await fetch(`${url}/api/events/stream${query}`)).status, 401);
        assert.is((await fetch(`${url}/api/snapshot${query}`)).status, 401);
        const refused = await connectWs(ws + query).catch((error: unknown) => error);
        assert.instance(refused, UpgradeRefused, "never by the address");
      }
      const opened = await connectWs(ws, { headers: bearer(token) });
      assert.is((await opened.messages.next()).type, "hello");
      opened.drop();
      const browser = new WebSocket(ws, socketProtocols(token));
      await once(browser, "open");
      assert.is(browser.protocol, "clawtasker.v1", "the token is not said back");
      browser.terminate();
      for (const odd of [["clawtasker.v1"], ["clawtasker.v1", "clawtasker.token.eA"]]) {
        const refused = new WebSocket(ws, odd);
        const [, response] = await once(refused, "unexpected-response");
        assert.is((response as { statusCode: number }).statusCode, 401);
        refused.on("error", () => {}).terminate();
      }
    },
    { readAuth: true },
  ));

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

test("ACC-10: the typed client reads, follows and writes with a named token", () =>
  withServer(
    async ({ url }) => {
      const { token } = (await create(url, { name: "c", role: "agent", agent_id: "codex" }))
        .body as { token: string };
      const client = createClient({ url, token });
      assert.is((await client.get("session", {})).agent_id, "codex");
      const { seq } = await client.get("health", {});
      const end = new AbortController();
      const items = client.subscribe({ since: seq, signal: end.signal });
      await client.post("tasks/comment", { task_id: "T-203", text: "Hello" });
      const { value } = await items.next();
      assert.is(value?.type === "event" && value.event.meta.task_id, "T-203");
      end.abort();
      await items.return(undefined);
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
