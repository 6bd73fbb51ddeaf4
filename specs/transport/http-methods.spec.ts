/**
 * Routes and methods that are not there, and what nobody expected: always a documented status and a
 * JSON sentence, never an internal. Neighbours: `http-errors.spec.ts`, `transport-http/problem.ts`.
 */
import { connect } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  createMemoryJournal,
  JournalRefusal,
  queries,
  SOCKET_PATH,
  writes,
} from "../../core/index.ts";
import { createRoutes } from "../../transport-http/routes.ts";
import { isRefusal, TOKEN, withHttp } from "../support/http.ts";

const POSTS = [...writes.values()];

const STREAMS = { "/api/events/stream": () => {} };

test("HTTP-3: every known route answers other methods with 405 and Allow, OPTIONS with 204", () =>
  withHttp({ streams: STREAMS }, async (http) => {
    const paths: [string, string][] = [
      ...POSTS.map(({ name }): [string, string] => [`/api/${name}`, "POST, OPTIONS"]),
      ...[...queries.keys()].map((name): [string, string] => [
        `/api/${name}`,
        "GET, HEAD, OPTIONS",
      ]),
      ["/api/events/stream", "GET, HEAD, OPTIONS"],
    ];
    const known = [...paths.map(([path]) => path), SOCKET_PATH];
    assert.equal(known.sort(), [...createRoutes(STREAMS).keys()].sort());
    assert.ok(paths.length >= 42, "the reference alone has 30 writes, 11 reads and the stream");
    for (const [path, allow] of paths) {
      for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
        const known = allow.split(", ").includes(method);
        if (known && method !== "OPTIONS") continue;
        const answer = await http.send(path, { method });
        assert.is(answer.status, known ? 204 : 405, `${method} ${path}`);
        assert.is(answer.headers.allow, allow, `${method} ${path}`);
        assert.is(answer.headers["access-control-allow-origin"], undefined);
        if (!known && method !== "HEAD") isRefusal(answer, 405, `${method} ${path}`);
      }
    }
    assert.is(http.engine.view().seq, 1);
  }));

test("HTTP-3: an unknown route is 404 for every method, internal actions too", () =>
  withHttp({}, async (http) => {
    for (const path of [
      "/api",
      "/api/",
      "/api/nope",
      "/api/Health",
      "/api/health/",
      "/api/system/sweep",
      "/api/%zz",
      "/api/tasks/%2e%2e/health",
      "/nope",
    ]) {
      for (const method of ["GET", "POST", "DELETE", "OPTIONS"]) {
        isRefusal(await http.send(path, { method }), 404, `${method} ${path}`);
      }
      assert.is((await http.post(path, {})).status, 404);
    }
    assert.is(http.engine.view().seq, 1);
  }));

test("HTTP-3: the socket's route says what it speaks", () =>
  withHttp({}, async (http) => {
    const answer = await http.get("/api/ws");
    isRefusal(answer, 426, "/api/ws");
    assert.is(answer.headers.upgrade, "websocket");
  }));

/** Runs without NODE_ENV, which is when Express shows stacks. */
async function withoutNodeEnv(run: () => Promise<void>): Promise<void> {
  const before = process.env.NODE_ENV;
  delete process.env.NODE_ENV;
  try {
    await run();
  } finally {
    if (before !== undefined) process.env.NODE_ENV = before;
  }
}

const SECRET = "SQLITE_CORRUPT at /var/lib/secret/journal.db";

test("HTTP-9: what nobody expected is a 500 without internals, and is logged", () =>
  withoutNodeEnv(() => {
    const journal = createMemoryJournal();
    journal.findByKey = () => Promise.reject(new Error(SECRET));
    return withHttp({ journal }, async (http) => {
      const key = { "Idempotency-Key": "k" };
      const answer = await http.post("/api/tasks/create", { title: "X" }, key);
      isRefusal(answer, 500, "findByKey");
      assert.is(answer.text, '{"error":"internal error","code":"internal"}\n');
      assert.is(http.logged.length, 1);
      assert.match(http.logged[0] ?? "", '"path":"/api/tasks/create"');
      assert.is((await http.post("/api/tasks/create", { title: "X" })).status, 200);
    });
  }));

test("HTTP-9: a stream that breaks shows nothing either", () =>
  withoutNodeEnv(() => {
    const broken = () => {
      throw new Error(SECRET);
    };
    return withHttp({ streams: { "/api/events/stream": broken } }, async (http) => {
      isRefusal(await http.get("/api/events/stream?token=hidden"), 500, "stream");
      assert.not.match(http.logged.join(""), "hidden");
    });
  }));

test("HTTP-9, DUR-8: a full disk is a 503 that says so, with Retry-After, and changes nothing", () => {
  const journal = createMemoryJournal();
  const { append } = journal;
  let full = false;
  journal.append = (expectedSeq, records) =>
    full ? Promise.reject(new JournalRefusal("full", SECRET)) : append(expectedSeq, records);
  return withHttp({ journal }, async (http) => {
    full = true;
    const answer = await http.post("/api/tasks/create", { title: "X" });
    isRefusal(answer, 503, "full");
    assert.is(answer.headers["retry-after"], "1");
    assert.not.match(answer.text, "SQLITE");
    assert.is(http.engine.view().seq, 1);
    assert.is((await http.get("/api/snapshot")).status, 200);
    full = false;
    assert.is((await http.post("/api/tasks/create", { title: "X" })).status, 200);
  });
});

test("HTTP-9: a server that stops answers 503", () =>
  withHttp({}, async (http) => {
    await http.engine.close();
    isRefusal(await http.post("/api/tasks/create", { title: "X" }), 503, "stopping");
    assert.is((await http.get("/api/health")).status, 200);
  }));

/** What comes back for bytes that no client would send. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.on("error", reject).on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("close", () => resolve(Buffer.concat(chunks).toString()));
  });
}

test("HTTP-9: what is hardly HTTP is answered in JSON and shows nothing", () =>
  withoutNodeEnv(() =>
    withHttp({ pageDir: "." }, async (http) => {
      const host = `Host: 127.0.0.1:${http.port}\r\nConnection: close\r\n`;
      for (const [text, status] of [
        [`GET /%zz HTTP/1.1\r\n${host}\r\n`, 400],
        [`GET /a%00b HTTP/1.1\r\n${host}\r\n`, 404],
        [
          `GET /api/tasks/next?owner=%zz HTTP/1.1\r\n${host}Authorization: Bearer ${TOKEN}\r\n\r\n`,
          400,
        ],
        [`GET http://[/ HTTP/1.1\r\n${host}\r\n`, 400],
        [`GET http://evil.example/api/health HTTP/1.1\r\n${host}\r\n`, 404],
        [`OPTIONS * HTTP/1.1\r\n${host}\r\n`, 404],
        [`GET /api/health HTTP/1.1\r\n${host}X: ${"x".repeat(40_000)}\r\n\r\n`, 431],
        ["nonsense\r\n\r\n", 400],
        [`POST /api/tasks/create HTTP/1.1\r\n${host}Content-Length: x\r\n\r\n`, 400],
        [`GET /package.json HTTP/1.0\r\n\r\n`, 403],
      ] as const) {
        const [head = "", body = ""] = (await raw(http.port, text)).split("\r\n\r\n");
        const at = `${text.slice(0, 60)} → ${head} ${body}`;
        assert.ok(head.startsWith(`HTTP/1.1 ${status} `), at);
        assert.type((JSON.parse(body) as { error: unknown }).error, "string", at);
        assert.not.match(body, /node_modules|\bat \S+:\d+|\/work|Error:/, at);
      }
    }),
  ));

test.run();
