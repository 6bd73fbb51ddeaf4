/**
 * Requests that are sent while an answer is under way on the same connection, over raw sockets: upgrades,
 * streams, claims that wait, garbage, each behind each. Neighbours: `server/connections.ts`,
 * `server/upgrade.ts`, `transport-sse/index.ts`.
 */
import { connect, type Socket } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { get } from "../../core/table.ts";
import { startServer } from "../../server/compose.ts";
import {
  makeDataDir,
  openFiles,
  openSockets,
  postTo,
  quietConfig,
  type ServerProcess,
  SILENT,
  startProcess,
  TOKEN,
} from "../support/process.ts";
import { createRandom, seedOf } from "../support/random.ts";
import { grouped, sizeFor } from "../support/soak.ts";
import { eventually } from "../support/streams.ts";

const SIZE = sizeFor("pipelined", 40);
const WAIT_MS = 10_000;

function ask(line: string, headers: Record<string, string> = {}, body = ""): string {
  const all = {
    Host: "localhost",
    ...(body && { "Content-Length": `${body.length}` }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${line} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
const JSON_TYPE = { "Content-Type": "application/json" };
const upgrade = (to: string) => ({ Connection: "Upgrade", Upgrade: to });
const WEB_SOCKET = {
  ...upgrade("websocket"),
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
};

const stream = ask("GET /api/events/stream", bearer(TOKEN));
const claim = (agent_id: string) =>
  ask(
    "POST /api/tasks/claim",
    { ...bearer(TOKEN), ...JSON_TYPE },
    JSON.stringify({ agent_id, wait_seconds: 30 }),
  );
const mcpClaim = (agent_id: string) =>
  ask(
    "POST /mcp",
    { ...bearer(TOKEN), ...JSON_TYPE, Accept: "application/json, text/event-stream" },
    JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name: "claim_task", arguments: { agent_id, wait_seconds: 30 } },
    }),
  );

const unexpected = ask("GET /livez", { Expect: "the-unexpected" });

/** What is under way when the next one comes. */
const FIRSTS: Record<string, string> = {
  "the page": ask("GET /"),
  "a probe": ask("GET /livez"),
  metrics: ask("GET /metrics"),
  "a read": ask("GET /api/snapshot", bearer(TOKEN)),
  "a stream": stream,
  "a write without a token": ask("POST /api/demo/reset", JSON_TYPE, "{}"),
  "a claim that waits": claim("ghost"),
  "a claim by MCP": mcpClaim("ghost"),
  "a backup": ask("GET /api/system/backup", bearer(TOKEN)),
  "the last one by HTTP/1.0": ask("GET /livez").replace("HTTP/1.1", "HTTP/1.0"),
  "Expect: something else": unexpected,
};

const SECONDS: Record<string, string> = {
  h2c: ask("GET /livez", upgrade("h2c")),
  "h2c for a stream": ask("GET /api/events/stream", { ...bearer(TOKEN), ...upgrade("h2c") }),
  "h2c with a body": ask("POST /api/demo/reset", { ...upgrade("h2c"), ...JSON_TYPE }, "{}"),
  "a socket": ask("GET /api/ws", { ...bearer(TOKEN), ...WEB_SOCKET }),
  "a socket with a body": ask("GET /api/ws", { ...WEB_SOCKET, "Content-Length": "9" }),
  "a socket that is refused": ask("GET /api/ws", upgrade("websocket")),
  CONNECT: "CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
  "Expect: 100-continue": ask(
    "POST /api/tasks/claim",
    { ...bearer(TOKEN), ...JSON_TYPE, Expect: "100-continue" },
    "{}",
  ),
  "Expect: something else": unexpected,
  trailers: `${ask("POST /api/demo/reset", { ...JSON_TYPE, "Transfer-Encoding": "chunked", Trailer: "X-A" })}2\r\n{}\r\n0\r\nX-A: b\r\n\r\n`,
  "half a body": ask("POST /api/demo/reset", { ...JSON_TYPE, "Content-Length": "90" }),
  garbage: "nonsense\r\n\r\n",
  "the preface of HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "a large header": ask("GET /livez", { "X-A": "a".repeat(40_000) }),
};

const EACH = [...Object.values(FIRSTS), ...Object.values(SECONDS)];

interface Line {
  socket: Socket;
  text(): string;
  closed: Promise<void>;
}

/** Sends all of it at once, and reads whatever comes. */
function dial(url: string, packet: string): Promise<Line> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    const closed = new Promise<void>((gone) => socket.once("close", () => gone()));
    socket.on("error", reject).on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
    });
    socket.once("connect", () => {
      socket.write(packet, () => resolve({ socket, text: () => text, closed }));
    });
  });
}

/** On a connection of its own, which the server ends. */
async function read(url: string, path: string): Promise<string> {
  const line = await dial(url, ask(`GET ${path}`, { ...bearer(TOKEN), Connection: "close" }));
  await line.closed;
  return line.text();
}

async function isAlive(url: string, behind: string): Promise<void> {
  const answer = await read(url, "/livez").catch((error: Error) => error.message);
  assert.ok(answer.startsWith("HTTP/1.1 200 "), `after ${behind}: ${answer}`);
}

const told = new Map<string, string>();

/** How many readers the server believes in; not what it said last, which it says again for a second. */
async function clients(url: string): Promise<number> {
  const last = told.get(url);
  let text = await read(url, "/metrics");
  for (; bodyOf(text) === last; text = await read(url, "/metrics"));
  told.set(url, bodyOf(text));
  const counts = [...text.matchAll(/^clawtasker_clients\{.*\} (\d+)$/gm)];
  assert.is(counts.length, 2, text.slice(0, 200));
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

const bodyOf = (answer: string) => answer.slice(answer.indexOf("\r\n\r\n"));

async function isLeft({ url, child }: ServerProcess, sockets: number): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    await read(url, "/livez");
    const left = openSockets(child.pid) - sockets;
    if (left === 0) return;
    assert.ok(Date.now() < deadline, `${left} sockets are left`);
  }
}

async function isEmpty(server: ServerProcess, sockets: number): Promise<void> {
  await isLeft(server, sockets);
  assert.is(await clients(server.url), 0, "clients are left");
}

interface House {
  server: ServerProcess;
  /** Open before anybody came. */
  sockets: number;
}

/** With a process of its own; in the end it stops as it should, and has logged no fault. */
async function withProcess(readAuth: "0" | "1", run: (house: House) => Promise<void>) {
  const { dir, remove } = makeDataDir();
  const env = { CLAWTASKER_READ_AUTH: readAuth };
  const server = await startProcess(dir, { args: ["--blank"], env });
  try {
    await run({ server, sockets: openSockets(server.child.pid) });
    assert.is(await server.end("SIGTERM"), 0, server.errors());
    const faults = /"level":[56]0|Warning|\bat \S+:\d+/;
    assert.equal(
      server
        .errors()
        .split("\n")
        .filter((line) => faults.test(line)),
      [],
    );
  } finally {
    await server.end("SIGKILL");
    remove();
  }
}

async function hireGhost(url: string): Promise<void> {
  const agent = { agent_id: "ghost", name: "Ghost", role: "Writer", home_specialist: "code" };
  const { status, body } = await postTo(url, "agents/register", agent);
  assert.is(status, 200, JSON.stringify(body));
}

for (const readAuth of ["0", "1"] as const) {
  test(`ACC-22: whatever is behind an answer, the process goes on and holds nothing, READ_AUTH=${readAuth}`, () =>
    withProcess(readAuth, async ({ server, sockets }) => {
      const { url } = server;
      await hireGhost(url);
      let count = 0;
      const sends = async (packet: string, what: string) => {
        const { socket } = await dial(url, packet);
        await isAlive(url, what);
        // With a word, and without one.
        if (count++ % 2) socket.destroy();
        else socket.resetAndDestroy();
      };
      for (const [first, one] of Object.entries(FIRSTS)) {
        for (const [second, two] of Object.entries(SECONDS)) {
          await sends(one + two, `${second} behind ${first}`);
          await sends(one + one + two, `${second} behind twice ${first}`);
        }
        await isEmpty(server, sockets);
      }
    }));
}

test("ACC-22: so do random chains of them", () =>
  withProcess("0", async ({ server, sockets }) => {
    const { url } = server;
    await hireGhost(url);
    const seed = seedOf(1);
    const random = createRandom(seed);
    let round = 0;
    for (; SIZE.more(round); round++) {
      const chain = Array.from({ length: 2 + random.whole(5) }, () => random.pick(EACH));
      const { socket } = await dial(url, chain.join(""));
      await isAlive(url, `chain ${round} of seed ${seed}`);
      socket.destroy();
      if (round % 20 === 0) await isLeft(server, sockets);
    }
    await isEmpty(server, sockets);
    SIZE.reached(`${grouped(round)} random chains of 2 to 6: the server went on, nothing was left`);
  }));

test("ACC-22 STR-4: one connection takes no more than one place among the streams, and gives it back", () =>
  withProcess("1", async ({ server, sockets }) => {
    const { url } = server;
    for (const count of [2, 20, 1_500]) {
      const { socket } = await dial(url, stream.repeat(count));
      assert.ok((await clients(url)) <= 1, `${count} streams on one connection`);
      socket.destroy();
      await isEmpty(server, sockets);
    }
    const { socket, text } = await dial(url, ask("GET /livez") + stream);
    await eventually(() => text().includes("one of its own"), "it is told why");
    assert.match(text(), /HTTP\/1.1 200 .*HTTP\/1.1 503 .*"code":"unavailable"/s);
    socket.destroy();
    await isEmpty(server, sockets);
  }));

test("ACC-22 ACC-9: a revoked token takes all streams of a connection with it", () =>
  withProcess("1", async ({ server, sockets }) => {
    const { url } = server;
    const { body } = await postTo(url, "tokens/create", { name: "mine", role: "observer" });
    const own = ask("GET /api/events/stream", bearer(String(body.token)));
    const line = await dial(url, own.repeat(3));
    await eventually(() => line.text().includes("retry:"), "the stream is open");
    assert.is(await clients(url), 1);
    assert.is((await postTo(url, "tokens/revoke", { name: "mine" })).status, 200);
    await line.closed;
    await isEmpty(server, sockets);
  }));

test("ACC-22 DUR-15: a stop waits for none of what is behind an answer", () =>
  withProcess("0", async ({ server: { url } }) => {
    await hireGhost(url);
    const packets = [
      stream.repeat(3),
      claim("ghost") + stream,
      mcpClaim("ghost") + stream + mcpClaim("ghost"),
      SECONDS["h2c for a stream"] ?? "",
    ];
    for (const packet of packets) await dial(url, packet);
    await isAlive(url, "all of them");
  }));

test("ACC-22 AGT-8: claims that wait behind another answer go with their connection, and take nothing", async () => {
  const { dir, remove } = makeDataDir();
  const config = { ...quietConfig(dir), begin: "blank" as const };
  const server = await startServer({ config, log: SILENT });
  const { engine, url } = server;
  try {
    await hireGhost(url);
    for (const waits of [claim, mcpClaim]) {
      for (const count of [1, 12]) {
        const { socket } = await dial(url, stream + waits("ghost").repeat(count));
        await eventually(() => engine.waiting() === count, `${count} wait`);
        socket.destroy();
        await eventually(() => engine.waiting() === 0, "the server knows that they are gone");
      }
    }
    const wanted = { title: "Wanted", specialist: "code", status: "ready" };
    const { body } = await postTo(url, "tasks/create", wanted);
    const { id } = body.task as { id: string };
    assert.is(get(engine.view().state.tasks, id)?.lease, null);
  } finally {
    await server.close();
    remove();
  }
});

test("ACC-22: what is no HTTP is not answered in the midst of another answer, but is after it", () =>
  withProcess("0", async ({ server: { url } }) => {
    const behind = await dial(url, stream + (SECONDS.garbage ?? ""));
    await behind.closed;
    assert.not.match(behind.text(), /not valid HTTP|400/);
    const alone = await dial(url, ask("GET /livez"));
    await eventually(() => alone.text().endsWith("0\r\n\r\n"), "the first is answered");
    alone.socket.write("nonsense\r\n\r\n");
    await alone.closed;
    assert.match(alone.text(), /ok\n.*HTTP\/1.1 400 .*not valid HTTP/s);
    const broken = ask("POST /api/demo/reset", { "Transfer-Encoding": "chunked" });
    const half = await dial(url, `${broken}nonsense\r\n`);
    await half.closed;
    assert.match(half.text(), /^HTTP\/1.1 400 .*not valid HTTP/s);
  }));

test("ACC-22 HTTP-2: what nobody can expect is refused in words, and an upgrade behind that ends the connection", () =>
  withProcess("0", async ({ server: { url } }) => {
    const one = await dial(url, unexpected + ask("GET /livez", { Connection: "close" }));
    await one.closed;
    assert.match(one.text(), /^HTTP\/1.1 417 .*"code":"bad_request".*HTTP\/1.1 200 .*ok\n/s);
    const foreign = await dial(
      url,
      ask("GET /livez", { Host: "evil.example", Expect: "x", Connection: "close" }),
    );
    await foreign.closed;
    assert.match(foreign.text(), /^HTTP\/1.1 403 /);
    const behind = await dial(url, unexpected + (SECONDS.h2c ?? ""));
    await behind.closed;
    assert.not.match(behind.text(), /200/);
  }));

test("ACC-22 HTTP-3: an upgrade that is passed over is answered whole, and its connection ended", () =>
  withProcess("0", async ({ server, sockets }) => {
    const { url } = server;
    for (const each of ["/docs/swagger-ui-bundle.js", "/api/system/backup"]) {
      const line = await dial(url, ask(`GET ${each}`, { ...bearer(TOKEN), ...upgrade("h2c") }));
      await line.closed;
      const [head = "", ...rest] = line.text().split("\r\n\r\n");
      const length = /content-length: (\d+)/i.exec(head)?.[1];
      assert.is(rest.join("\r\n\r\n").length, Number(length), `${each}: ${head}`);
      assert.ok(Number(length) > 16 * 1024, `${each} is large`);
    }
    await isEmpty(server, sockets);
  }));

const FILES = ["/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js", "/api/system/backup"];

for (const path of FILES) {
  test(`ACC-24: no file stays open of the answers that a connection leaves behind, ${path}`, () =>
    withProcess("0", async ({ server, sockets }) => {
      const { url, child } = server;
      const files = () => openFiles(child.pid, (target) => /swagger-ui|page|backup/.test(target));
      const before = files();
      for (const first of [stream, claim("ghost"), ask(`GET ${path}`, bearer(TOKEN))]) {
        for (const count of [1, 15, 200]) {
          const packet = first + ask(`GET ${path}`, bearer(TOKEN)).repeat(count);
          const { socket } = await dial(url, packet);
          socket.pause();
          await isAlive(url, `${count} of ${path}`);
          socket.destroy();
        }
      }
      await isEmpty(server, sockets);
      await eventually(() => files() === before, "every file is closed");
    }));
}

test.run();
