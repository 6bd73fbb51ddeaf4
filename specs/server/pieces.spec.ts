/** What a body in tiny pieces may cost the parser of its connection. Neighbour: `server/pieces.ts`. */
import { once } from "node:events";
import { createServer, get, type RequestListener, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { MAX_PIECES } from "../../core/index.ts";
import { boundPieces, type Pieces } from "../../server/pieces.ts";

const test = suite("pieces");

async function withServer(answer: RequestListener, run: (port: number) => Promise<void>) {
  const server: Server = createServer();
  const bounds = new WeakMap<object, Pieces>();
  server.on("connection", (socket) => {
    const bound = boundPieces(socket);
    bounds.set(socket, bound);
    socket.prependOnceListener("close", bound.end);
  });
  server.on("request", (req, res) => {
    bounds.get(req.socket)?.restart();
    answer(req, res);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await run((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const inPieces = (count: number) =>
  `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${"1\r\nx\r\n".repeat(count)}0\r\n\r\n`;

test("ACC-29: of a body with more pieces than any reader takes nothing is made of the rest; the next body is whole, and has its own count", async () => {
  const pieces: number[] = [];
  const answer: RequestListener = (req, res) => {
    let count = 0;
    req.on("data", () => count++);
    req.on("end", () => {
      pieces.push(count);
      res.end(`${count}`);
    });
  };
  await withServer(answer, async (port) => {
    const socket = connect(port, "127.0.0.1");
    socket.write(inPieces(20_000) + inPieces(MAX_PIECES) + inPieces(3));
    for (let text = ""; !text.endsWith("\r\n\r\n3"); ) {
      const [chunk] = (await once(socket, "data")) as [Buffer];
      text += chunk.toString("latin1");
    }
    socket.destroy();
  });
  assert.equal(pieces, [MAX_PIECES + 1, MAX_PIECES, 3]);
});

test("ACC-29: a parser that served such a connection reads whole what it reads next, also for a client", async () => {
  const count = 3 * MAX_PIECES;
  const answer: RequestListener = async (req, res) => {
    if (req.method === "POST") return void req.socket.destroy();
    for (let n = 0; n < count; n++) res.write("x");
    res.end();
  };
  await withServer(answer, async (port) => {
    for (let round = 0; round < 3; round++) {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => {});
      socket.write(inPieces(20_000));
      await new Promise((resolve) => socket.once("close", resolve));
      const [response] = await once(get({ port, host: "127.0.0.1", agent: false }), "response");
      let length = 0;
      for await (const chunk of response) length += chunk.length;
      assert.is(length, count);
    }
  });
});

test("ACC-29: what was upgraded takes no bound off the connection that has its parser since", () => {
  const own = () => undefined;
  const parser: Record<number, unknown> = { 3: own };
  const of = () => boundPieces({ parser } as unknown as Socket);
  const upgraded = of();
  upgraded.end();
  assert.is(parser[3], own);
  const next = of();
  const bound = parser[3];
  assert.is.not(bound, own);
  upgraded.end();
  upgraded.restart();
  assert.is(parser[3], bound);
  next.end();
  assert.is(parser[3], own);
});

test.run();
