/**
 * The page's files as they are served: what is kept, what is asked for again, what is not there, and
 * the policy it runs under. Neighbour: `transport-http/page.ts`.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type HttpServer, withHttp } from "../support/http.ts";

async function withPage(run: (http: HttpServer) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "clawtasker-page-"));
  try {
    await mkdir(join(dir, "page", "assets"), { recursive: true });
    await writeFile(join(dir, "page", "index.html"), "<!doctype html><title>Console</title>");
    await writeFile(join(dir, "page", "assets", "index-Ab12Cd34.js"), "export {};");
    await writeFile(join(dir, "page", "icon.svg"), "<svg/>");
    await writeFile(join(dir, "secret.txt"), "not for you");
    await withHttp({ pageDir: join(dir, "page") }, run);
  } finally {
    await rm(dir, { recursive: true });
  }
}

const HTML = { Accept: "text/html,application/xhtml+xml" };

test("ACC-6: the page and its files carry a policy without unsafe-*, and only hashed ones are kept", () =>
  withPage(async (http) => {
    for (const path of ["/", "/board", "/tasks/T-203?tab=activity"]) {
      const answer = await http.get(path, HTML);
      assert.equal([answer.status, answer.text.slice(0, 9)], [200, "<!doctype"], path);
      assert.is(answer.headers["cache-control"], "no-cache");
      const policy = String(answer.headers["content-security-policy"]);
      assert.match(policy, "default-src 'none'");
      assert.match(policy, "frame-ancestors 'none'");
      assert.not.match(policy, "unsafe");
      assert.not.match(policy, "http");
      assert.is(answer.headers["x-content-type-options"], "nosniff");
      assert.is(answer.headers["referrer-policy"], "no-referrer");
      assert.is(answer.headers["cross-origin-resource-policy"], "same-origin");
      assert.is(answer.headers["x-powered-by"], undefined);
    }
    const script = await http.get("/assets/index-Ab12Cd34.js");
    assert.is(script.status, 200);
    assert.match(script.headers["cache-control"] ?? "", "immutable");
    assert.match(script.headers["content-type"] ?? "", "javascript");
    assert.is((await http.get("/icon.svg")).headers["cache-control"], "no-cache");
  }));

test("HTTP-3: what is neither file nor page is a 404 in JSON; nothing outside the folder is served", () =>
  withPage(async (http) => {
    for (const path of [
      ...["/assets/gone.js", "/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt"],
      ...["/assets", "/assets/", "/.git/config", "//secret.txt", "/%00"],
    ]) {
      const answer = await http.get(path);
      assert.ok(answer.status === 404 || answer.status === 400, `${path}: ${answer.status}`);
      assert.type(answer.body.error, "string", path);
      assert.not.match(answer.text, "not for you");
    }
    const odd = await http.get("/icon.svg", { Range: "bytes=99-" });
    assert.equal([odd.status, odd.body.error], [416, "range not satisfiable"]);
    assert.is((await http.send("/board", { method: "POST" })).status, 404);
    assert.is((await http.send("/", { method: "POST" })).status, 405);
    assert.is((await http.send("/", { method: "HEAD" })).status, 200);
  }));

test("HTTP-3: without a built page, the 404 says how to build it", () =>
  withHttp({}, async (http) => {
    for (const path of ["/", "/board"]) {
      const answer = await http.get(path, HTML);
      assert.is(answer.status, 404);
      assert.match(String(answer.body.error), "npm run build");
    }
    const dir = await mkdtemp(join(tmpdir(), "clawtasker-empty-"));
    try {
      await withHttp({ pageDir: dir }, async (empty) => {
        assert.match(String((await empty.get("/")).body.error), "npm run build");
      });
    } finally {
      await rm(dir, { recursive: true });
    }
  }));

test("HTTP-20: a client that goes away before its file is sent is no fault, however its going shows", () =>
  withPage(async (http) => {
    for (const code of ["EPIPE", "ECONNRESET"]) {
      // Without the luck of timing: an answer before it on the connection could not be written.
      const socket = new Duplex({
        read() {},
        write: (_chunk, _encoding, done) => done(),
      }) as Socket;
      const req = new IncomingMessage(socket);
      Object.assign(req, { method: "GET", url: "/", headers: { host: "localhost" } });
      const res = new ServerResponse(req);
      res.assignSocket(socket);
      const closed = new Promise((resolve) => socket.once("close", resolve));
      const setHeader = res.setHeader.bind(res);
      res.setHeader = (name, value) => {
        // The last step before the file is looked for.
        if (name === "Cache-Control") {
          process.nextTick(() => socket.destroy(Object.assign(new Error(code), { code })));
        }
        return setHeader(name, value);
      };
      socket.on("error", () => {});
      http.server.emit("request", req, res);
      await closed;
      assert.equal(http.logged, [], code);
    }
  }));

test.run();
