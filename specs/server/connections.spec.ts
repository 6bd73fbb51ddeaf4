/** What a connection can do to the process when a listener throws. Neighbour: `server/connections.ts`. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { listenTo } from "../../server/connections.ts";
import { createRoom } from "../../server/room.ts";
import { markShared } from "../../transport-http/being-sent.ts";
import { broken, dial, GET, turns, withHouse } from "../support/connections.ts";
import { eventually } from "../support/streams.ts";

const test = suite("connections");

test("ACC-22 OPS-3: what a listener throws ends its connection and is logged with the request, and no more", async () => {
  const logged: object[] = [];
  const server = createServer();
  const listeners = { request: broken, upgrade: broken, clientError: broken };
  listenTo(server, listeners, { error: (facts) => void logged.push(facts) });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const sent = (text: string) =>
    new Promise<void>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => socket.write(text));
      socket.on("error", () => {}).on("close", () => resolve());
    });
  const head = "GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: mine\r\n";
  try {
    await sent(`${head}\r\n`);
    await sent(`${head}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    await sent("nonsense\r\n\r\n");
    assert.equal(
      logged.map((facts) => (facts as { request_id?: string }).request_id),
      ["mine", "mine", undefined],
    );
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});

test("ACC-22 STR-4: every answer closes with its connection, those without a socket too", async () => {
  const server = createServer();
  const open = new Set<ServerResponse>();
  let came = () => {};
  const request = (_req: IncomingMessage, res: ServerResponse) => {
    open.add(res);
    res.once("close", () => open.delete(res));
    if (open.size === 3) came();
  };
  listenTo(server, { request, upgrade: broken, clientError: broken }, { error: broken });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const all = new Promise<void>((resolve) => {
      came = resolve;
    });
    const closed = new Promise((resolve) =>
      server.once("connection", (s) => s.once("close", resolve)),
    );
    const socket = connect(port, "127.0.0.1", () =>
      socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(3)),
    );
    await all;
    socket.destroy();
    await closed;
    await new Promise((resolve) => setImmediate(resolve));
    assert.is(open.size, 0);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});

test("ACC-22 AGT-8: a client's going is noticed where so much waits behind one answer that Node reads no more", async () => {
  const server = createServer();
  const open = new Set<ServerResponse>();
  let came = 0;
  const request = (_req: IncomingMessage, res: ServerResponse) => {
    open.add(res);
    res.once("close", () => open.delete(res));
    if (came++ > 0) res.end("x".repeat(40_000));
  };
  const listeners = { request, upgrade: broken, clientError: broken };
  listenTo(server, listeners, { error: broken }, { unheardMs: 1 });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const paused = new Promise((resolve) => {
      server.once("connection", (each) => each.once("pause", resolve));
    });
    const socket = connect(port, "127.0.0.1", () =>
      socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(4)),
    );
    socket.on("error", () => {}).resume();
    await paused;
    await eventually(() => socket.destroyed, "the connection is ended");
    await eventually(() => open.size === 0, "nothing is left");
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

test("ACC-24: of a connection sixteen answers are under way at most; the others wait, unread, and come in their order", () =>
  withHouse(
    () => {},
    async ({ port, came, sockets }) => {
      const posts = Array.from({ length: 40 }, (_, n) => {
        const body = `${n}`.padEnd(3_000, ".");
        return `POST /${n} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
      });
      const { socket, text } = dial(port, posts.join(""));
      await eventually(() => came.length === 16, "sixteen are handed out");
      await turns(20);
      assert.is(came.length, 16);
      const [{ bytesRead = 0 } = {}] = sockets;
      const read = came.map(({ req }) => req.resume());
      await turns(20);
      assert.is([...sockets][0]?.bytesRead, bytesRead, "reading a body reads no further request");
      assert.is(read.length, 16);
      for (let n = 0; n < 40; n++) {
        await eventually(() => came.length > n, `${n} is handed out`);
        assert.is(came[n]?.req.url, `/${n}`);
        assert.ok(came.length <= n + 16);
        let body = "";
        came[n]?.req.on("data", (chunk) => {
          body += chunk;
        });
        came[n]?.end(`answer ${n};`);
        await eventually(() => text().includes(`answer ${n};`), `${n} is answered`);
        if (n >= 16) {
          await eventually(() => came[n]?.req.complete === true, "its body is whole");
          assert.is(body, `${n}`.padEnd(3_000, "."));
        }
      }
      socket.destroy();
    },
  ));

test("ACC-24: what is large waits to be taken before another is made", () =>
  withHouse(
    (res) => res.end(Buffer.alloc(4 * 1024 * 1024)),
    async ({ port, came }) => {
      const { socket } = dial(port, GET.repeat(12));
      socket.pause();
      await eventually(() => came.length > 0, "the first is made");
      await turns(50);
      assert.ok(came.length < 4, `${came.length} of 4 MB are made for who reads none`);
      let bytes = 0;
      socket.removeAllListeners("data").on("data", (chunk: Buffer) => {
        bytes += chunk.length;
      });
      socket.resume();
      await eventually(() => bytes > 12 * 4 * 1024 * 1024, "who reads has them all");
      assert.is(came.length, 12);
      socket.destroy();
    },
  ));

test("ACC-24: others get their turn between the requests of a connection", () => {
  let turn = 0;
  const handedOut: number[] = [];
  return withHouse(
    (res) => {
      handedOut[turn] = (handedOut[turn] ?? 0) + 1;
      res.end("soon");
    },
    async ({ port, came }) => {
      const { socket } = dial(port, GET.repeat(200));
      for (; came.length < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
      const most = Math.max(...handedOut.filter(Boolean));
      assert.ok(most <= 32, `${most} in one turn`);
      socket.destroy();
    },
  );
});

test("ACC-24: who sends more at once than may wait is cut off, in words, and all that was handed out closes", () => {
  const cutOff: string[] = [];
  return withHouse(
    () => {},
    async ({ port, came, sockets }) => {
      const { socket, text } = dial(port, "GET / HTTP/1.1\r\n\r\n".repeat(3_000));
      await eventually(() => socket.destroyed, "it is ended");
      await eventually(() => sockets.size === 0, "nobody is left");
      assert.is(came.length, 16);
      assert.ok(came.every(({ destroyed }) => destroyed));
      assert.match(
        text(),
        /^HTTP\/1\.1 503 .*Retry-After: 1\r\n\r\n\{"error":"too much is under way.*\}\n$/s,
      );
      assert.equal(cutOff, ["pipelined"]);
    },
    { onCutOff: (_remote, reason) => cutOff.push(reason) },
  );
});

const UPGRADE = "GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: a\r\n\r\n";

test("ACC-24: of what comes behind the request for which a connection is cut off no more requests are made, whole or not", async () => {
  for (const behind of [GET.repeat(1_000), "nonsense\r\n\r\n", "GET / HTTP/1.1\r\n", UPGRADE]) {
    const cutOff: string[] = [];
    await withHouse(
      () => {},
      async ({ port, parsed, sockets }) => {
        const { socket, text } = dial(port, "GET / HTTP/1.1\r\n\r\n".repeat(273) + behind);
        await eventually(() => socket.destroyed, "it is ended");
        await eventually(() => sockets.size === 0, "nobody is left");
        assert.is(parsed.length, 273, "sixteen under way, as many as may wait, and one more");
        const told = parsed.slice(16).filter(({ errored }) => errored !== null);
        assert.is(told.length, 0, "who had no turn is told nothing");
        assert.match(text(), /^HTTP\/1\.1 503 /);
        assert.equal(cutOff, ["pipelined"]);
      },
      { onCutOff: (_remote, reason) => cutOff.push(reason) },
    );
  }
});

test("ACC-26: of what all hold together those are cut off who hold it longest; what is shared does not count", () => {
  const MB = 1024 * 1024;
  const cutOff: string[] = [];
  return withHouse(
    (res) => {
      if (res.req.url === "/shared") markShared(res);
      res.end(Buffer.alloc((res.req.url === "/shared" ? 64 : 16) * MB));
    },
    async ({ port, came }) => {
      const sockets: Socket[] = [];
      for (const path of ["/shared", "/first", "/second", "/third"]) {
        const { socket } = dial(port, `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
        sockets.push(socket.pause());
        await eventually(() => came.length === sockets.length, `${path} has come`);
      }
      // With the third they are 48 MB of 40; half of those may stay.
      await eventually(() => came.filter(({ closed }) => closed).length === 2, "two are cut off");
      assert.equal(cutOff, Array(2).fill("127.0.0.1 held"));
      assert.equal(
        came.map(({ closed }) => closed),
        [false, true, true, false],
      );
      for (const [at, size] of [
        [0, 64],
        [3, 16],
      ] as const) {
        let bytes = 0;
        sockets[at]?.removeAllListeners("data").on("data", (chunk: Buffer) => {
          bytes += chunk.length;
        });
        sockets[at]?.resume();
        await eventually(() => bytes > size * MB, "who is left gets it whole");
      }
      for (const socket of sockets) socket.destroy();
    },
    {
      held: { maxBytes: 40 * MB, everyMs: 5 },
      onCutOff: (remote, reason) => cutOff.push(`${remote} ${reason}`),
    },
  );
});

test("ACC-26: who is cut off before anything of the answer that is due was sent is told so", () => {
  const MB = 1024 * 1024;
  const cutOff: string[] = [];
  return withHouse(
    (res) => {
      if (res.req.url === "/large") res.end(Buffer.alloc(16 * MB));
    },
    async ({ port, came }) => {
      const ask = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
      const { socket, text } = dial(port, ask("/waits") + ask("/large"));
      await eventually(() => socket.destroyed, "it is cut off");
      assert.is(came.length, 2);
      assert.match(text(), /^HTTP\/1\.1 503 /);
      assert.equal(cutOff, ["held"]);
    },
    {
      held: { maxBytes: 8 * MB, everyMs: 5 },
      onCutOff: (_remote, reason) => cutOff.push(reason),
    },
  );
});

test("ACC-26 ACC-24: who does not take the words either is cut off at the next look, and what was held goes with it, and untold what had no turn", () => {
  const MB = 1024 * 1024;
  const cutOff: string[] = [];
  return withHouse(
    (res) => {
      if (res.req.url === "/large") return res.end(Buffer.alloc(16 * MB));
      // Before the answer itself, more than what the system takes.
      while ((res.socket?.writableLength ?? MB) < MB / 2) {
        res.writeEarlyHints({ link: `<${"a".repeat(10_000)}>; rel=preload` });
      }
    },
    async ({ port, came, parsed, sockets }) => {
      const { socket } = dial(port, GET);
      socket.pause();
      await eventually(() => came.length === 1, "the first has come");
      assert.is(came[0]?.headersSent, false);
      socket.write(`GET /large HTTP/1.1\r\nHost: a\r\n\r\n${GET.repeat(10)}`);
      await eventually(() => sockets.size === 0, "it is cut off");
      assert.is(parsed.length, 12);
      assert.ok(parsed.slice(2).every(({ errored, destroyed }) => destroyed && errored === null));
      assert.ok(came.length === 2 && came.every(({ destroyed }) => destroyed));
      assert.equal(cutOff, ["held"]);
      socket.destroy();
    },
    {
      held: { maxBytes: 8 * MB, everyMs: 5 },
      onCutOff: (_remote, reason) => cutOff.push(reason),
    },
  );
});

test("ACC-26: where too many wait, that connection is cut off which has the most waiting, and not who came last", async () => {
  const room = createRoom({ many: 1, most: 8 });
  const cutOff: string[] = [];
  await withHouse(
    () => {},
    async ({ port, came }) => {
      const { socket: greedy, text } = dial(port, GET.repeat(7));
      await eventually(() => room.waiting === 6, "six wait of one connection");
      const modest = [];
      for (let n = 1; n <= 3; n++) {
        modest.push(dial(port, GET.repeat(2)).socket);
        await eventually(() => came.length === 1 + n, "one is under way, one waits");
      }
      await eventually(() => greedy.destroyed, "who has six is cut off for the ninth");
      assert.match(text(), /^HTTP\/1\.1 503 /);
      assert.equal(cutOff, ["crowded"]);
      await eventually(() => room.waiting === 3, "the others wait on");
      for (const socket of modest) socket.destroy();
    },
    { room, onCutOff: (_remote, reason) => cutOff.push(reason) },
  );
});

test("ACC-26: who is cut off makes room at once, so that nobody else goes for the same", async () => {
  const room = createRoom({ many: 1, most: 8 });
  const cutOff: string[] = [];
  await withHouse(
    () => {},
    async ({ port, came, sockets }) => {
      const { socket: first } = dial(port, GET.repeat(7));
      await eventually(() => room.waiting === 6, "six wait of one connection");
      const { socket: second } = dial(port, GET.repeat(8));
      await eventually(() => first.destroyed, "who has six is cut off for the ninth");
      await eventually(() => sockets.size === 1 && came.length === 2, "it is gone");
      await turns(20);
      assert.equal([room.waiting, cutOff], [7, ["crowded"]]);
      assert.not(second.destroyed);
      second.destroy();
    },
    { room, onCutOff: (_remote, reason) => cutOff.push(reason) },
  );
  await eventually(() => room.waiting === 0, "nothing is left");
});

test("ACC-26: requests under way and waiting are counted over all connections, and each may have one", async () => {
  const room = createRoom({ many: 4, most: 8 });
  const cutOff: string[] = [];
  await withHouse(
    () => {},
    async ({ port, came, sockets }) => {
      const { socket: first } = dial(port, GET.repeat(4));
      await eventually(() => came.length === 4, "four are under way");
      const { socket: second, text } = dial(port, GET.repeat(3));
      await eventually(() => room.waiting === 2, "of the next connection only one is");
      assert.is(came.length, 5);
      const { socket: third, text: words } = dial(port, GET.repeat(9));
      await eventually(() => third.destroyed, "too many wait");
      assert.match(words(), /^HTTP\/1\.1 503 /);
      assert.equal(cutOff, ["crowded"]);
      await eventually(() => sockets.size === 2, "it is gone");
      assert.equal([room.underWay, room.waiting], [5, 2]);
      came[4]?.end("one;");
      await eventually(() => text().includes("one;"), "the others go on");
      await eventually(() => room.waiting === 1, "the next has its turn");
      assert.is(room.underWay, 5);
      first.destroy();
      second.destroy();
    },
    { room, onCutOff: (_remote, reason) => cutOff.push(reason) },
  );
  await eventually(() => room.underWay === 0 && room.waiting === 0, "nothing is left");
});

test.run();
