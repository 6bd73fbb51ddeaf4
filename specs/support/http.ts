/**
 * A real engine behind a real HTTP server on a free port of 127.0.0.1, with the demo company unless
 * asked otherwise, and a small client for it. Neighbours: every spec of a transport.
 * Invariant: `close` ends everything, so that the process exits by itself.
 */
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  request,
  type Server,
} from "node:http";
import type { AddressInfo } from "node:net";
import * as assert from "uvu/assert";
import {
  createGate,
  createMemoryJournal,
  type Engine,
  type Gate,
  type Journal,
  OWNER,
  openEngine,
} from "../../core/index.ts";
import { answerClientError, createHttpApp, type HttpOptions } from "../../transport-http/index.ts";

export const TOKEN = "change-me-local";
/** When the injected clock starts, in milliseconds. */
export const START = Date.parse("2026-03-21T09:00:00Z");

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The parsed body; an empty object where it is no JSON object. */
  body: Record<string, unknown>;
  /** What stands at a path of the body, such as `task.links.0.target_id`. */
  at(path: string): unknown;
}

export interface Sending {
  method?: string;
  headers?: OutgoingHttpHeaders;
  /** Sent as it is when it is text or bytes, else as JSON. */
  body?: unknown;
}

export interface HttpServer {
  url: string;
  port: number;
  server: Server;
  engine: Engine;
  gate: Gate;
  journal: Journal;
  /** In milliseconds; set it to move the clock. */
  time: { now: number };
  /** Everything logged, as JSON lines. */
  logged: string[];
  send(path: string, sending?: Sending): Promise<Answer>;
  /** Without a token. */
  get(path: string, headers?: OutgoingHttpHeaders): Promise<Answer>;
  /** With the token in the header, unless `headers` has an `Authorization` of its own. */
  post(path: string, body?: unknown, headers?: OutgoingHttpHeaders): Promise<Answer>;
  close(): Promise<void>;
}

export type HttpServerOptions = Partial<
  Pick<HttpOptions, "writesPerMinute" | "pageDir" | "streams" | "mounts">
> & {
  company?: "demo" | "blank" | "none";
  journal?: Journal;
  allowedHosts?: string[];
};

export async function startHttp(options: HttpServerOptions = {}): Promise<HttpServer> {
  const { company = "demo", journal = createMemoryJournal("spec"), allowedHosts = [] } = options;
  const time = { now: START };
  const logged: string[] = [];
  const say = (level: string) => (facts: object, message: string) => {
    logged.push(JSON.stringify({ level, message, ...facts }));
  };
  let ids = 0;
  const engine = await openEngine({ journal, clock: () => time.now, newId: () => `id-${++ids}` });
  const gate = createGate({ allowedHosts, identify: (given) => (given === TOKEN ? OWNER : null) });
  const agent = new Agent({ keepAlive: true });
  const server = createServer();
  const close = async () => {
    agent.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await engine.close();
  };
  try {
    if (company !== "none") await engine.dispatch(`${company}/reset`, {});
    const { handler } = createHttpApp({
      engine,
      gate,
      writesPerMinute: options.writesPerMinute ?? 100_000,
      bootedAt: START,
      log: { info: say("info"), warn: say("warn"), error: say("error") },
      pageDir: options.pageDir ?? null,
      streams: options.streams ?? {},
      mounts: options.mounts ?? {},
    });
    server.on("request", handler).on("clientError", answerClientError);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(0, "127.0.0.1", resolve);
    });
  } catch (error) {
    await close();
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  const send = (path: string, sending: Sending = {}) => exchange(agent, port, path, sending);

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    server,
    engine,
    gate,
    journal,
    time,
    logged,
    send,
    get: (path, headers = {}) => send(path, { headers }),
    post: (path, body = {}, headers = {}) =>
      send(path, {
        method: "POST",
        body,
        headers: { "Content-Type": "application/json", ...withToken(headers) },
      }),
    close,
  };
}

function withToken(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const own = Object.keys(headers).some((name) => name.toLowerCase() === "authorization");
  return own ? headers : { Authorization: `Bearer ${TOKEN}`, ...headers };
}

function exchange(
  agent: Agent,
  port: number,
  path: string,
  { method = "GET", headers = {}, body }: Sending,
): Promise<Answer> {
  const payload = body === undefined ? undefined : toPayload(body);
  return new Promise((resolve, reject) => {
    const req = request({
      agent,
      host: "127.0.0.1",
      port,
      path,
      method,
      headers: {
        ...(payload !== undefined &&
          !("Transfer-Encoding" in headers) && { "Content-Length": Buffer.byteLength(payload) }),
        ...headers,
      },
    });
    req.on("error", reject);
    req.on("response", (res) => {
      const chunks: Buffer[] = [];
      res.on("error", reject);
      res.on("data", (chunk: Buffer) => chunks.push(chunk));
      res.on("end", () =>
        resolve(toAnswer(res.statusCode ?? 0, res.headers, Buffer.concat(chunks).toString())),
      );
    });
    req.end(payload);
  });
}

function toPayload(body: unknown): string | Uint8Array {
  return typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
}

/** An answer as specs look at it. */
export function toAnswer(status: number, headers: IncomingHttpHeaders, text: string): Answer {
  let body: Record<string, unknown> = {};
  if ((headers["content-type"] ?? "").startsWith("application/json") && text !== "") {
    body = JSON.parse(text) as Record<string, unknown>;
  }
  return { status, headers, text, body, at: (path) => valueAt(body, path) };
}

/** What stands at a dotted path; undefined where the way ends. */
export function valueAt(value: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (at, key) => (typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined),
      value,
    );
}

/** Runs with a server of its own, which is closed whatever happens. */
export async function withHttp(
  options: HttpServerOptions,
  run: (http: HttpServer) => Promise<void>,
): Promise<void> {
  const http = await startHttp(options);
  try {
    await run(http);
  } finally {
    await http.close();
  }
}

/** Holds that a refusal has the documented shape and that nothing changed. */
export function isRefusal(answer: Answer, status: number, at: string): void {
  assert.is(answer.status, status, `${at}: ${answer.text}`);
  assert.type(answer.body.error, "string", at);
  assert.type(answer.body.code, "string", at);
  for (const field of Object.keys(answer.body)) {
    assert.ok(["error", "code", "field", "allowed"].includes(field), `${at} shows ${field}`);
  }
  assert.is(answer.headers["content-type"], "application/json; charset=utf-8");
}
