/** The server as its user meets it: a process with a start line, exit codes, signals and one token. */
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { WebSocket } from "ws";
import { getFrom, makeDataDir, outputOf, postTo, startProcess, TOKEN } from "../support/process.ts";
import { sizeFor } from "../support/soak.ts";
import { connectSse } from "../support/streams.ts";

test("--version and --help answer and end with 0; a wrong setting ends with 2", async () => {
  const [version, help, wrong] = await Promise.all([
    outputOf(["--version"]),
    outputOf(["--help"]),
    outputOf(["--port", "x"]),
  ]);
  assert.is(version.code, 0);
  assert.match(version.out, /^\d+\.\d+\.\d+\n$/);
  assert.is(help.code, 0);
  assert.match(help.out, /CLAWTASKER_DATA_DIR/);
  assert.is(wrong.code, 2);
  assert.match(wrong.err, /^clawtasker: --port must be/);
});

test("ACC-5: off loopback with the default token the process ends with 2 and says what to set", async () => {
  const { code, err } = await outputOf(["--host", "0.0.0.0", "--port", "0"]);
  assert.is(code, 2);
  assert.match(err, /set CLAWTASKER_API_TOKEN/);
});

test("DUR-11: a second server on the same data is refused with the remedy, the first goes on", async () => {
  const { dir, remove } = makeDataDir();
  const first = await startProcess(dir);
  try {
    const second = await outputOf(["--port", "0", "--data-dir", dir], { CLAWTASKER_LOG: "silent" });
    assert.is(second.code, 1);
    assert.match(second.err, /another server.*CLAWTASKER_DATA_DIR/);
    assert.is((await postTo(first.url, "tasks/create", { title: "still here" })).status, 200);
  } finally {
    await first.end("SIGTERM");
    remove();
  }
});

test("ACC-2: the token is in no file, no log line and no answer", async () => {
  const { dir, remove } = makeDataDir();
  const server = await startProcess(dir, { env: { CLAWTASKER_LOG: "trace" } });
  try {
    const body = { title: "with a token", write_token: TOKEN };
    const answer = await postTo(server.url, "tasks/create", body, { authorization: "" });
    assert.is(answer.status, 200);
    await postTo(server.url, "tasks/create", { ...body, title: { nested: TOKEN } });
    await postTo(server.url, "tasks/create", { title: "x" }, { authorization: `Bearer ${TOKEN}x` });
    const shown = [
      JSON.stringify(answer.body),
      JSON.stringify(await getFrom(server.url, "/api/snapshot")),
      JSON.stringify(await getFrom(server.url, "/api/system/recovery")),
    ];
    assert.is(await server.end("SIGTERM"), 0);
    const files = readdirSync(dir).map((name) => readFileSync(join(dir, name), "latin1"));
    assert.ok(files.length > 0);
    for (const text of [...shown, ...files, server.errors()]) assert.not.ok(text.includes(TOKEN));
  } finally {
    await server.end("SIGKILL");
    remove();
  }
});

test("HTTP-3: an offer to upgrade to something else is passed over, with a body it is refused in words", async () => {
  const { dir, remove } = makeDataDir();
  const server = await startProcess(dir);
  const ask = (options: object, path: string) =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      const headers = {
        connection: "Upgrade, HTTP2-Settings",
        upgrade: "h2c",
        "http2-settings": "AA",
      };
      const req = request(`${server.url}${path}`, { headers, agent: false, ...options }, (res) => {
        let body = "";
        res.setEncoding("utf8");
        res.on("data", (text: string) => {
          body += text;
        });
        res.on("end", () => resolve({ status: res.statusCode ?? 0, body }));
      });
      req.on("error", reject);
      req.end();
    });
  try {
    const health = await ask({}, "/api/health");
    assert.is(health.status, 200);
    assert.is((JSON.parse(health.body) as { ok: boolean }).ok, true);
    const post = await ask({ method: "POST" }, "/api/demo/reset");
    assert.is(post.status, 400);
    assert.match(post.body, /without an Upgrade header/);
  } finally {
    await server.end("SIGTERM");
    remove();
  }
});

test("DUR-15 WS-4: SIGTERM under load ends with 0, sockets get 1012, every acknowledged write is kept", async () => {
  const size = sizeFor("shutdown", 10);
  const { dir, remove } = makeDataDir();
  try {
    const server = await startProcess(dir, { args: ["--blank"] });
    const events = `${server.url}/api/events/stream`;
    const readers = await Promise.all(Array.from({ length: size.count }, () => connectSse(events)));
    const sockets = Array.from(
      { length: size.count },
      () => new WebSocket(`${server.url.replace("http", "ws")}/api/ws`),
    );
    await Promise.all(sockets.map((socket) => once(socket, "message")));
    const codes = sockets.map((socket) => once(socket, "close").then(([code]) => code as number));
    const acknowledged: string[] = [];
    let ended: Promise<number | null> | null = null;
    let asked = 0;
    const writer = async (number: number) => {
      for (let n = 0; ; n++) {
        const title = `task ${number}-${n}`;
        try {
          const { status } = await postTo(server.url, "tasks/create", { title });
          if (status === 200) acknowledged.push(title);
          if (status === 503) return;
        } catch {
          return;
        }
        if (acknowledged.length < 40 || ended) continue;
        asked = performance.now();
        ended = server.end("SIGTERM");
      }
    };
    await Promise.all([writer(1), writer(2), writer(3), writer(4)]);
    assert.is(await ended, 0);
    const ms = Math.round(performance.now() - asked);
    assert.equal(new Set(await Promise.all(codes)), new Set([1012]));
    await Promise.all(readers.map(({ closed }) => closed));

    const again = await startProcess(dir);
    const { tasks } = (await getFrom(again.url, "/api/snapshot")) as { tasks: { title: string }[] };
    await again.end("SIGTERM");
    const titles = tasks.map(({ title }) => title);
    assert.equal(titles.sort(), [...new Set(titles)].sort(), "a write was doubled");
    assert.equal(
      acknowledged.filter((title) => !titles.includes(title)),
      [],
    );
    size.reached(
      `${size.count} SSE, ${size.count} WS, ${acknowledged.length} writes: out in ${ms} ms, all 1012, 0 lost`,
    );
    if (size.soaking) assert.ok(ms < 5_000, `it took ${ms} ms`);
  } finally {
    remove();
  }
});

test.run();
