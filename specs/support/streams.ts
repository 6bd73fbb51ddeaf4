/**
 * Readers of both streams over real sockets, and a small HTTP server with both transports for them.
 * Neighbours: the transport specs, and every spec that watches a server from outside.
 * Invariants: what arrives is kept in order until it is asked for; a wait that gets nothing fails.
 */
import {
  createServer,
  get,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
} from "node:http";
import { get as getByTls } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { WebSocket } from "ws";
import {
  type Commit,
  createGate,
  createMemoryJournal,
  type Engine,
  type EngineOptions,
  type Hello,
  isRunningIt,
  type Keepalive,
  openEngine,
  type ServerMessage,
} from "../../core/index.ts";
import {
  createSseTransport,
  type SseTransport,
  type SseTransportOptions,
} from "../../transport-sse/index.ts";
import {
  createWsTransport,
  type WsTransport,
  type WsTransportOptions,
} from "../../transport-ws/index.ts";

export interface Queue<T> {
  /** The next item. @throws Error when the source ended or nothing came for `waitMs` */
  next(): Promise<T>;
  take(count: number): Promise<T[]>;
  /** Skips to the first that fits. */
  until(fits: (item: T) => boolean): Promise<T>;
  /** What has arrived and was not asked for yet. */
  waiting(): number;
}

export interface QueueSource<T> extends Queue<T> {
  push(item: T): void;
  end(reason: string): void;
}

export function createQueue<T>(waitMs = 30_000): QueueSource<T> {
  let items: T[] = [];
  let start = 0;
  let ended: string | null = null;
  let wake: (() => void) | null = null;

  async function next(): Promise<T> {
    while (start === items.length) {
      if (ended !== null) throw new Error(`the stream ended: ${ended}`);
      await new Promise<void>((resolve, reject) => {
        const late = () => reject(new Error(`nothing came within ${waitMs} ms`));
        const timer = setTimeout(late, waitMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const item = items[start++] as T;
    if (start === items.length) {
      items = [];
      start = 0;
    }
    return item;
  }

  return {
    next,
    async take(count) {
      const taken: T[] = [];
      while (taken.length < count) taken.push(await next());
      return taken;
    },
    async until(fits) {
      for (;;) {
        const item = await next();
        if (fits(item)) return item;
      }
    },
    waiting: () => items.length - start,
    push(item) {
      items.push(item);
      wake?.();
    },
    end(reason) {
      ended ??= reason;
      wake?.();
    },
  };
}

export interface SseFrame {
  id: string | undefined;
  event: string;
  data: string;
}

/** Takes the text of an event stream in any pieces; hands on each frame and comment once complete. */
export function createSseParser(on: {
  frame(frame: SseFrame): void;
  comment?(text: string): void;
  retry?(ms: number): void;
  /** Also of a block without data, as a browser notes it. */
  id?(id: string): void;
}): (text: string) => void {
  let rest = "";
  let data: string[] = [];
  let id: string | undefined;
  let event = "";

  function line(text: string): void {
    if (text === "") {
      if (data.length > 0) on.frame({ id, event: event || "message", data: data.join("\n") });
      data = [];
      id = undefined;
      event = "";
      return;
    }
    const colon = text.indexOf(":");
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? "" : text.slice(colon + 1).replace(/^ /, "");
    if (field === "") on.comment?.(value);
    else if (field === "data") data.push(value);
    else if (field === "event") event = value;
    else if (field === "retry") on.retry?.(Number(value));
    else if (field === "id") {
      id = value;
      on.id?.(value);
    }
  }

  return (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const each of lines) line(each);
  };
}

export interface SseReader {
  status: number;
  headers: IncomingHttpHeaders;
  frames: Queue<SseFrame>;
  comments: Queue<string>;
  /** All that has come, as it came. */
  text(): string;
  lastEventId(): string | undefined;
  retryMs(): number | undefined;
  /** Stops reading, so that the server's buffers fill. */
  pause(): void;
  resume(): void;
  closed: Promise<void>;
  close(): void;
}

export interface Connecting {
  headers?: Record<string, string>;
  /** The name that a server with TLS is asked for; its certificate is not looked at. */
  servername?: string | undefined;
  /** How long a wait may take that gets nothing. */
  waitMs?: number;
}

const withoutTrust = (servername: string | undefined) => ({
  ...(servername !== undefined && { servername, rejectUnauthorized: false }),
});

/** Connects as a browser would; resolves with the headers, whatever the status. */
export function connectSse(
  url: string,
  { lastEventId, headers = {}, servername, waitMs }: Connecting & { lastEventId?: string } = {},
): Promise<SseReader> {
  const frames = createQueue<SseFrame>(waitMs);
  const comments = createQueue<string>(waitMs);
  let seen = "";
  let id = lastEventId;
  let retry: number | undefined;
  const parse = createSseParser({
    frame: (frame) => frames.push(frame),
    comment: (text) => comments.push(text),
    retry: (ms) => {
      retry = ms;
    },
    id: (value) => {
      id = value;
    },
  });
  return new Promise((resolve, reject) => {
    const asked = {
      accept: "text/event-stream",
      ...(lastEventId !== undefined && { "last-event-id": lastEventId }),
      ...headers,
    };
    const ask = url.startsWith("https:") ? getByTls : get;
    const options = { agent: false as const, headers: asked, ...withoutTrust(servername) };
    const req = ask(url, options, (res) => {
      res.setEncoding("utf8");
      res.on("data", (text: string) => {
        if (seen.length < 100_000) seen += text;
        parse(text);
      });
      res.on("error", () => {});
      const closed = new Promise<void>((gone) => {
        res.on("close", () => {
          frames.end("closed");
          comments.end("closed");
          gone();
        });
      });
      resolve({
        status: res.statusCode ?? 0,
        headers: res.headers,
        frames,
        comments,
        text: () => seen,
        lastEventId: () => id,
        retryMs: () => retry,
        pause: () => res.pause(),
        resume: () => res.resume(),
        closed,
        close: () => req.destroy(),
      });
    });
    req.on("error", reject);
  });
}

/** What a reader was told; commits that came in one message are told one by one. */
export type Told = Hello | ({ type: "commit" } & Commit) | Keepalive;

export interface WsReader {
  ws: WebSocket;
  messages: Queue<Told>;
  /** The texts of the messages as they came, in the same order. */
  texts: Queue<string>;
  pause(): void;
  resume(): void;
  closed: Promise<{ code: number; reason: string }>;
  /** Drops the connection without a closing handshake. */
  drop(): void;
}

/** An upgrade that was answered with plain HTTP. */
export class UpgradeRefused extends Error {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  constructor(status: number, headers: IncomingHttpHeaders, body: string) {
    super(`refused with ${status}: ${body}`);
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

/** @throws UpgradeRefused */
export function connectWs(
  url: string,
  {
    waitMs,
    servername,
    ...options
  }: Connecting & {
    origin?: string;
    headers?: Record<string, string>;
    autoPong?: boolean;
    /** Browsers offer it, and so does `ws`. */
    perMessageDeflate?: boolean;
  } = {},
): Promise<WsReader> {
  const ws = new WebSocket(url, { ...options, ...withoutTrust(servername) });
  const messages = createQueue<Told>(waitMs);
  const texts = createQueue<string>(waitMs);
  ws.on("message", (data: Buffer) => {
    const text = data.toString("utf8");
    texts.push(text);
    const message = JSON.parse(text) as ServerMessage;
    if (message.type !== "commits") messages.push(message);
    else for (const commit of message.commits) messages.push({ type: "commit", ...commit });
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.on("close", (code, reason) => {
      messages.end(`closed with ${code}`);
      texts.end(`closed with ${code}`);
      resolve({ code, reason: reason.toString() });
    });
  });
  return new Promise((resolve, reject) => {
    ws.on("error", reject);
    ws.on("unexpected-response", (_req, res) => {
      let body = "";
      res.setEncoding("utf8");
      res.on("data", (text: string) => {
        body += text;
      });
      res.on("end", () => reject(new UpgradeRefused(res.statusCode ?? 0, res.headers, body)));
    });
    ws.on("open", () => {
      resolve({
        ws,
        messages,
        texts,
        pause: () => ws.pause(),
        resume: () => ws.resume(),
        closed,
        drop: () => ws.terminate(),
      });
    });
  });
}

export interface StreamServer {
  engine: Engine;
  sse: SseTransport;
  ws: WsTransport;
  server: Server;
  /** The server's side of every open connection. */
  sockets: Set<Socket>;
  sseUrl: string;
  wsUrl: string;
  close(): Promise<void>;
}

export interface StreamServerOptions {
  /** The address it listens on; loopback when absent. */
  host?: string;
  /** Names beside loopback and the host. */
  allowedHosts?: string[];
  /** Whose a token is; nobody's when absent. */
  identify?: Parameters<typeof createGate>[0]["identify"];
  engine?: Partial<EngineOptions>;
  sse?: Omit<SseTransportOptions, "engine">;
  ws?: Omit<WsTransportOptions, "engine" | "gate">;
}

/** The time that the engines of `startStreams` begin with: 2026-03-21T09:30:00Z. */
export const START_MS = Date.UTC(2026, 2, 21, 9, 30);

/** An engine in memory behind both transports, on a free port. */
export async function startStreams(options: StreamServerOptions = {}): Promise<StreamServer> {
  let time = START_MS;
  let ids = 0;
  const engine = await openEngine({
    journal: createMemoryJournal(),
    clock: () => time++,
    newId: () => `a-${++ids}`,
    ...options.engine,
  });
  const { host = "127.0.0.1", allowedHosts = [], identify = () => null } = options;
  const gate = createGate({ allowedHosts: [host, ...allowedHosts], identify });
  const sse = createSseTransport({ engine, ...options.sse });
  const ws = createWsTransport({ engine, gate, ...options.ws });
  const bearerOf = ({ headers }: IncomingMessage) => headers.authorization?.replace("Bearer ", "");
  const server = createServer((req, res) =>
    sse.handle(req, res, undefined, isRunningIt(gate.identify(bearerOf(req)))),
  );
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("upgrade", (req, socket, head) => ws.handleUpgrade(req, socket, head));
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    engine,
    sse,
    ws,
    server,
    sockets,
    sseUrl: `http://${host}:${port}/api/events/stream`,
    wsUrl: `ws://${host}:${port}/api/ws`,
    async close() {
      await Promise.all([sse.close(), ws.close()]);
      await new Promise((resolve) => server.close(resolve));
      await engine.close();
    },
  };
}

/** Creates tasks, all in flight at once. @throws Error when one is refused */
export async function createTasks(engine: Engine, count: number, description = ""): Promise<void> {
  const body = { title: "work", ...(description && { description }) };
  const outcomes = await Promise.all(
    Array.from({ length: count }, () => engine.dispatch("tasks/create", body)),
  );
  const refused = outcomes.find(({ ok }) => !ok);
  if (refused && !refused.ok) throw new Error(refused.message);
}

/** Looks again each turn until it holds. @throws Error when it does not within 5 s */
export async function eventually(holds: () => boolean, what: string): Promise<void> {
  // Long enough for a machine that is busy with other things.
  const deadline = Date.now() + 30_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/**
 * Runs with a server, and closes it. Where the body fails its word is the one to hear: a server that then
 * cannot close is cut off instead of waited for.
 */
export async function withStreams(
  options: StreamServerOptions,
  body: (streams: StreamServer) => Promise<void>,
): Promise<void> {
  const streams = await startStreams(options);
  try {
    await body(streams);
  } catch (error) {
    streams.close().catch(() => {});
    streams.server.close();
    for (const socket of streams.sockets) socket.destroy();
    throw error;
  }
  await streams.close();
}
