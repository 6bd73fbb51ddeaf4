/**
 * Floods of connections that want nothing but to be held: requests that trickle in, and upgrades that
 * are never finished. They are dropped in their time, and meanwhile everybody else is served.
 */
import { connect, type Socket } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type RunningServer, startServer } from "../../server/compose.ts";
import { getFrom, makeDataDir, postTo, quietConfig, SILENT } from "../support/process.ts";
import { grouped, percentile, type Size, sizeFor } from "../support/soak.ts";

/** In `npm test`; a soak waits for the usual ones. */
const SHORT_TIMEOUT_MS = 500;
const TRICKLE_MS = 100;
/** Whoever is still held by then will never be dropped. */
const PATIENCE_MS = 40_000;
const SAMPLES = 100;

interface Held {
  socket: Socket;
  closed: Promise<void>;
}

function hold(port: number, head: string): Promise<Held> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.on("data", () => {});
    const closed = new Promise<void>((gone) => socket.once("close", () => gone()));
    socket.once("connect", () => {
      socket.write(head);
      resolve({ socket, closed });
    });
  });
}

/** The time that so many reads and writes of a good client take, in milliseconds each. */
async function serveOthers(url: string): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < SAMPLES; n++) {
    const from = performance.now();
    if (n % 2) await getFrom(url, "/api/health");
    else assert.is((await postTo(url, "tasks/create", { title: "served" })).status, 200);
    times.push(performance.now() - from);
  }
  return times;
}

/** Floods a server with connections that begin with `head` and go on with a byte now and then. */
async function flood(size: Size, head: string, more: string): Promise<void> {
  const { dir, remove } = makeDataDir();
  const timeout = size.soaking ? {} : { requestTimeoutMs: SHORT_TIMEOUT_MS };
  const server: RunningServer = await startServer({
    ...{ config: quietConfig(dir), log: SILENT },
    ...timeout,
  });
  const held: Held[] = [];
  let stayed = 0;
  try {
    const before = percentile(await serveOthers(server.url), 99);
    const from = performance.now();
    for (let n = 0; n < size.count; n++) held.push(await hold(server.port, head));
    const trickle = setInterval(() => {
      for (const { socket } of held) if (!socket.destroyed) socket.write(more);
    }, TRICKLE_MS);
    const during = percentile(await serveOthers(server.url), 99);
    const late = setTimeout(() => {
      for (const { socket } of held) if (!socket.destroyed) stayed++;
      for (const { socket } of held) socket.destroy();
    }, PATIENCE_MS);
    await Promise.all(held.map(({ closed }) => closed));
    clearTimeout(late);
    assert.is(stayed, 0, "connections were never dropped");
    clearInterval(trickle);
    const seconds = (performance.now() - from) / 1_000;
    await serveOthers(server.url);
    const p99 = `p99 of others ${before.toFixed(1)} → ${during.toFixed(1)} ms`;
    size.reached(
      `${grouped(size.count)} connections dropped within ${seconds.toFixed(1)} s; ${p99}`,
    );
    if (size.soaking) assert.ok(seconds <= 20, `dropped after ${seconds} s`);
  } finally {
    for (const { socket } of held) socket.destroy();
    await server.close();
    remove();
  }
}

const POST = "POST /api/tasks/create HTTP/1.1\r\nHost: 127.0.0.1\r\n";

test("ACC-25: what comes beyond the bound of connections is closed at once and told once; who leaves makes room", async () => {
  const { dir, remove } = makeDataDir();
  const said: string[] = [];
  const log = { ...SILENT, info: (_: object, message: string) => void said.push(message) };
  const server = await startServer({ config: quietConfig(dir), log, maxConnections: 5 });
  const held: Held[] = [];
  try {
    for (let n = 0; n < 5; n++) held.push(await hold(server.port, ""));
    for (let n = 0; n < 2; n++) await (await hold(server.port, "")).closed;
    assert.is(said.filter((message) => message.startsWith("too many connections")).length, 1);
    held[0]?.socket.destroy();
    const late = performance.now() + PATIENCE_MS;
    let status = 0;
    while (status === 0 && performance.now() < late) {
      status = await fetch(`${server.url}/livez`).then(
        (answer) => answer.status,
        () => 0,
      );
    }
    assert.is(status, 200, "there is room again");
  } finally {
    for (const { socket } of held) socket.destroy();
    await server.close();
    remove();
  }
});

test("ACC-20: requests that trickle in are dropped in their time, and others are served meanwhile", () =>
  flood(sizeFor("slowloris", 40), POST, "X-A: b\r\n"));

test("ACC-20: so are bodies that trickle in", () =>
  flood(
    sizeFor("slow-bodies", 40),
    `${POST}Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{`,
    " ",
  ));

test("ACC-20: so are upgrades that are never finished", () =>
  flood(
    sizeFor("upgrades", 100),
    "GET /api/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n",
    "X-A: b\r\n",
  ));

test.run();
