/** What is held of bodies while they are sent, over real sockets. Neighbours: `transport-http/being-sent.ts`, `core/holding.spec.ts`. */
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { createHolding, lengthOf } from "../../core/index.ts";
import { holdUntilSent } from "../../transport-http/being-sent.ts";
import { eventually } from "../support/streams.ts";

const MB = 1024 * 1024;

interface Reader {
  socket: Socket;
  res: ServerResponse;
}

/** A server of bodies that are given to its readers as they come. */
async function withBodies(
  run: (house: {
    /** Comes for a body, of which it reads nothing by itself. */
    dial(body: readonly Uint8Array[]): Promise<Reader>;
    /** Milliseconds. */
    clock: { now: number };
  }) => Promise<void>,
): Promise<void> {
  const clock = { now: 0 };
  const holding = createHolding({ now: () => clock.now });
  let next: readonly Uint8Array[] = [];
  const came: ServerResponse[] = [];
  const server = createServer((_req, res) => {
    came.push(res);
    holdUntilSent(next, lengthOf(next), res, holding);
    res.cork();
    for (const piece of next) res.write(piece);
    res.uncork();
    res.end();
  });
  server.on("connection", (socket) => socket.on("error", () => {}));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await run({
      clock,
      async dial(body) {
        next = body;
        const count = came.length;
        const socket = connect(port, "127.0.0.1", () =>
          socket.write("GET / HTTP/1.0\r\nHost: a\r\n\r\n"),
        );
        socket.on("error", () => {}).pause();
        await eventually(() => came.length > count, "it has come");
        return { socket, res: came[count] as ServerResponse };
      },
    });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

test("STR-8: of versions that nobody takes only what is new in each counts, and none of their readers is cut off", () =>
  withBodies(async ({ dial }) => {
    const shared = Buffer.alloc(64 * MB);
    const readers: Reader[] = [];
    for (let n = 0; n < 100; n++) readers.push(await dial([shared, Buffer.alloc(MB)]));
    assert.equal(
      readers.filter(({ res }) => res.closed),
      [],
    );
    for (const { socket } of readers) socket.destroy();
  }));

test("STR-8: for a reader who went while its answer was made nothing is held", async () => {
  const holding = createHolding({ now: () => 0 });
  const body = [Buffer.alloc(MB)];
  let told = () => {};
  const held = new Promise<void>((resolve) => {
    told = resolve;
  });
  const server = createServer((_req, res) => {
    res.once("close", () => {
      setImmediate(() => {
        holdUntilSent(body, MB, res, holding);
        told();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, "127.0.0.1", () => socket.end("GET / HTTP/1.0\r\nHost: a\r\n\r\n"));
  try {
    server.once("request", () => socket.destroy());
    await held;
    assert.is(holding.bytes(), 0);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});

/** Reads on until it has so much in all. */
function createThirst({ socket }: Reader) {
  let [bytes, most] = [0, 0];
  socket.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes >= most) socket.pause();
  });
  return async (megabytes: number) => {
    most = megabytes * MB;
    socket.resume();
    await eventually(() => bytes >= most || socket.destroyed, `${megabytes} MB are read`);
  };
}

// Others read nothing, or much at once and then nothing more.
for (const [what, first] of [
  ["read nothing", 0],
  ["read much at first and then nothing", 44],
] as const) {
  test(`STR-8: where versions together are too large those are cut off who need longest for the rest: who is slow but steady gets it whole, and others who ${what} do not`, () =>
    withBodies(async ({ dial, clock }) => {
      const version = () => [Buffer.alloc(64 * MB)];
      const oldest = version();
      const steady = await dial(oldest);
      const twin = await dial(oldest);
      const read = createThirst(steady);
      await read(12);
      clock.now += 15_000;
      const stuck: Reader[] = [];
      // Again and again more than 256 MB.
      for (let n = 1; n <= 6; n++) {
        const other = await dial(version());
        stuck.push(other);
        if (first > 0) await createThirst(other)(first);
        await read(12 + 6 * n);
        clock.now += 10_000;
      }
      assert.is(steady.res.closed || twin.res.closed, false);
      await eventually(
        () => stuck.filter(({ res }) => res.closed).length >= 4,
        "others are cut off",
      );
      assert.is(stuck.at(-1)?.res.closed, false, "who came last has had the least time");
      await read(64);
      for (const { socket } of [twin, ...stuck]) socket.destroy();
    }));
}

test.run();
