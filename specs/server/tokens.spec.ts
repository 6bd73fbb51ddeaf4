/**
 * Named tokens where they are kept: shown once, hashed on disk, durable when acknowledged, named in every entry.
 * Neighbours: server/tokens, the matrix of roles in specs/transport/http-roles.spec.ts, `token-revocation.spec.ts`.
 */

import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { WebSocket } from "ws";
import { createClient } from "../../client/index.ts";
import {
  createMemoryJournal,
  type Entry,
  type Grant,
  openEngine,
  socketProtocols,
} from "../../core/index.ts";
import { startServer } from "../../server/compose.ts";
import { openTokenKeeper } from "../../server/tokens/keeper.ts";
import { withTokens } from "../../server/tokens/token-engine.ts";
import {
  makeDataDir,
  postTo,
  quietConfig,
  SILENT,
  startProcess,
  TOKEN,
} from "../support/process.ts";
import { connectWs, UpgradeRefused } from "../support/streams.ts";
import { bearer, create, read, withServer } from "../support/tokens.ts";

const test = suite("tokens");

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

test.run();
