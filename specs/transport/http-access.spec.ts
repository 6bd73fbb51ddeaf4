/**
 * Who may speak to the server: the token, Host and Origin, the write limit. Neighbours: the gate of
 * the core, `transport-http/limits.ts`.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { queries, writes } from "../../core/index.ts";
import { whoIs } from "../../transport-http/limits.ts";
import { createSparing } from "../../transport-http/sparing.ts";
import { type HttpServer, TOKEN, withHttp } from "../support/http.ts";

const POSTS = [...writes.values()];
const GETS = [...queries.keys(), "events/stream"].map((name) => `/api/${name}`);

const WRONG_HEADERS = [
  ...["", "Bearer", "Bearer ", "Bearer wrong", `Basic ${TOKEN}`, TOKEN, `Bearer ${TOKEN}x`],
  ...[`Bearer ${"x".repeat(10_240)}`, `Bearer ${TOKEN.toUpperCase()}`, `Bearer ["${TOKEN}"]`],
];
const WRONG_TOKENS = [
  "",
  "wrong",
  [TOKEN],
  [],
  { token: TOKEN },
  null,
  7,
  true,
  "x".repeat(10_240),
];

test("ACC-1: every POST is 401 without the right token, whatever stands in its place", () =>
  withHttp({}, async (http) => {
    for (const { name, examples } of POSTS) {
      const path = `/api/${name}`;
      const body = examples[0] as object;
      for (const Authorization of WRONG_HEADERS) {
        const answer = await http.post(path, body, { Authorization });
        assert.is(answer.status, 401, `${path} ${Authorization.slice(0, 40)}`);
        assert.is(answer.headers["www-authenticate"], "Bearer");
        assert.equal(Object.keys(answer.body), ["error", "code"]);
      }
      for (const write_token of WRONG_TOKENS) {
        const answer = await http.post(path, { ...body, write_token }, { Authorization: "" });
        assert.is(answer.status, 401, `${path} ${JSON.stringify(write_token).slice(0, 40)}`);
      }
      const inQuery = await http.post(`${path}?write_token=${TOKEN}`, body, { Authorization: "" });
      assert.is(inQuery.status, 401);
    }
    assert.is(http.engine.view().seq, 1);
  }));

test("ACC-1: either place will do; tasks/next asks for the header; the other reads are open", () =>
  withHttp({}, async (http) => {
    const body = { task_id: "T-203", text: "Hello" };
    const comment = (more: object, Authorization: string) =>
      http.post("/api/tasks/comment", { ...body, ...more }, { Authorization });
    assert.is((await comment({}, `Bearer ${TOKEN}`)).status, 200);
    assert.is((await comment({}, `bearer   ${TOKEN} `)).status, 200);
    assert.is((await comment({ write_token: TOKEN }, "")).status, 200);
    assert.is((await comment({ write_token: TOKEN }, "Bearer wrong")).status, 200);
    assert.is((await comment({ write_token: "wrong" }, `Bearer ${TOKEN}`)).status, 200);

    for (const headers of [{}, ...WRONG_HEADERS.map((Authorization) => ({ Authorization }))]) {
      const answer = await http.get("/api/tasks/next?owner=codex", headers);
      assert.is(answer.status, 401);
      assert.is(answer.headers["www-authenticate"], "Bearer");
    }
    assert.is((await http.get(`/api/tasks/next?owner=codex&write_token=${TOKEN}`)).status, 401);
    for (const { name, auth, examples } of queries.values()) {
      if (auth) continue;
      const query = new URLSearchParams(examples[0] as Record<string, string>);
      assert.is((await http.get(`/api/${name}?${query}`)).status, 200, name);
    }
  }));

test("ACC-2: the token reaches neither state, journal, events, logs nor replies", () =>
  withHttp({}, async (http) => {
    let said = "";
    for (const { name, examples } of POSTS) {
      for (const more of [{}, { write_token: TOKEN }, { note: 7 }]) {
        const body = { ...(examples[0] as object), write_token: TOKEN, ...more };
        said += (await http.post(`/api/${name}`, body, { Authorization: "" })).text;
      }
    }
    said += (await http.post("/api/tasks/create", { title: "X" }, { Authorization: "Bearer no" }))
      .text;
    said += (await http.get("/api/snapshot")).text;
    said += (await http.get("/api/openclaw/contract")).text;
    said += http.logged.join("\n");
    said += (await http.journal.read(0, 1_000)).map(({ json }) => json).join("\n");
    assert.ok(http.engine.view().seq > 30);
    assert.is(http.logged.length, 1, "the refused attempt is logged");
    assert.not.ok(said.includes(TOKEN));
    assert.not.ok(said.includes('write_token":'));
  }));

/** Every route and a path of the page, with its method. */
const ROUTES: [method: string, path: string][] = [
  ...POSTS.map(({ name }): [string, string] => ["POST", `/api/${name}`]),
  ...GETS.map((path): [string, string] => ["GET", path]),
  ["GET", "/"],
  ["GET", "/board"],
  ["GET", "/api/nope"],
  ["OPTIONS", "/api/tasks/create"],
];

async function ask(
  http: HttpServer,
  method: string,
  path: string,
  headers: Record<string, string>,
) {
  return http.send(path, {
    method,
    headers: { Authorization: `Bearer ${TOKEN}`, "Content-Type": "application/json", ...headers },
    ...(method === "POST" && { body: {} }),
  });
}

test("ACC-3: a foreign Host or Origin is 403 on every route, and changes nothing", () =>
  withHttp({ streams: { "/api/events/stream": (_req, res) => res.end() } }, async (http) => {
    const own = `127.0.0.1:${http.port}`;
    for (const [method, path] of ROUTES) {
      for (const headers of [
        { Host: "evil.example" },
        { Host: `evil.example:${http.port}` },
        { Host: "127.0.0.1.evil.example" },
        { Host: "localhost.evil.example" },
        { Host: own, Origin: "https://evil.example" },
        { Host: own, Origin: "null" },
        { Host: own, Origin: `http://${own}.evil.example` },
        { Host: own, Origin: "http://127.0.0.1:1" },
        { Host: own, Origin: `http://localhost:${http.port}` },
      ]) {
        const answer = await ask(http, method, path, headers);
        const at = `${method} ${path} ${JSON.stringify(headers)}`;
        assert.equal([answer.status, answer.body.code], [403, "forbidden"], at);
        assert.match(String(answer.body.error), "CLAWTASKER_ALLOWED_HOSTS");
        assert.is(answer.headers["access-control-allow-origin"], undefined);
      }
    }
    assert.is(http.engine.view().seq, 1);
    const headers = { Host: own, Origin: `http://${own}` };
    assert.is((await ask(http, "GET", "/api/health", headers)).status, 200);
    assert.is((await ask(http, "POST", "/api/blank/reset", headers)).status, 200);
    assert.is(
      (await ask(http, "GET", "/api/health", { Host: `localhost:${http.port}` })).status,
      200,
    );
  }));

test("ACC-3: two Hosts are 400 on every route, also where each of them is ours", () =>
  withHttp({}, async (http) => {
    const own = `127.0.0.1:${http.port}`;
    for (const [method, path] of ROUTES) {
      for (const hosts of [
        [own, own],
        [own, "evil.example"],
        ["evil.example", own],
      ]) {
        // As bytes: Node's client sends no two.
        const lines = hosts.map((host, n) => `${n ? "hOST" : "Host"}: ${host}\r\n`).join("");
        const rest = `Authorization: Bearer ${TOKEN}\r\nConnection: close\r\n\r\n`;
        const socket = connect(http.port, "127.0.0.1");
        socket.end(`${method} ${path} HTTP/1.1\r\n${lines}${rest}`);
        const said = await text(socket);
        assert.match(said, /^HTTP\/1\.1 400 .*more than one Host.*"code":"invalid"/s);
      }
    }
    assert.is(http.engine.view().seq, 1);
  }));

const SITES = ["cross-site", "same-site"];
/** How a browser marks what a page loads, what a click leads to, and a frame. */
const LOADS = { "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "empty" };
const CLICK = { "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" };
const end = (_req: unknown, res: { end(): void }) => res.end();
const FRAME = { "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe" };

test("ACC-23: what a browser sends for a page of another site is 403 on every route, whatever else it says, and changes nothing", () =>
  withHttp({ streams: { "/api/events/stream": end, "/metrics": end } }, async (http) => {
    const routes: [string, string][] = [
      ...ROUTES,
      ["HEAD", "/api/health"],
      ["GET", "/metrics"],
      ["GET", "/docs"],
      ["GET", "/docs/swagger-ui.css"],
    ];
    for (const [method, path] of routes) {
      const ours = path !== "/metrics" && !path.startsWith("/api/");
      for (const site of SITES) {
        for (const [kind, more] of Object.entries({ LOADS, CLICK, FRAME, nothing: {} })) {
          if (ours && kind === "CLICK") continue;
          const answer = await ask(http, method, path, { "Sec-Fetch-Site": site, ...more });
          const at = `${method} ${path} ${site} ${kind}`;
          assert.is(answer.status, 403, at);
          if (method === "HEAD") continue;
          assert.is(answer.body.code, "forbidden", at);
          assert.match(String(answer.body.error), "another site");
        }
      }
    }
    assert.is(http.engine.view().seq, 1);
  }));

test("ACC-23: a link to the page works from anywhere, and so do the page's own requests and those of programs", () =>
  withHttp({ allowedHosts: ["desk.example"] }, async (http) => {
    for (const site of SITES) {
      const headers = { "Sec-Fetch-Site": site, ...CLICK };
      // It is not built here; that is another matter.
      assert.is((await ask(http, "GET", "/", headers)).body.code, "not_built");
      assert.is((await http.get("/docs", headers)).status, 200);
      const named = { "Sec-Fetch-Site": site, Origin: "https://desk.example" };
      assert.is((await ask(http, "GET", "/api/health", named)).status, 200, "named by the owner");
    }
    for (const headers of [
      { "Sec-Fetch-Site": "same-origin", ...LOADS },
      { "Sec-Fetch-Site": "none", ...CLICK },
      {},
    ]) {
      assert.is((await ask(http, "GET", "/api/health", headers)).status, 200);
      assert.is((await ask(http, "GET", "/docs/swagger-ui.css", headers)).status, 200);
    }
  }));

test("ACC-3: a host that was allowed is served", () =>
  withHttp({ allowedHosts: ["console.example"] }, async (http) => {
    const headers = { Host: "console.example", Origin: "https://console.example" };
    assert.is((await ask(http, "GET", "/api/health", headers)).status, 200);
  }));

test("ACC-4: the 31st write in a minute is 429 with Retry-After; refused ones count, reads do not", () =>
  withHttp({ writesPerMinute: 30 }, async (http) => {
    const create = (headers = {}) => http.post("/api/tasks/create", { title: "X" }, headers);
    const spend = [
      () => create(),
      () => create({ Authorization: "Bearer wrong" }),
      () => http.post("/api/tasks/update", {}),
      () => http.post("/api/tasks/create", "{"),
      () => http.post("/api/tasks/create", "x", { "Content-Type": "text/plain" }),
      () => http.post("/api/tasks/create", "x".repeat(200_000)),
    ];
    const statuses: number[] = [];
    for (let n = 0; n < 5; n++) {
      for (const one of spend) statuses.push((await one()).status);
      http.time.now += 1_000;
      assert.is((await http.get("/api/health")).status, 200);
      assert.is((await http.send("/api/health", { method: "POST" })).status, 405);
    }
    assert.is(statuses.length, 30);
    assert.not.ok(statuses.includes(429));

    const { seq } = http.engine.view();
    for (const headers of [{}, { "X-Forwarded-For": "10.0.0.9" }, { Forwarded: "for=10.0.0.9" }]) {
      const answer = await create(headers);
      assert.equal([answer.status, answer.body.code], [429, "rate_limited"]);
      assert.is(answer.headers["retry-after"], "55");
    }
    assert.is(http.engine.view().seq, seq);
    assert.is((await http.get("/api/snapshot")).status, 200);

    http.time.now += 54_999;
    assert.is((await create()).headers["retry-after"], "1");
    http.time.now += 1;
    for (let n = 0; n < 6; n++) assert.is((await create()).status, 200, "the first six are over");
    assert.is((await create()).headers["retry-after"], "1", "the next six a second later");
  }));

test("ACC-4: the actions of batches count too, a hundred for each write; a batch that is refused counts none", () =>
  withHttp({ writesPerMinute: 30 }, async (http) => {
    const one = { action: "tasks/comment", body: { task_id: "T-203", text: "X" } };
    const send = (count: number) => http.post("/api/batch", { actions: Array(count).fill(one) });
    for (let n = 0; n < 5; n++) assert.is((await send(500)).status, 200);
    assert.is((await send(499)).status, 200);
    const over = await send(2);
    assert.equal(
      [over.status, over.body.code, over.headers["retry-after"]],
      [429, "rate_limited", "60"],
    );
    assert.match(String(over.body.error), "more than 3000 actions in batches");
    assert.is((await send(1)).status, 200, "the last of the three thousand");
    assert.is((await http.post("/api/tasks/create", { title: "X" })).status, 200, "alone as ever");
    http.time.now += 60_000;
    assert.is((await send(500)).status, 200, "the minute is over");
  }));

test("ACC-27: what writes have the journal write has an allowance: small requests that are kept with large answers are 429, in MCP too, until it has fallen", () =>
  withHttp(
    {
      writesPerMinute: 30,
      mounts: { "/mcp": async (_req, res, { admitWrite }) => void res.end(admitWrite()?.message) },
    },
    async (http) => {
      const text = "x".repeat(20_000);
      for (let n = 0; n < 24; n++) {
        const said = { task_id: "T-203", author: "ceo", text };
        assert.ok((await http.engine.dispatch("tasks/comment", said)).ok);
      }
      const headers = (n: number) => ({ "Idempotency-Key": `k-${n}` });
      const one = (progress: number) => ({
        action: "tasks/update",
        body: { task_id: "T-203", progress },
      });
      const update = (n: number) =>
        http.post("/api/batch", { actions: Array(6).fill(one(n)) }, headers(n));
      // With each its answers are kept, six times the whole task: some 2,900,000 characters.
      for (let n = 0; n < 11; n++) assert.is((await update(n)).status, 200, `${n}`);
      const { seq } = http.engine.view();
      const over = await update(11);
      assert.equal([over.status, over.body.code], [429, "rate_limited"]);
      const seconds = Number(over.headers["retry-after"]);
      assert.ok(seconds >= 1 && seconds <= 7, `${seconds} s`);
      const words = `more than 30000000 characters written to the journal in a minute for this address (a million for each write of CLAWTASKER_WRITE_LIMIT); try again in ${seconds} s`;
      assert.is(over.body.error, words);
      assert.is((await http.post("/mcp", {})).text, words);
      const noToken = await http.post("/mcp", {}, { Authorization: "" });
      assert.equal([noToken.status, noToken.body.error], [429, words]);
      assert.is(http.engine.view().seq, seq);
      http.time.now += (seconds - 1) * 1_000;
      assert.is((await update(11)).headers["retry-after"], "1");
      http.time.now += 1_000;
      assert.is((await update(11)).status, 200);
      assert.is((await update(12)).status, 429);
    },
  ));

test("ACC-4: a stream is never answered by the limiter", () =>
  withHttp(
    { writesPerMinute: 1, streams: { "/api/events/stream": (_req, res) => res.end("ok") } },
    async (http) => {
      await http.post("/api/tasks/create", { title: "X" });
      assert.is((await http.post("/api/tasks/create", { title: "X" })).status, 429);
      for (let n = 0; n < 3; n++) assert.is((await http.get("/api/events/stream")).text, "ok");
    },
  ));

test("STR-11: whose a request is, where places are shared out, is its token and what has one allowance", () => {
  const from = (remoteAddress: string, token?: string) =>
    whoIs({ socket: { remoteAddress } } as IncomingMessage, token);
  assert.is(from("127.0.0.1"), from("::1"));
  assert.is(from("2001:db8::1"), from("2001:db8::2"));
  const all = [
    from("192.0.2.1"),
    from("192.0.2.2"),
    from("192.0.2.1", "a"),
    from("192.0.2.1", "b"),
  ];
  assert.is(new Set(all).size, 4);
});

test("OPS-6: refusals without a token leave one line a minute for each route, and then how many there were", () =>
  withHttp(
    { writesPerMinute: 60, mounts: { "/mcp": async (_req, res) => void res.end() } },
    async (http) => {
      const refused = async (count: number, path: string) => {
        for (let n = 0; n < count; n++)
          await http.post(path, {}, { Authorization: "Bearer wrong" });
        return http.logged.splice(0).map((line) => {
          const { message, path, status, unsaid } = JSON.parse(line) as Record<string, unknown>;
          return [message, path, status, unsaid];
        });
      };
      const said = "write refused";
      assert.equal(await refused(20, "/api/tasks/create"), [
        [said, "/api/tasks/create", 401, undefined],
      ]);
      assert.equal(await refused(20, "/api/tasks/update"), [[said, "/api/tasks/update", 401, 19]]);
      assert.equal(await refused(40, "/mcp"), [
        [said, "/mcp", 401, 19],
        [said, "/mcp", 429, 19],
      ]);
      http.time.now += 60_000;
      assert.equal(await refused(20, "/mcp"), [[said, "/mcp", 401, 19]]);
    },
  ));

test("OPS-6: no more than a hundred lines a minute, also where the clock is set back", () => {
  let now = 0;
  const spare = createSparing(() => now);
  const said = (count: number) =>
    Array.from({ length: count }, (_, n) => spare(`${n}`)).filter(Boolean).length;
  assert.is(said(300), 100);
  assert.is(spare("0"), null);
  now = 60_000;
  assert.equal(spare("0"), { unsaid: 201 });
  assert.equal(spare("1"), {});
  now = 59_999;
  assert.equal(spare("0"), {});
});

test("STR-9: a stream is told whether one of those who run the company came, also where reading asks for no token", () => {
  const told: unknown[] = [];
  const streams = {
    "/api/events/stream": (_req: IncomingMessage, res: ServerResponse, ...who: unknown[]) => {
      told.push(who);
      res.end();
    },
  };
  return withHttp({ streams }, async (http) => {
    await http.get("/api/events/stream");
    await http.get("/api/events/stream", { Authorization: "Bearer another" });
    await http.get("/api/events/stream", { Authorization: `Bearer ${TOKEN}` });
    assert.equal(told, [
      [undefined, false],
      [undefined, false],
      [undefined, true],
    ]);
  });
});

test.run();
