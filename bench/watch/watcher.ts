/**
 * One watcher: a raw connection that counts the updates it is shown and holds them against the order.
 * Neighbours: `frames.ts`, `dialects.ts`; `main.ts` opens many.
 */
import { connect, type Socket } from "node:net";
import type { Dialect } from "./dialects.ts";
import { createFrameReader, toClientFrame } from "./frames.ts";
import { unpack } from "./unpack.ts";

export interface Watcher {
  /** The number of the last update. */
  last: number;
  updates: number;
  bytes: number;
  disorder: number;
  close(): void;
}

export interface WatchOptions {
  port: number;
  dialect: Dialect;
  /** Told of updates as they come, with the numbers of the first and the last; `last` is still the one before. */
  onUpdates(watcher: Watcher, first: number, last: number): void;
}

const TEXT = 0x1;
const BINARY = 0x2;
const PONG = 0xa;

const dial = (port: number) => connect({ port, host: "127.0.0.1", noDelay: true });

/** Resolves after the answer's head; bytes beyond the head are given on. */
function ask(socket: Socket, head: string, onData: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let answer: Buffer | null = Buffer.alloc(0);
    socket.on("error", reject);
    socket.on("connect", () => socket.write(head));
    socket.on("data", (chunk) => {
      if (!answer) return onData(chunk);
      answer = Buffer.concat([answer, chunk]);
      const end = answer.indexOf("\r\n\r\n");
      if (end < 0) return;
      if (!/^HTTP\/1\.1 (101|200)/.test(answer.toString("latin1", 0, 12))) {
        return reject(new Error(answer.toString("latin1", 0, 300)));
      }
      const rest = answer.subarray(end + 4);
      answer = null;
      resolve();
      if (rest.length > 0) onData(rest);
    });
  });
}

export function upgradeRequest(path: string, headers = ""): string {
  return `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: YmVuY2ggYmVuY2ggYmVuYw==\r\n${headers}\r\n`;
}

/** Resolves once the watcher is in. */
export async function watchSocket(options: WatchOptions): Promise<Watcher> {
  const { dialect, onUpdates } = options;
  const watcher: Watcher = { last: -1, updates: 0, bytes: 0, disorder: 0, close() {} };
  let ready = () => {};
  const isIn = new Promise<void>((resolve) => {
    ready = resolve;
  });
  const socket = dial(options.port);
  const say = (text: string | Buffer) =>
    socket.write(
      typeof text === "string"
        ? toClientFrame(TEXT, Buffer.from(text))
        : toClientFrame(BINARY, text),
    );
  let begins = true;
  const frames = createFrameReader({
    onFrame(payload, last, packed) {
      const first = begins;
      begins = last;
      if (!first) return;
      // What comes in pieces is no update; a state in pieces begins like a whole one, and is enough.
      const message = packed ? unpack(payload) : payload;
      if (dialect.isReady?.(message)) ready();
      const answer = dialect.answer?.(message);
      if (answer) say(answer);
      const updates = dialect.updates(message);
      if (updates) count(watcher, updates[0], updates[1], onUpdates);
    },
    onLarge(_bytes, last) {
      begins = last;
      ready();
    },
    onPing: () => socket.write(toClientFrame(PONG, Buffer.alloc(0))),
    onClose(code) {
      process.stderr.write(`a watcher was closed with ${code}\n`);
    },
  });
  const head = upgradeRequest(dialect.path, dialect.headers);
  await ask(socket, head, (chunk) => {
    watcher.bytes += chunk.length;
    frames.push(chunk);
  });
  watcher.close = () => socket.destroy();
  for (const text of dialect.greeting ?? []) say(text);
  if (dialect.isReady) await isIn;
  return watcher;
}

export async function watchEvents(options: Omit<WatchOptions, "dialect">): Promise<Watcher> {
  const watcher: Watcher = { last: -1, updates: 0, bytes: 0, disorder: 0, close() {} };
  let rest = "";
  const head =
    "GET /api/events/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n";
  const socket = dial(options.port);
  await ask(socket, head, (chunk) => {
    watcher.bytes += chunk.length;
    const text = rest + chunk.toString("latin1");
    const whole = text.lastIndexOf("\n\n") + 2;
    let first = 0;
    let last = 0;
    for (let at = text.indexOf("id: "); at >= 0 && at < whole; at = text.indexOf("id: ", at + 4)) {
      // The bare id of the opening is no update.
      if (!text.startsWith("\nevent", text.indexOf("\n", at))) continue;
      const id = Number.parseInt(text.slice(at + 4, at + 20), 10);
      if (first === 0) first = id;
      else if (id !== last + 1) watcher.disorder++;
      last = id;
    }
    rest = text.slice(whole);
    if (last > 0) count(watcher, first, last, options.onUpdates);
  });
  watcher.close = () => socket.destroy();
  return watcher;
}

function count(
  watcher: Watcher,
  first: number,
  last: number,
  onUpdates: WatchOptions["onUpdates"],
): void {
  if (watcher.last >= 0 && first !== watcher.last + 1) watcher.disorder++;
  watcher.updates += last - first + 1;
  onUpdates(watcher, first, last);
  watcher.last = last;
}
