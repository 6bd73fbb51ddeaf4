/** The security headers, on whatever a running server answers: by its HTTP, its sockets, or in a last word. */
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { SECURITY_HEADERS } from "../../core/index.ts";
import { TOKEN } from "../support/process.ts";
import { withServer } from "../support/tokens.ts";

const UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
const KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/** Head of a request, without the Host, and the status of its answer. */
const ASKED: readonly (readonly [string, number | "200|404"])[] = [
  // The page may not be built.
  ["GET / HTTP/1.1\r\n", "200|404"],
  ["GET /docs HTTP/1.1\r\n", 200],
  ["GET /api/health HTTP/1.1\r\n", 200],
  ["GET /livez HTTP/1.1\r\n", 200],
  ["GET /readyz HTTP/1.1\r\n", 200],
  ["GET /metrics HTTP/1.1\r\n", 200],
  ["GET /api/system/backup HTTP/1.1\r\n", 401],
  [`GET /api/system/backup HTTP/1.1\r\nAuthorization: Bearer ${TOKEN}\r\n`, 200],
  ["GET /api/none HTTP/1.1\r\n", 404],
  ["GET /none.js HTTP/1.1\r\n", 404],
  ["GET /%zz HTTP/1.1\r\n", 400],
  ["GET /api/ws HTTP/1.1\r\n", 426],
  ["DELETE /api/health HTTP/1.1\r\n", 405],
  ["OPTIONS /api/health HTTP/1.1\r\n", 204],
  ["POST /api/tasks/create HTTP/1.1\r\nContent-Length: 0\r\n", 401],
  ["POST /mcp HTTP/1.1\r\nContent-Length: 0\r\n", 401],
  [`POST /mcp HTTP/1.1\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Length: 0\r\n`, 400],
  ["GET /api/health HTTP/1.1\r\nOrigin: http://elsewhere.example\r\n", 403],
  ["GET /api/health HTTP/1.1\r\nExpect: wonders\r\n", 417],
  // Refused upgrades.
  [`GET /none HTTP/1.1\r\n${UPGRADE}${KEY}`, 404],
  [`GET /api/ws HTTP/1.1\r\n${UPGRADE}${KEY}Origin: http://elsewhere.example\r\n`, 403],
  [`GET /api/ws?since=x HTTP/1.1\r\n${UPGRADE}${KEY}`, 400],
  [`GET /api/ws HTTP/1.1\r\n${UPGRADE}`, 400],
  ["POST /api/ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 1\r\n", 400],
  ["GET /api/health HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n", 200],
  // What never became a request.
  ["GET /api/health HTTP/9.9\r\n", 400],
  [`GET /api/health HTTP/1.1\r\nX: ${"x".repeat(20_000)}\r\n`, 431],
];

async function ask(port: number, head: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  const close = head.includes("Upgrade:") ? "" : "Connection: close\r\n";
  socket.write(`${head}Host: 127.0.0.1:${port}\r\n${close}\r\n`);
  return text(socket);
}

test("ACC-30: every answer has the security headers, whoever writes it: refused upgrades and last words too", () =>
  withServer(async ({ url }) => {
    const port = Number(new URL(url).port);
    for (const [head, status] of ASKED) {
      const [answer = ""] = (await ask(port, head)).split("\r\n\r\n");
      const at = `${head.slice(0, 120)}\n${answer.slice(0, 300)}`;
      assert.match(answer, new RegExp(`^HTTP/1.1 (${status}) `), at);
      const lines = answer.split("\r\n").map((line) => line.toLowerCase());
      for (const [name, value] of SECURITY_HEADERS) {
        const found = lines.filter((line) => line.startsWith(`${name.toLowerCase()}:`));
        assert.equal(found, [`${name}: ${value}`.toLowerCase()], at);
      }
    }
    const names = SECURITY_HEADERS.map(([name]) => name);
    assert.ok(names.includes("Content-Security-Policy"));
  }));

test("ACC-30: a page that opened ours has no hold on its window, and none loads an answer as a part of itself", () =>
  withServer(async ({ url }) => {
    for (const path of ["/", "/board", "/docs", "/api/session"]) {
      const { headers } = await fetch(url + path);
      assert.is(headers.get("cross-origin-opener-policy"), "same-origin", path);
      assert.is(headers.get("cross-origin-resource-policy"), "same-origin", path);
    }
  }));

test.run();
