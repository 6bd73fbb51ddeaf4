/** How a socket begins and ends: the upgrade and its refusals, pings, misbehaviour, shutdown, leaks. */
import { type IncomingMessage, request } from "node:http";
import { connect, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { CutOff, type Principal } from "../../core/index.ts";
import { refuseUpgrade } from "../../transport-ws/upgrade.ts";
import { createHeap, grouped, sizeFor } from "../support/soak.ts";
import {
  connectWs,
  createTasks,
  eventually,
  type StreamServer,
  UpgradeRefused,
  withStreams,
} from "../support/streams.ts";

async function refusalOf(url: string, options: Parameters<typeof connectWs>[1] = {}) {
  try {
    (await connectWs(url, options)).drop();
  } catch (error) {
    if (!(error instanceof UpgradeRefused)) throw error;
    assert.is(error.headers["content-type"], "application/json; charset=utf-8");
    const body = JSON.parse(error.body) as { error: string; code?: string };
    return { ...body, status: error.status, headers: error.headers };
  }
  throw new Error(`${url} was let in`);
}

const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

/** Sends bytes as they are, answers all that comes until the other ends; its own side stays open. */
function exchange({ server }: StreamServer, text: string, open: Socket[]): Promise<string> {
  const address = server.address() as { port: number };
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect({ port: address.port, host: "127.0.0.1", allowHalfOpen: true });
    open.push(socket);
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => {
      answer += chunk;
    });
    socket.on("end", () => resolve(answer));
    socket.on("error", reject);
    socket.write(text);
  });
}

test("ACC-3: a foreign Origin or Host is refused with 403 before anything else is said", async () => {
  await withStreams({}, async ({ wsUrl, ws }) => {
    const foreign = await refusalOf(wsUrl, { origin: "http://evil.example" });
    assert.is(foreign.status, 403);
    assert.is(foreign.code, "forbidden");
    assert.match(foreign.error, /^origin not allowed: http:\/\/evil\.example/);
    const rebound = await refusalOf(`${wsUrl}/other`, { headers: { host: "evil.example:3000" } });
    assert.is(rebound.status, 403);
    assert.match(rebound.error, /^host not allowed/);
    assert.is(ws.clients(), 0);
    const own = await connectWs(wsUrl, { origin: wsUrl.replace("ws:", "http:").slice(0, -7) });
    assert.is((await own.messages.next()).type, "hello");
    own.drop();
  });
});

test("ACC-23: a socket for a page of another site is refused with 403, where it says no Origin too", async () => {
  await withStreams({}, async ({ wsUrl, ws }) => {
    const origin = wsUrl.replace("ws:", "http:").slice(0, -7);
    for (const site of ["cross-site", "same-site"]) {
      for (const more of [{}, { origin }, { "sec-fetch-mode": "navigate" }]) {
        const refused = await refusalOf(wsUrl, { headers: { "sec-fetch-site": site, ...more } });
        assert.equal([refused.status, refused.code], [403, "forbidden"]);
      }
    }
    assert.is(ws.clients(), 0);
    const own = await connectWs(wsUrl, { headers: { "sec-fetch-site": "same-origin" }, origin });
    assert.is((await own.messages.next()).type, "hello");
    own.drop();
  });
});

test("ACC-3: another path is 404, a since that is no whole number 400, both named in JSON", async () => {
  await withStreams({}, async ({ wsUrl, ws }) => {
    assert.is((await refusalOf(`${wsUrl}/more`)).status, 404);
    assert.is((await refusalOf(wsUrl.replace("/api/ws", "//"))).status, 404);
    for (const since of ["", "-1", "x", "1.5", "9999999999999999"]) {
      const { status, error, code } = await refusalOf(`${wsUrl}?since=${since}`);
      assert.is(status, 400);
      assert.is(error, "since must be a whole number, 0 or more");
      assert.is(code, "invalid");
    }
    assert.is(ws.clients(), 0);
  });
});

test("ACC-3: a handshake that is none is answered, also to a client that leaves its side open", async () => {
  await withStreams({}, async (streams) => {
    const head = "Host: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
    const open: Socket[] = [];
    const noKey = await exchange(streams, `GET /api/ws HTTP/1.1\r\n${head}\r\n`, open);
    assert.match(noKey, /^HTTP\/1\.1 400 Bad Request\r\n/);
    assert.match(noKey, /\r\n\r\n\{"error":"[^"]*Sec-WebSocket-Key/);
    const post = await exchange(streams, `POST /api/ws HTTP/1.1\r\n${head}\r\n`, open);
    assert.match(post, /^HTTP\/1\.1 405 /);
    assert.match(post, /\r\nAllow: GET\r\n/);
    const twice = await exchange(
      streams,
      `GET /api/ws HTTP/1.1\r\nhOST: localhost\r\n${head}\r\n`,
      open,
    );
    assert.match(twice, /^HTTP\/1\.1 400 .*more than one Host.*"code":"invalid"/s);
    const elsewhere = await exchange(streams, `GET /else HTTP/1.1\r\n${head}\r\n`, open);
    assert.match(elsewhere, /^HTTP\/1\.1 404 /);
    await eventually(() => streams.sockets.size === 0, "no socket is left half open");
    for (const socket of open) socket.destroy();
  });
});

test("STR-4: a client that vanishes while it is refused does no harm", async () => {
  await withStreams({}, async ({ server, sockets, wsUrl }) => {
    for (let count = 0; count < 20; count++) {
      const req = request({
        port: (server.address() as { port: number }).port,
        host: "127.0.0.1",
        path: count % 2 ? "/api/ws" : "/else",
        headers: { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13" },
      });
      req.on("error", () => {});
      req.on("socket", (socket) => socket.on("connect", () => socket.resetAndDestroy()));
      req.end();
      await new Promise((resolve) => req.on("close", resolve));
    }
    await eventually(() => sockets.size === 0, "no socket is left");
    const reader = await connectWs(wsUrl);
    assert.is((await reader.messages.next()).type, "hello");
    reader.drop();
  });
  // The same without the luck of timing: the write of the answer itself fails.
  const broken = new Duplex({
    read() {},
    write: (_chunk, _encoding, done) => done(new Error("gone")),
  });
  refuseUpgrade(broken, { status: 404, error: "unknown route" });
  await new Promise((resolve) => broken.on("close", resolve));
});

test("STR-3: one socket too many is told to come back later", async () => {
  await withStreams({ ws: { maxClients: 1, keptPlaces: 0 } }, async ({ wsUrl }) => {
    const reader = await connectWs(wsUrl);
    const { status, headers, error } = await refusalOf(wsUrl);
    assert.is(status, 503);
    assert.ok(Number(headers["retry-after"]) > 0);
    assert.match(error, /too many/);
    reader.drop();
  });
});

test("STR-11: where all places are taken who has fewer sockets gets one of who has the most, closed with 1013; those who run the company keep theirs", async () => {
  const whoIs = (req: IncomingMessage) => String(req.headers["x-who"]);
  const identify = (name: string): Principal | null =>
    name === "owner" ? { name, role: name, agent_id: null } : null;
  const ws = { maxClients: 6, keptPlaces: 1, whoIs };
  await withStreams({ identify, ws }, async ({ wsUrl, ws: { clients } }) => {
    const as = (who: string, token = "") => ({
      headers: { "x-who": who, ...(token && { authorization: `Bearer ${token}` }) },
    });
    const owners = [];
    for (let n = 0; n < 2; n++) owners.push(await connectWs(wsUrl, as("many", "owner")));
    const many = [];
    for (let n = 0; n < 3; n++) many.push(await connectWs(wsUrl, as("many")));
    assert.is((await refusalOf(wsUrl, as("many"))).status, 503);
    const few = await connectWs(wsUrl, as("few"));
    assert.equal(await many[2]?.closed, {
      code: 1013,
      reason: "others have fewer sockets and need the place",
    });
    assert.is((await refusalOf(wsUrl, as("few"))).status, 503);
    await eventually(() => clients() === 5, "five are open");
    for (const reader of [...owners, ...many, few]) reader.drop();
  });
});

test("STR-9: the last places are for those who run the company, whatever others take", async () => {
  const identify = (name: string): Principal | null =>
    name === "owner" || name === "observer" ? { name, role: name, agent_id: null } : null;
  const withToken = (name: string) => ({ headers: { authorization: `Bearer ${name}` } });
  await withStreams({ identify, ws: { maxClients: 3, keptPlaces: 2 } }, async ({ wsUrl }) => {
    const anybody = await connectWs(wsUrl);
    for (const token of [undefined, "nobody", "observer"]) {
      const { status } = await refusalOf(wsUrl, token ? withToken(token) : {});
      assert.is(status, 503, token);
    }
    const owners = [
      await connectWs(wsUrl, withToken("owner")),
      await connectWs(wsUrl, withToken("owner")),
    ];
    assert.is((await refusalOf(wsUrl, withToken("owner"))).status, 503, "all are taken");
    for (const reader of [anybody, ...owners]) reader.drop();
  });
});

test("WS-5: a socket that does not answer pings is ended; one that does stays", async () => {
  await withStreams({ ws: { pingMs: 25 } }, async ({ wsUrl, ws, engine }) => {
    const alive = await connectWs(wsUrl);
    await alive.messages.next();
    const mute = await connectWs(wsUrl, { autoPong: false });
    let pings = 0;
    const pingedTwice = new Promise<void>((resolve) => {
      alive.ws.on("ping", () => {
        if (++pings > 3) resolve();
      });
    });
    assert.is((await mute.closed).code, 1006);
    await pingedTwice;
    assert.is(ws.clients(), 1);
    await createTasks(engine, 1);
    assert.is((await alive.messages.next()).type, "commit");
    alive.drop();
  });
});

test("STR-4: what a client says is ignored, unless it is binary (1008) or too long (1009)", async () => {
  const before = timers();
  await withStreams({ ws: { graceMs: 60_000 } }, async ({ wsUrl, ws, engine }) => {
    const talker = await connectWs(wsUrl);
    await talker.messages.next();
    talker.ws.send("hello?");
    talker.ws.send("{}");
    await createTasks(engine, 1);
    assert.is((await talker.messages.next()).type, "commit");
    talker.ws.send(Buffer.from([1, 2, 3]));
    assert.is((await talker.closed).code, 1008);
    const long = await connectWs(wsUrl);
    long.ws.send("x".repeat(5_000));
    assert.is((await long.closed).code, 1009);
    await eventually(() => ws.clients() === 0, "both are gone");
    await eventually(() => timers() <= before, "all timers cleared");
    assert.is(engine.feed.subscribers(), 0);
  });
});

for (const kind of ["text", "ping", "pong"] as const)
  test(`WS-10: who sends more than a hundred frames between two pings is cut off, with ${kind}s too; who sends a few is not`, async () => {
    await withStreams({}, async ({ wsUrl, sockets }) => {
      const talkative = await connectWs(wsUrl);
      await talkative.messages.next();
      const errors: Error[] = [];
      for (const socket of sockets) socket.on("error", (error) => errors.push(error));
      const say = (count: number) => {
        for (let n = 0; n < count; n++) {
          if (kind === "text") talkative.ws.send("");
          else talkative.ws[kind]("");
        }
      };
      const other = await connectWs(wsUrl);
      await other.messages.next();
      for (let round = 0; round < 2; round++) {
        say(49);
        const answered = new Promise((resolve) => {
          talkative.ws.on("pong", (data) => String(data) === "heard" && resolve(data));
        });
        talkative.ws.ping("heard");
        await Promise.race([answered, talkative.closed.then(() => assert.unreachable())]);
      }
      assert.is(sockets.size, 2);
      say(1);
      await talkative.closed;
      await eventually(() => sockets.size === 1, "it is ended");
      assert.equal(
        errors.map((error) => error instanceof CutOff && error.reason),
        ["chatty"],
      );
      other.drop();
    });
  });

test("WS-10: with each ping it may send as many again", async () => {
  await withStreams({ ws: { pingMs: 25 } }, async ({ wsUrl, ws }) => {
    const talkative = await connectWs(wsUrl);
    await talkative.messages.next();
    for (let pings = 0; pings < 4; pings++) {
      for (let n = 0; n < 40; n++) talkative.ws.send("");
      const ping = new Promise((resolve) => talkative.ws.once("ping", () => resolve("a ping")));
      assert.is(await Promise.race([ping, talkative.closed]), "a ping");
    }
    assert.is(ws.clients(), 1);
    talkative.drop();
  });
});

test("WS-4: on shutdown every socket gets 1012, one that does not read is ended, late ones are refused", async () => {
  await withStreams({ ws: { graceMs: 30 } }, async ({ wsUrl, ws, engine, sockets }) => {
    const readers = await Promise.all(Array.from({ length: 10 }, () => connectWs(wsUrl)));
    const asleep = await connectWs(wsUrl);
    await asleep.messages.next();
    asleep.pause();
    assert.is(ws.clients(), 11);
    const closing = ws.close();
    assert.is((await refusalOf(wsUrl)).status, 503);
    for (const { closed } of readers) assert.is((await closed).code, 1012);
    await closing;
    assert.is(ws.clients(), 0);
    assert.is(engine.feed.subscribers(), 0);
    asleep.drop();
    await eventually(() => sockets.size === 0, "all sockets gone");
  });
});

test("STR-4: sockets come and go, and leave no session, subscription, timer or memory", async () => {
  const size = sizeFor("leak-ws", 10);
  await withStreams({}, async ({ engine, ws, wsUrl, sockets }) => {
    await createTasks(engine, 10);
    const before = timers();
    const heap = createHeap();
    let round = 0;
    for (; size.more(round); round++) {
      if (round === 10) heap.mark();
      const readers = await Promise.all(
        Array.from({ length: 20 }, () => connectWs(`${wsUrl}${round % 2 ? "" : "?since=0"}`)),
      );
      // Some in the middle of their hello, some after it, some politely.
      if (round % 3 === 0) for (const { messages } of readers) await messages.next();
      for (const reader of readers) round % 2 ? reader.drop() : reader.ws.close();
      await Promise.all(readers.map(({ closed }) => closed));
    }
    await eventually(() => sockets.size === 0, "all sockets closed");
    await eventually(() => ws.clients() === 0, "all sessions ended");
    await eventually(() => engine.feed.subscribers() === 0, "all subscriptions ended");
    await eventually(() => timers() <= before, "all timers cleared");
    size.reached(
      `${grouped(round * 20)} sockets: none left, ${heap.grown()} MB of heap after collection`,
    );
    if (size.soaking) assert.ok(heap.grown() <= 5, `the heap has grown by ${heap.grown()} MB`);
  });
});

test.run();
