/**
 * The Express application: Host and Origin, then the API by one look-up, then the page, then whatever
 * went wrong. Neighbours: `server` mounts `handler` on its socket; `read.ts` and `write.ts` answer.
 * Invariant: the order of the checks is that of routes.md, and every request gets exactly one answer.
 */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import express, { type NextFunction, type Request, type Response } from "express";
import type { Engine, Gate } from "../core/index.ts";
import { type Answer, send } from "./answer.ts";
import { bearerOf } from "./auth.ts";
import { createDocs } from "./docs.ts";
import { createWriteLimit } from "./limits.ts";
import { createPage, SECURITY_HEADERS } from "./page.ts";
import {
  INTERNAL,
  MALFORMED,
  methodNotAllowed,
  problem,
  tooManyWrites,
  toProblem,
  UNAUTHORISED,
  unknownRoute,
} from "./problem.ts";
import { createReader } from "./read.ts";
import { createRoutes, type MountHandler, type Route, type StreamHandler } from "./routes.ts";
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
  log: Log;
  /** The folder of the built page; null when there is none. */
  pageDir: string | null;
  /** GET handlers by path, such as `/api/events/stream`. */
  streams: Readonly<Record<string, StreamHandler>>;
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
  const read = createReader({ engine, gate, bootedAt });
  const write = createWriter({ engine, gate, limit });
  const page = createPage(pageDir);

  const app = express();
  app.disable("x-powered-by");
  app.use(admit);
  app.use(answerApi);
  app.use(createDocs());
  app.use(answerPage);
  app.use(answerError);

  function admit(req: Request, res: Response, next: NextFunction): void {
    res.setHeaders(SECURITY_HEADERS);
    const refused = gate.admit(req.headers);
    if (refused) send(res, toProblem(refused));
    else next();
  }

  function answerApi(req: Request, res: Response, next: NextFunction): void | Promise<void> {
    const path = pathOf(req.url);
    const route = routes.get(path);
    if (route?.kind === "write" && req.method === "POST") {
      return answerWrite(route.name, path, req, res);
    }
    if (route?.kind === "mount" && req.method === "POST") return answerMount(route, req, res);
    if (route) answerOther(route, path, req, res);
    else if (path === "/api" || path.startsWith("/api/")) send(res, unknownRoute(path));
    else next();
  }

  function answerOther(route: Route, path: string, req: Request, res: Response): void {
    const { method } = req;
    const isGet = method === "GET" || method === "HEAD";
    if (method === "OPTIONS") send(res, { status: 204, body: "", headers: { Allow: route.allow } });
    else if (!isGet || route.kind === "write" || route.kind === "mount") {
      send(res, methodNotAllowed(method, path, route.allow));
    } else if (route.kind === "read") send(res, read(route.query, req));
    else if (route.kind === "socket") send(res, UPGRADE);
    else route.handler(req, res);
  }

  async function answerWrite(name: string, path: string, req: Request, res: Response) {
    const answer = await write(name, req);
    if (!answer) return;
    if (answer.status === 401 || answer.status === 503) {
      log.warn({ path, status: answer.status, address: req.socket.remoteAddress }, "write refused");
    }
    send(res, answer);
  }

  /** The token in the header only: what the body holds is not ours to know. */
  async function answerMount({ handler }: { handler: MountHandler }, req: Request, res: Response) {
    const admitWrite = () => limit.admit(req.socket.remoteAddress ?? "unknown");
    if (gate.holdsToken(bearerOf(req))) return handler(req, res, admitWrite);
    const waitSeconds = admitWrite();
    const answer = waitSeconds > 0 ? tooManyWrites(limit.perMinute, waitSeconds) : UNAUTHORISED;
    log.warn({ status: answer.status, address: req.socket.remoteAddress }, "write refused");
    send(res, answer);
  }

  function answerPage(req: Request, res: Response, next: NextFunction): void {
    if (req.path !== "/" || req.method === "GET" || req.method === "HEAD") {
      page(req, res, next);
    } else if (req.method === "OPTIONS") {
      send(res, { status: 204, body: "", headers: { Allow: PAGE_METHODS } });
    } else send(res, methodNotAllowed(req.method, "/", PAGE_METHODS));
  }

  // Express knows an error handler by its four parameters.
  function answerError(error: unknown, req: Request, res: Response, _next: NextFunction): void {
    fail(error, req, res);
  }

  function fail(error: unknown, req: IncomingMessage, res: ServerResponse): void {
    const answer = toErrorAnswer(error);
    if (answer.status >= 500) {
      // The query is left out: somebody may have put a token there.
      log.error({ err: error, method: req.method, path: pathOf(req.url ?? "") }, "request failed");
    }
    if (res.headersSent) res.destroy();
    else send(res, answer);
  }

  return {
    handler(req, res) {
      // Only a target that is no path gets past all of the above, without an error.
      app(req as Request, res as Response, (error?: unknown) =>
        error ? fail(error, req, res) : send(res, MALFORMED),
      );
    },
  };
}

const PAGE_METHODS = "GET, HEAD, OPTIONS";
const UPGRADE = problem(
  426,
  "upgrade_required",
  "this route speaks WebSocket; connect with ws://",
  {
    Upgrade: "websocket",
  },
);

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
