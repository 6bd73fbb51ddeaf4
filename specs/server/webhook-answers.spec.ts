/**
 * What a receiver answers with: its status counts, and nothing else of it takes the server's time.
 * Neighbours: `server/webhooks/post.ts`; the receivers here write what they like on a bare socket.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { post } from "../../server/webhooks/post.ts";
import { SECRET } from "../support/webhooks.ts";

interface Outcome {
  /** The status, or why there is none. */
  told: number | string;
  /** Bytes that were taken off the wire. */
  read: number;
}

/** Posts to a receiver that does so with the connection once a request has come. */
async function postTo(answer: (socket: Socket, request: ClientRequest) => void): Promise<Outcome> {
  let request: ClientRequest | undefined;
  const note = (message: unknown) => {
    ({ request } = message as { request: ClientRequest });
  };
  subscribe("http.client.request.start", note);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("data", () => request && answer(socket, request));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const told = await post(
      {
        ...{ url: `http://127.0.0.1:${port}/`, secret: SECRET, body: "{}" },
        ...{ deliveryId: "spec", seq: 1, now: 0 },
      },
      {
        ...{ allowPrivate: true, timeoutMs: 30_000, resolve: async () => [] },
        signal: new AbortController().signal,
      },
    ).catch((error: Error) => error.message);
    return { told, read: request?.socket?.bytesRead ?? 0 };
  } finally {
    unsubscribe("http.client.request.start", note);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** So much of a flood waits to be read when its first byte is. */
const FLOOD_BYTES = 1024 * 1024;
const flood = (first: string, piece: string) => (socket: Socket) =>
  socket.write(first + piece.repeat(FLOOD_BYTES / piece.length));

const OK = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n`;
const INFORMS = "it informs without an end (1xx) and does not answer";
/** Of a status and a few headers; a head as such may have 16 KB. */
const FEW_BYTES = 4 * 1024;

test("HOOK-5: of an answer without an end a few kilobytes are read, once its status has come or it is given up", async () => {
  const floods: [string, ReturnType<typeof flood>, number | string][] = [
    ["chunks of one byte", flood(`${CHUNKED}\r\n`, "1\r\nx\r\n"), 200],
    ["one chunk's extensions", flood(`${CHUNKED}\r\n1`, ";a=b"), 200],
    ["trailers", flood(`${CHUNKED}Trailer: a\r\n\r\n0\r\n`, "a:b\r\n"), 200],
    ["a long body", flood(`${OK}Content-Length: 999999999\r\n\r\n`, "x"), 200],
    ["a body until the end", flood(`${OK}\r\n`, "x"), 200],
    ["answers nobody asked for", flood("", `${OK}Content-Length: 0\r\n\r\n`), 200],
    ["a refusal's chunks", flood(`${CHUNKED.replace("200", "500")}\r\n`, "1\r\nx\r\n"), 500],
    ["informations", flood("", "HTTP/1.1 100 Continue\r\n\r\n"), INFORMS],
    ["early hints", flood("", "HTTP/1.1 103 Early Hints\r\na:b\r\n\r\n"), INFORMS],
  ];
  for (const [name, answer, expected] of floods) {
    const { told, read } = await postTo(answer);
    assert.is(told, expected, name);
    assert.ok(read <= FEW_BYTES, `${name}: ${read} bytes were read`);
  }
  const headers = await postTo(flood(OK, `a:${"b".repeat(1_000)}\r\n`));
  assert.is(headers.told, "no connection (HPE_HEADER_OVERFLOW)");
  assert.ok(headers.read <= 16 * 1024 + FEW_BYTES, `headers: ${headers.read} bytes were read`);
});

test("HOOK-5: a short body of a known length is taken, though it comes later; its sender is not cut off", async () => {
  let closed: Promise<boolean> | undefined;
  const { told } = await postTo((socket) => {
    closed = new Promise((resolve) => socket.once("close", resolve));
    socket.write(`${OK}Content-Length: 6\r\n\r\n`, () => setImmediate(() => socket.end("thanks")));
  });
  assert.is(told, 200);
  assert.is(await closed, false, "without an error");
});

test("HOOK-5: who hands out TLS tickets without an end is given up", async () => {
  const handOut = (count: number) => (socket: Socket, request: ClientRequest) => {
    for (let nth = 0; nth < count; nth++) request.socket?.emit("session", Buffer.alloc(0));
    socket.end(`${OK}Content-Length: 0\r\n\r\n`);
  };
  assert.is((await postTo(handOut(4))).told, 200);
  assert.is((await postTo(handOut(100))).told, "it hands out TLS tickets without an end");
});

test.run();
