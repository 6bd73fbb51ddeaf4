/** Whose connections are open once there is no place for more. Neighbours: server/connection-places, floods.spec.ts. */
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { shareConnections } from "../../server/connection-places.ts";

const test = suite("connection places");

test("ACC-25: once all connections are taken who has fewer gets one of who has the most, until all have as many", async () => {
  const server = createServer((_, res) => res.end("served"));
  shareConnections(server, { most: 4, whoOf: (address) => address });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const all: Socket[] = [];
  /** Whether it is served; it stays open. */
  const come = async (localAddress: string) => {
    const socket = connect({ port, host: "127.0.0.1", localAddress });
    all.push(socket);
    const closed = new Promise<string>((resolve) => socket.once("close", () => resolve("")));
    socket.on("error", () => {}).write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    const answer = new Promise<string>((resolve) =>
      socket.once("data", (data) => resolve(`${data}`)),
    );
    return { socket, closed, served: /served/.test(await Promise.race([answer, closed])) };
  };
  try {
    const greedy = [];
    for (let n = 0; n < 4; n++) greedy.push(await come("127.0.0.2"));
    assert.ok(greedy.every(({ served }) => served));
    assert.is((await come("127.0.0.2")).served, false, "none is free, and nobody has more");
    for (const given of [3, 2]) {
      const late = await come("127.0.0.3");
      assert.is(late.served, true);
      await greedy[given]?.closed;
    }
    assert.is((await come("127.0.0.3")).served, false, "both have as many");
    assert.is((await come("127.0.0.2")).served, false);
    assert.equal(
      greedy.map(({ socket }) => socket.destroyed),
      [false, false, true, true],
    );
    greedy[0]?.socket.destroy();
    await greedy[0]?.closed;
    let back = false;
    for (let n = 0; n < 100 && !back; n++) back = (await come("127.0.0.2")).served;
    assert.ok(back, "who leaves makes room");
  } finally {
    for (const socket of all) socket.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

test.run();
