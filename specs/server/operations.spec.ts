/** What an operator looks at: probes, metrics, request ids, and logs without a token in them. */
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import Database from "libsql";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CUT_OFF_REASONS, type RecoveryReport } from "../../core/index.ts";
import { startServer } from "../../server/compose.ts";
import { createMetrics } from "../../server/metrics.ts";
import { withFolder } from "../support/journal.ts";
import {
  makeDataDir,
  postTo,
  quietConfig,
  SILENT,
  startProcess,
  TOKEN,
} from "../support/process.ts";
import { connectWs } from "../support/streams.ts";

const test = suite("operations");

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function withServer(
  readAuth: boolean,
  run: (url: string, close: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const data = makeDataDir();
  const server = await startServer({ config: { ...quietConfig(data.dir), readAuth }, log: SILENT });
  try {
    await run(server.url, server.close);
  } finally {
    await server.close();
    data.remove();
  }
}

async function metricsOf(url: string): Promise<(line: string) => number> {
  const response = await fetch(`${url}/metrics`, { headers: bearer(TOKEN) });
  assert.match(response.headers.get("content-type") ?? "", "text/plain");
  const lines = (await response.text()).split("\n");
  return (name) =>
    Number(
      lines
        .find((line) => line.startsWith(`${name} `))
        ?.split(" ")
        .pop(),
    );
}

test("OPS-1: alive while it runs, ready until it stops; both without a token", () =>
  withServer(true, async (url) => {
    for (const path of ["/livez", "/readyz"]) {
      const response = await fetch(url + path);
      assert.equal([response.status, await response.text()], [200, "ok\n"]);
      assert.is((await fetch(url + path, { method: "POST" })).status, 405);
    }
  }));

test("OPS-1: not ready once the journal has failed or the server stops", async () => {
  const { createReady } = await import("../../server/probes.ts");
  const { createServer } = await import("node:http");
  let stopped = false;
  const server = createServer(createReady({ stopped: () => stopped })).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  assert.is((await fetch(url)).status, 200);
  stopped = true;
  assert.is((await fetch(url)).status, 503);
  server.closeAllConnections();
  server.close();
});

test("OPS-2: requests by route and status, refusals by code, commits, lag, clients, buffers, the loop", () =>
  withServer(false, async (url) => {
    await postTo(url, "tasks/create", { title: "X" });
    await postTo(url, "tasks/update", { task_id: "T-999" });
    await postTo(url, "tasks/create", { title: "X" }, bearer("wrong"));
    await fetch(`${url}/api/nope/${"x".repeat(50)}?a=${TOKEN}`);
    const socket = await connectWs(`${url.replace("http", "ws")}/api/ws`);
    await socket.messages.next();
    const at = await metricsOf(url);
    const requests = (route: string, method: string, status: number) =>
      at(`clawtasker_http_requests_total{route="${route}",method="${method}",status="${status}"}`);
    assert.is(requests("/api/tasks/create", "POST", 200), 1);
    assert.is(requests("/api/tasks/create", "POST", 401), 1);
    assert.is(requests("unknown", "GET", 404), 1);
    assert.is(at('clawtasker_rejections_total{code="unknown_id"}'), 1);
    assert.ok(at("clawtasker_commit_seconds_count") >= 2);
    assert.is(at("clawtasker_feed_lag_seconds_count"), 1);
    assert.is(at("clawtasker_seq"), 2);
    assert.is(at('clawtasker_clients{transport="ws"}'), 1);
    assert.ok(at("clawtasker_connections") >= 1);
    assert.is(at("clawtasker_buffered_bytes"), 0);
    assert.ok(at("nodejs_eventloop_lag_p99_seconds") > 0);
    assert.ok(at("nodejs_heap_size_used_bytes") > 0);
    socket.drop();
    const { body } = { body: await (await fetch(`${url}/metrics`)).text() };
    for (const secret of [TOKEN, "T-999", "nope"]) assert.not.ok(body.includes(secret), secret);
  }));

test("OPS-7: who is cut off is counted by its reason, and logged once a minute for an address", async () => {
  const data = makeDataDir();
  const said: string[] = [];
  const info = (_facts: object, message: string) => void said.push(message);
  const log = { ...SILENT, info };
  const server = await startServer({ config: quietConfig(data.dir), log });
  const { url, port } = server;
  try {
    for (let n = 0; n < 3; n++) {
      const ask = "GET /api/snapshot HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
      const socket = connect(port, "127.0.0.1", () => socket.write(ask.repeat(3_000)));
      await new Promise((resolve) =>
        socket
          .on("error", () => {})
          .on("close", resolve)
          .resume(),
      );
    }
    assert.is(said.filter((text) => text.startsWith("more requests waited on a")).length, 1);
    const metric = await metricsOf(url);
    for (const reason of CUT_OFF_REASONS) {
      // The others are there from the start, so that the first one is seen to rise.
      const count = reason === "pipelined" ? 3 : 0;
      assert.is(metric(`clawtasker_cut_off_total{reason="${reason}"}`), count, reason);
    }
  } finally {
    await server.close();
    data.remove();
  }
});

test("OPS-5: metrics are made once a second, however many ask", async () => {
  let time = 0;
  const metrics = createMetrics(() => time);
  const server = createServer((req, res) => {
    metrics.onRequest(req, res);
    metrics.handle(req, res);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const ask = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  try {
    const first = await ask();
    time = 999;
    assert.equal(await Promise.all([ask(), ask(), ask()]), [first, first, first]);
    time = 1_000;
    const [one, other] = await Promise.all([ask(), ask()]);
    assert.is.not(one, first);
    assert.is(one, other);
    assert.match(one, /^clawtasker_http_requests_total\{.*\} 4$/m);
  } finally {
    metrics.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

test("OPS-8: what a start cut off or refused is a warning in the log, else it is said by the way", () =>
  withFolder(async (dir) => {
    const said: string[] = [];
    const log = {
      info: (_facts: object, message: string) => void said.push(`info ${message}`),
      warn: (facts: object, message: string) =>
        void said.push(`warn ${message} ${(facts as RecoveryReport).cut_off?.entries}`),
      error() {},
    };
    const start = () => startServer({ config: quietConfig(dir), log });
    const first = await start();
    const { seq } = first.engine.view();
    await first.close();
    assert.ok(said.includes("info recovered"));
    const db = new Database(join(dir, "clawtasker.db"));
    db.exec(`UPDATE entries SET json = '{}' WHERE seq = ${seq}`);
    db.close();
    said.splice(0);
    await (await start()).close();
    assert.ok(said.includes("warn recovered, but for what was damaged 1"), said.join());
    assert.not.ok(said.includes("info recovered"));
  }));

test("OPS-2: where reading asks for a token, metrics do", () =>
  withServer(true, async (url) => {
    assert.is((await fetch(`${url}/metrics`)).status, 401);
    assert.is((await fetch(`${url}/metrics`, { headers: bearer(TOKEN) })).status, 200);
  }));

test("OPS-3: a refusal names its request; a sane name of the caller's is kept, another is not", () =>
  withServer(false, async (url) => {
    const idOf = async (headers: Record<string, string>, path = "/api/nope") =>
      (await fetch(url + path, { headers })).headers.get("x-request-id");
    assert.is(await idOf({ "x-request-id": "edge-1:2.3" }), "edge-1:2.3");
    assert.is(await idOf({ "x-request-id": "edge-1" }, "/api/health"), "edge-1");
    assert.is(await idOf({}, "/api/health"), null);
    const made = [
      await idOf({}),
      await idOf({ "x-request-id": "a b" }),
      await idOf({ "x-request-id": "x".repeat(200) }),
    ];
    for (const id of made) assert.match(id ?? "", /^[\w-]{8}-[0-9a-z]+$/);
    assert.is(new Set(made).size, 3);
  }));

test("ACC-2: after every kind of refusal no token is in any log line, and each names its request", async () => {
  const data = makeDataDir();
  const server = await startProcess(data.dir, { env: { CLAWTASKER_LOG: "trace" } });
  const { url } = server;
  const made = await postTo(url, "tokens/create", { name: "n", role: "agent", agent_id: "codex" });
  const named = String(made.body.token);
  const tokens = [TOKEN, named, "wrong-token-0123456789"];
  for (const token of tokens) {
    for (const [name, body] of [
      ["tasks/create", { title: "X", author: "ralph" }],
      ["tasks/create", { title: 7, write_token: token }],
      ["tasks/update", { task_id: "T-201", note: token }],
      ["agents/heartbeat", { agent_id: "codex", doing_summary: token }],
      ["tokens/create", { name: "n", role: "owner" }],
      ["demo/reset", {}],
    ] as const) {
      await postTo(url, name, body, bearer(token));
      await postTo(url, name, { ...body, write_token: token }, { authorization: token });
      await fetch(`${url}/api/${name}?token=${token}`, {
        method: "POST",
        headers: bearer(token),
        body: "{",
      });
    }
    for (const path of [
      "/api/tokens",
      "/api/session",
      "/mcp",
      `/api/x?t=${token}`,
      `/%?${token}`,
    ]) {
      await fetch(url + path, { headers: bearer(token) });
      await fetch(url + path, { method: "POST", headers: bearer(token), body: token });
    }
    await connectWs(`${url.replace("http", "ws")}/api/nope?token=${token}`).catch(() => {});
  }
  await postTo(url, "tokens/revoke", { name: "n" });
  await server.end("SIGTERM");
  const lines = server.errors().split("\n").filter(Boolean);
  assert.ok(lines.length > 10, `${lines.length} lines`);
  for (const line of lines) {
    const facts = JSON.parse(line) as { msg: string; request_id?: string };
    for (const token of tokens) assert.not.ok(line.includes(token), line);
    if (facts.msg === "write refused") assert.match(facts.request_id ?? "", /^[\w-]{8}-/);
  }
  data.remove();
});

test.run();
