/** What a connection can do to the process when a listener throws. Neighbour: `server/connections.ts`. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { listenTo } from "../../server/connections.ts";
import { eventually } from "../support/streams.ts";

const test = suite("connections");

const broken = (): never => {
  throw new Error("a fault of ours");
};

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

test.run();
