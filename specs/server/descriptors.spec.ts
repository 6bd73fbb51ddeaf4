/** Where the system allows few descriptors. Neighbours: server/descriptors, connection-places.spec.ts for who gets them. */
import { once } from "node:events";
import { Agent, get } from "node:http";
import { connect, type Socket } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { allowedDescriptors, connectionsWithin } from "../../server/descriptors.ts";
import { makeDataDir, startProcess, TOKEN } from "../support/process.ts";

const test = suite("descriptors");

/** What a shell lets the server open. */
const ALLOWED = 300;
const under = ["sh", "-c", `ulimit -n ${ALLOWED} && exec "$@"`, "sh"];

test("ACC-25: as many connections as the process may open, less what the server needs, and never more than the bound", () => {
  const allowed = [20_000, 5_200, 5_199, 1_024, 400, 300, 3, Number.POSITIVE_INFINITY];
  assert.equal(
    allowed.map((one) => connectionsWithin(5_000, one)),
    [5_000, 5_000, 4_999, 824, 200, 150, 1, 5_000],
  );
  assert.ok(allowedDescriptors() > 0);
});

if (process.platform !== "win32") {
  test("ACC-25: under a low limit the bound is lower and is said, and the server goes on while idle connections fill it", async () => {
    const { dir, remove } = makeDataDir();
    const server = await startProcess(dir, { under });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const idle: Socket[] = [];
    /** On the connection that was there before. */
    const ask = async (path: string) => {
      const headers = { authorization: `Bearer ${TOKEN}` };
      const [res] = await once(get(`${server.url}${path}`, { agent, headers }), "response");
      res.resume();
      await once(res, "end");
      return res.statusCode;
    };
    try {
      assert.match(server.errors(), new RegExp(`"open_files":${ALLOWED},"connections":150`));
      assert.is(await ask("/livez"), 200);
      const { port } = new URL(server.url);
      let closed = 0;
      const full = new Promise<void>((resolve) => {
        for (let n = 0; n < ALLOWED; n++) {
          const socket = connect({ port: Number(port), host: "127.0.0.1" }).on("error", () => {});
          socket.once("close", () => ++closed === ALLOWED - 149 && resolve());
          idle.push(socket);
        }
      });
      await full;
      assert.is(await ask("/livez"), 200);
      assert.is(await ask("/api/system/backup"), 200, "its own files can still be opened");
      assert.is(closed, ALLOWED - 149, "and all others are open");
    } finally {
      agent.destroy();
      for (const socket of idle) socket.destroy();
      assert.is(await server.end("SIGTERM"), 0);
      remove();
    }
  });
}

test.run();
