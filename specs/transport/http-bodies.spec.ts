/**
 * What a body may be: its size, its type, its encoding, its depth. Neighbour: `transport-http/body.ts`.
 */
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { MAX_PIECES } from "../../core/index.ts";
import { MAX_BODY_BYTES } from "../../transport-http/index.ts";
import { type HttpServer, TOKEN, withHttp } from "../support/http.ts";

const JSON_HEADERS = { Authorization: `Bearer ${TOKEN}`, "Content-Type": "application/json" };
const CHUNKED = { ...JSON_HEADERS, "Transfer-Encoding": "chunked" };

/** A good body of exactly so many bytes; what fills it is an unknown field. */
function bodyOf(bytes: number): string {
  const around = JSON.stringify({ title: "Large", fill: "" }).length;
  return JSON.stringify({ title: "Large", fill: "x".repeat(bytes - around) });
}

function send(http: HttpServer, body: string | Uint8Array, headers: object) {
  return http.send("/api/tasks/create", { method: "POST", body, headers: { ...headers } });
}

test("HTTP-4: a body of 163,840 bytes passes, one more is 413, with a length and in chunks", () =>
  withHttp({}, async (http) => {
    assert.is(MAX_BODY_BYTES, 163_840);
    for (const headers of [JSON_HEADERS, CHUNKED]) {
      const fits = bodyOf(MAX_BODY_BYTES);
      assert.is(Buffer.byteLength(fits), MAX_BODY_BYTES);
      const passed = await send(http, fits, headers);
      assert.is(passed.status, 200, passed.text);
      const { seq } = http.engine.view();
      const refused = await send(http, bodyOf(MAX_BODY_BYTES + 1), headers);
      assert.equal([refused.status, refused.body.code], [413, "too_large"]);
      assert.match(String(refused.body.error), "163840");
      assert.is(http.engine.view().seq, seq);
    }
    // The same connection still serves.
    assert.is((await http.get("/api/health")).status, 200);
  }));

test("HTTP-4: a body without end is refused while it is being sent, and its sender cut off", () =>
  withHttp({}, async (http) => {
    const socket = connect(http.port, "127.0.0.1");
    const ended = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    // A sender that is cut off in the middle may find out by a reset.
    socket.on("error", () => {});
    const chunk = (bytes: number) => `${bytes.toString(16)}\r\n${" ".repeat(bytes)}\r\n`;
    const fields = Object.entries({ Host: `127.0.0.1:${http.port}`, ...CHUNKED });
    const head = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    socket.write(`POST /api/tasks/create HTTP/1.1\r\n${head}\r\n${chunk(MAX_BODY_BYTES + 1)}`);
    const answer = await new Promise<string>((resolve) => {
      socket.once("data", (data: Buffer) => resolve(data.toString()));
    });
    assert.match(answer, /^HTTP\/1\.1 413 /, "answered before the end");
    const go = () => {
      while (!socket.destroyed && socket.write(chunk(64 * 1024)));
    };
    socket.on("drain", go);
    go();
    await ended;
    assert.ok(socket.bytesWritten < 64 * 1024 * 1024);
  }));

/** Dials with the head of a request whose body comes in chunks. */
function dialChunked(http: HttpServer, line: string, headers: object = {}) {
  const socket = connect(http.port, "127.0.0.1");
  // A sender that is cut off in the middle may find out by a reset.
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  let text = "";
  socket.on("data", (data: Buffer) => {
    text += data.toString();
  });
  const fields = Object.entries({
    Host: `127.0.0.1:${http.port}`,
    "Transfer-Encoding": "chunked",
    ...headers,
  });
  const head = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  socket.write(`${line} HTTP/1.1\r\n${head}\r\n`);
  return { socket, closed, text: () => text };
}

const TINY = "1\r\n \r\n";
const MUCH = 16 * 1024 * 1024;

/** Sends tiny pieces for as long as they are taken, but no more than much. */
function sayOn(socket: Socket): void {
  const go = () => {
    while (!socket.destroyed && socket.bytesWritten < MUCH && socket.write(TINY.repeat(1_000)));
    if (socket.bytesWritten >= MUCH) socket.destroy();
  };
  socket.on("drain", go);
  go();
}

test("HTTP-4: a body may come in 2,048 pieces; one more is 413, however small they are", () =>
  withHttp({}, async (http) => {
    for (const [pieces, status] of [
      [MAX_PIECES, 200],
      [MAX_PIECES + 1, 413],
    ] as const) {
      const { socket, closed, text } = dialChunked(http, "POST /api/tasks/create", {
        ...JSON_HEADERS,
        Connection: "close",
      });
      const body = '{"title":"x"}';
      socket.write(`${TINY.repeat(pieces - 1)}d\r\n${body}\r\n0\r\n\r\n`);
      await closed;
      assert.match(text(), new RegExp(`^HTTP/1\\.1 ${status} `));
      if (status === 413) assert.match(text(), "more than 2048 pieces; send larger ones");
    }
  }));

for (const line of ["GET /api/health", "OPTIONS /api/health", "GET /nowhere", "PUT /api/health"])
  test(`HTTP-4: with ${line} nobody reads a body: it is answered, and the connection ends with the answer`, () =>
    withHttp({}, async (http) => {
      const { socket, closed, text } = dialChunked(http, line);
      sayOn(socket);
      await closed;
      assert.ok(socket.bytesWritten < MUCH, `${socket.bytesWritten} bytes were taken`);
      const own = dialChunked(http, line);
      own.socket.write("0\r\n\r\n");
      await own.closed;
      assert.match(own.text(), /^HTTP\/1\.1 [24]0\d .*\r\nConnection: close\r\n/s);
      assert.is(text().split("HTTP/1.1").length <= 2, true);
    }));

test("HTTP-4: behind an early answer what comes in tiny pieces is not taken off the wire for long", () =>
  withHttp({}, async (http) => {
    let taken = 0;
    http.server.once("connection", (each) =>
      each.once("close", () => {
        taken = each.bytesRead;
      }),
    );
    const { socket, closed } = dialChunked(http, "POST /api/tasks/create");
    sayOn(socket);
    await closed;
    assert.ok(taken > 6_000 && taken < 512 * 1024, `${taken} bytes were taken`);
  }));

test("HTTP-4: a declared length over the bound is refused before anything is read", () =>
  withHttp({}, async (http) => {
    const req = request({
      host: "127.0.0.1",
      port: http.port,
      path: "/api/tasks/create",
      method: "POST",
      headers: { ...JSON_HEADERS, "Content-Length": 10_000_000_000 },
    });
    req.on("error", () => {});
    const status = await new Promise<number>((resolve) => {
      req.once("response", (res) => {
        res.on("error", () => {});
        resolve(res.statusCode ?? 0);
      });
      req.flushHeaders();
    });
    req.destroy();
    assert.is(status, 413);
  }));

test("HTTP-4: a compressed body that holds more than the bound is 413, and never unpacked beyond it", () =>
  withHttp({}, async (http) => {
    const whole = JSON.stringify({ title: "X" });
    for (const [encoding, pack] of [
      ["gzip", gzipSync],
      ["GZip", gzipSync],
      ["deflate", deflateSync],
      ["br", brotliCompressSync],
    ] as const) {
      const say = (text: string | Buffer) =>
        http.send("/api/tasks/create", {
          method: "POST",
          body: pack(text),
          headers: {
            "Content-Type": "application/json",
            "Content-Encoding": encoding,
            Authorization: `Bearer ${TOKEN}`,
          },
        });
      assert.is((await say(Buffer.alloc(1024 * 1024))).status, 413, encoding);
      assert.is((await say(" ".repeat(MAX_BODY_BYTES - whole.length + 1) + whole)).status, 413);
      // What would fit is told to come as it is.
      assert.is((await say(" ".repeat(MAX_BODY_BYTES - whole.length) + whole)).status, 415);
    }
    const broken = await http.send("/api/tasks/create", {
      method: "POST",
      body: "no gzip",
      headers: {
        "Content-Type": "application/json",
        "Content-Encoding": "gzip",
        Authorization: `Bearer ${TOKEN}`,
      },
    });
    assert.is(broken.status, 415);
    assert.is(http.engine.view().seq, 1);
  }));

test("HTTP-4: compressed bodies and other content types are 415, with the remedy", () =>
  withHttp({}, async (http) => {
    const body = JSON.stringify({ title: "X" });
    const { seq } = http.engine.view();
    for (const encoding of ["gzip", "br", "deflate", "identity, gzip"]) {
      const sent = encoding === "gzip" ? gzipSync(body) : body;
      const answer = await send(http, sent, { ...JSON_HEADERS, "Content-Encoding": encoding });
      assert.is(answer.status, 415, encoding);
      assert.match(String(answer.body.error), "send it uncompressed");
    }
    for (const type of [
      ...["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"],
      ...["application/json; charset=latin1", "application/jsonp", "json", ""],
    ]) {
      const answer = await send(http, body, { ...JSON_HEADERS, "Content-Type": type });
      assert.is(answer.status, 415, type);
      assert.match(String(answer.body.error), "application/json");
    }
    const { Authorization } = JSON_HEADERS;
    assert.is((await send(http, body, { Authorization })).status, 415, "no type at all");
    assert.is(http.engine.view().seq, seq);
    for (const type of [
      ...[
        "application/json",
        "Application/JSON; charset=UTF-8",
        'application/json;charset="utf-8"',
      ],
      "application/json ; version=1",
    ]) {
      const headers = { ...JSON_HEADERS, "Content-Type": type, "Content-Encoding": "identity" };
      assert.is((await send(http, body, headers)).status, 200, type);
    }
  }));

test("HTTP-4: what is no JSON object is 400, and the answer quotes none of it", () =>
  withHttp({}, async (http) => {
    const { seq } = http.engine.view();
    for (const body of [
      ...["{", `{"write_token":"${TOKEN}",}`, "nonsense", " ", "{}{}", '{"a":\u0001}', "\u0000"],
      Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    ]) {
      const answer = await send(http, body, JSON_HEADERS);
      assert.equal(
        [answer.status, answer.body.error],
        [400, "the body is not valid JSON in UTF-8"],
        String(body),
      );
    }
    for (const body of ["[]", "null", '"text"', "7", "true", '[{"title":"X"}]']) {
      const answer = await send(http, body, JSON_HEADERS);
      assert.equal([answer.status, answer.body.error], [400, "the body must be a JSON object"]);
    }
    assert.is(http.engine.view().seq, seq);
    const marked = await send(http, `\uFEFF${JSON.stringify({ title: "X" })}`, JSON_HEADERS);
    assert.is(marked.status, 200, "a byte order mark does no harm");
  }));

test("HTTP-4: a body nested too deep is 400, wherever it is deep; brackets in texts are only text", () =>
  withHttp({}, async (http) => {
    const deep = `${"[".repeat(80_000)}${"]".repeat(80_000)}`;
    const nested = `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`;
    for (const body of [
      `{"title":"X","status":${deep}}`,
      `{"title":${nested}}`,
      `{"title":"X","unknown":${deep}}`,
      `{"title":"X","labels":${deep}}`,
    ]) {
      const answer = await send(http, body, JSON_HEADERS);
      assert.is(answer.status, 400, answer.text.slice(0, 200));
      assert.match(String(answer.body.error), "nested more than 64 levels");
    }
    const short = `{"title":"X","status":${"[".repeat(900)}${"]".repeat(900)}}`;
    assert.is((await send(http, short, JSON_HEADERS)).status, 400);
    const text = JSON.stringify({ title: "X", description: `\\" ${"[{".repeat(5_000)}` });
    assert.is((await send(http, text, JSON_HEADERS)).status, 200);
    const wide = JSON.stringify({ title: "X", unknown: Array(15_000).fill({ a: [] }) });
    assert.is((await send(http, wide, JSON_HEADERS)).status, 200);
    const fields = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`k${n}`, n]));
    const broad = await send(http, JSON.stringify({ title: "X", ...fields }), JSON_HEADERS);
    assert.equal(
      [broad.status, broad.body.error],
      [400, "the body has an object of more than 500 fields"],
    );
  }));

test("HTTP-4: a client that goes away in the middle of its body changes nothing", () =>
  withHttp({}, async (http) => {
    const closed = new Promise<void>((resolve) => {
      http.server.once("request", (req) => req.once("close", resolve));
    });
    const req = request({
      host: "127.0.0.1",
      port: http.port,
      path: "/api/tasks/create",
      method: "POST",
      headers: { ...JSON_HEADERS, "Content-Length": 100 },
    });
    req.on("error", () => {});
    http.server.once("request", () => req.destroy());
    req.write('{"title":');
    await closed;
    assert.is(http.engine.view().seq, 1);
    assert.is((await http.get("/api/health")).status, 200);
    assert.equal(http.logged, []);
  }));

test.run();
