/**
 * The way of a request: Host and Origin, then the API by one look-up, then the site. Neighbours:
 * `server` mounts `handler` on its socket; `read.ts` and `write.ts` answer; `site.ts` has the rest.
 * Invariant: the order of the checks is that of routes.md, and every request gets exactly one answer.
 */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import { type Engine, type Gate, isRunningIt, type Ports, refuseRole } from "../core/index.ts";
import { type Answer, secure, send } from "./answer.ts";
import { bearerOf } from "./auth.ts";
import { markShared } from "./being-sent.ts";
import { hasBody } from "./body.ts";
import { createWriteLimit, senderOf, whoIs } from "./limits.ts";
import {
  INTERNAL,
  methodNotAllowed,
  problem,
  READING_ASKS,
  tooMany,
  toProblem,
  UNAUTHORISED,
  unknownRoute,
} from "./problem.ts";
import { createReader } from "./read.ts";
import { requestIdOf } from "./request-id.ts";
import {
  createRoutes,
  type MountHandler,
  type Route,
  type Stream,
  type StreamHandler,
} from "./routes.ts";
import { createSite } from "./site.ts";
import { createSparing } from "./sparing.ts";
import { createWriter } from "./write.ts";

/** What of a logger is used here; pino fits. */
export interface Log {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface HttpOptions {
  engine: Engine;
  gate: Gate;
  /** For each address, in any 60 seconds. */
  writesPerMinute: number;
  /** Milliseconds since the epoch. */
  bootedAt: number;
  /** As the engine's: between the steps of a long answer the loop turns. */
  turn?: Ports["turn"];
  log: Log;
  /** The folder of the built page; null when there is none. */
  pageDir: string | null;
  /** GET handlers by path, such as `/api/events/stream`. */
  streams: Readonly<Record<string, StreamHandler | Stream>>;
  /** POST handlers of other protocols by path, such as `/mcp`. */
  mounts?: Readonly<Record<string, MountHandler>>;
}

export interface HttpApp {
  /** For `http.createServer`; pair it with `answerClientError`. */
  handler(req: IncomingMessage, res: ServerResponse): void;
}

/** @throws RangeError when `writesPerMinute` is no positive number */
export function createHttpApp(options: HttpOptions): HttpApp {
  const { engine, gate, writesPerMinute, bootedAt, log, pageDir, streams } = options;
  const routes = createRoutes(streams, options.mounts);
  // One for all ways in: the same address has one allowance.
  const limit = createWriteLimit(writesPerMinute, engine.clock);
  const read = createReader({ engine, gate, bootedAt, turn: options.turn });
  const write = createWriter({ engine, gate, limit });
  const site = createSite(pageDir, fail);
  const spare = createSparing(engine.clock);

  function answerApi(
    route: Route,
    path: string,
    req: IncomingMessage,
    res: ServerResponse,
  ): void | Promise<void> {
    if (req.method === "POST") {
      if (route.kind === "write") return answerWrite(route.name, path, req, res);
      if (route.kind === "mount") return answerMount(route, req, res);
    }
    return answerOther(route, path, req, res);
  }

  function answerOther(
    route: Route,
    path: string,
    req: IncomingMessage,
    res: ServerResponse,
  ): void | Promise<void> {
    const { method = "" } = req;
    const isGet = method === "GET" || method === "HEAD";
    if (method === "OPTIONS") send(res, { status: 204, body: "", headers: { Allow: route.allow } });
    else if (!isGet || route.kind === "write" || route.kind === "mount") {
      send(res, methodNotAllowed(method, path, route.allow));
    } else if (route.kind === "read") {
      const answer = read(route.query, req, res);
      if (answer instanceof Promise) return answer.then((late) => send(res, late));
      send(res, answer);
    } else if (route.kind === "socket") send(res, UPGRADE);
    else answerStream(route, req, res);
  }

  function answerStream(
    { handler, asks, right }: Route & { kind: "stream" },
    req: IncomingMessage,
    res: ServerResponse,
  ): void {
    const caller = gate.identify(bearerOf(req));
    let token: string | undefined;
    if (asks === "always" || (asks === "as reads" && gate.readsAsk)) {
      token = caller?.name;
      const forbidden = caller && refuseRole(caller, "reads", right);
      if (!caller) return void send(res, asks === "always" ? UNAUTHORISED : READING_ASKS);
      if (forbidden) return void send(res, toProblem(forbidden));
    }
    secure(res);
    markShared(res);
    handler(req, res, token, isRunningIt(caller));
  }

  async function answerWrite(
    name: string,
    path: string,
    req: IncomingMessage,
    res: ServerResponse,
  ): Promise<void> {
    const answer = await write(name, req, res);
    if (!answer) return;
    if (answer.status === 401 || answer.status === 503) logRefusal(answer, path, req);
    send(res, answer);
  }

  /** The token in the header only: what the body holds is not ours to know. */
  async function answerMount(
    { handler }: { handler: MountHandler },
    req: IncomingMessage,
    res: ServerResponse,
  ): Promise<void> {
    const identify = () => gate.identify(bearerOf(req));
    const caller = identify();
    const sender = senderOf(req, caller);
    const admitWrite = (actions = 0) =>
      limit.admit(sender) ?? (actions > 0 ? limit.admitActions(sender, actions) : null);
    const wrote = (characters: number) => limit.wrote(sender, characters);
    if (caller) {
      secure(res);
      const isKnown = () => identify()?.name === caller.name;
      return handler(req, res, {
        admitWrite,
        wrote,
        caller,
        who: whoIs(req, caller.name),
        isKnown,
      });
    }
    const over = admitWrite();
    const answer = over ? tooMany(over) : UNAUTHORISED;
    logRefusal(answer, pathOf(req.url ?? ""), req);
    send(res, answer);
  }

  function logRefusal(answer: Answer, path: string, req: IncomingMessage): void {
    const unsaid = spare(`${answer.status} ${path} ${req.socket.remoteAddress}`);
    if (unsaid) log.warn({ path, ...factsOf(answer, req), ...unsaid }, "write refused");
  }

  function fail(error: unknown, req: IncomingMessage, res: ServerResponse): void {
    // Whoever asked went away while a file was sent: no fault, and nobody to tell.
    if (GONE.has((error as { code?: unknown } | null)?.code)) return void res.destroy();
    const answer = toErrorAnswer(error);
    if (answer.status >= 500) logFault(error, answer, req);
    if (res.headersSent) res.destroy();
    else send(res, answer);
  }

  function logFault(error: unknown, answer: Answer, req: IncomingMessage): void {
    const code = (error as { code?: unknown } | null)?.code;
    // Too many open files is no fault of the request, and every request for a file meets it.
    const unsaid = FULL.has(code) ? spare(String(code)) : {};
    if (!unsaid) return;
    // The query is left out: somebody may have put a token there.
    const path = pathOf(req.url ?? "");
    const facts = { err: error, method: req.method, path, ...factsOf(answer, req), ...unsaid };
    log.error(facts, "request failed");
  }

  function handle(req: IncomingMessage, res: ServerResponse): void | Promise<void> {
    const path = pathOf(req.url ?? "");
    const route = routes.get(path);
    // Nobody reads it, so all of it would be taken off the wire for nothing before another request.
    if (req.method !== "POST" && hasBody(req)) res.shouldKeepAlive = false;
    const isApi = path === "/api" || path.startsWith("/api/");
    const refused = gate.admit(req, !route && !isApi);
    if (refused) return send(res, toProblem(refused));
    const { expect } = req.headers;
    if (expect !== undefined && expect.toLowerCase() !== "100-continue") return send(res, UNMET);
    if (route) return answerApi(route, path, req, res);
    if (isApi) return send(res, unknownRoute(path));
    site(req, res);
  }

  return {
    handler(req, res) {
      try {
        handle(req, res)
          ?.catch((error: unknown) => fail(error, req, res))
          // A rejection that nobody hears would end the process.
          .catch(() => res.destroy());
      } catch (error) {
        fail(error, req, res);
      }
    },
  };
}

/** Express says the first; the second is as it comes, from the answer before it on a connection. */
const GONE: ReadonlySet<unknown> = new Set(["ECONNABORTED", "EPIPE"]);

const FULL: ReadonlySet<unknown> = new Set(["EMFILE", "ENFILE"]);

const UNMET = problem(417, "bad_request", "no other expectation than 100-continue is met here");

const UPGRADE = problem(
  426,
  "upgrade_required",
  "this route speaks WebSocket; connect with ws://",
  {
    Upgrade: "websocket",
  },
);

/** For the log: never a header or a body, which may hold a token. */
function factsOf({ status }: Answer, req: IncomingMessage): object {
  return { status, address: req.socket.remoteAddress, request_id: requestIdOf(req) };
}

function pathOf(url: string): string {
  const end = url.indexOf("?");
  return end < 0 ? url : url.slice(0, end);
}

/** Errors of the packages that serve files carry a status of their own; the rest are ours. */
function toErrorAnswer(error: unknown): Answer {
  const status = (error as { status?: unknown } | null)?.status;
  if (typeof status !== "number" || status < 400 || status >= 500) return INTERNAL;
  return problem(status, "bad_request", (STATUS_CODES[status] ?? "bad request").toLowerCase());
}
