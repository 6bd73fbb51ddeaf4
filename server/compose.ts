/**
 * Puts the parts together: journal, engine, gate, the three transports, timers, one HTTP server.
 * Neighbours: `main.ts` for the process, the specs for real servers on port 0. Invariant: what starts
 * here is stopped here, in the reverse order, also when starting fails half way.
 */
import { hash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { getHeapStatistics } from "node:v8";
import { CUT_OFF, type CutOffReason, createGate, type Engine, openEngine } from "../core/index.ts";
import { closeToOthers, isWritableByOthers, openSqliteJournal } from "../journal/index.ts";
import { createMcpHandler } from "../mcp/index.ts";
import { answerClientError, createHttpApp, createSparing, whoIs } from "../transport-http/index.ts";
import { createSseTransport } from "../transport-sse/index.ts";
import { createWsTransport } from "../transport-ws/index.ts";
import { createGoesAhead } from "./ahead.ts";
import { type Backups, openBackups } from "./backup.ts";
import { type Config, inUrl, isLoopback, stateMbFor } from "./config.ts";
import { shareConnections } from "./connection-places.ts";
import { listenTo } from "./connections.ts";
import { allowedDescriptors, connectionsWithin } from "./descriptors.ts";
import { createHearing } from "./hearing.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { createReady, live } from "./probes.ts";
import { startArchiving, startExpiring, startHandingOver, startSweeping } from "./timers.ts";
import { openTokenKeeper, type TokenKeeper } from "./tokens/keeper.ts";
import { withTokens } from "./tokens/token-engine.ts";
import { createTurn } from "./turn.ts";
import { createUpgradeHandler } from "./upgrade.ts";
import { watchVanished } from "./vanished.ts";
import { warmUp } from "./warm-up.ts";
import { type DeliveryPorts, openWebhooks, type Webhooks } from "./webhooks/index.ts";

export interface Log {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface ServerOptions {
  config: Config;
  log: Log;
  /** Told when nothing more can be accepted; the process should end and recover. */
  onFatal?(error: Error): void;
  /** How webhooks wait, resolve and time out, where not as usual. */
  deliveries?: Partial<DeliveryPorts>;
  /** By when a request must be whole, in milliseconds (slowloris); 15 s when absent. */
  requestTimeoutMs?: number;
  /** Once so many are open they are shared out; 5,000 when absent, and fewer where the system allows fewer. */
  maxConnections?: number;
}

export interface RunningServer {
  /** Without a path: `http://127.0.0.1:3000`. */
  url: string;
  port: number;
  engine: Engine;
  /** Finishes what is under way, tells every stream to come back, closes the journal. */
  close(): Promise<void>;
}

/** Characters below which a token on a network may be guessed. */
const GOOD_TOKEN = 16;
const DAY_MS = 86_400_000;
/** How long answers under way may take once the server stops. */
const GRACE_MS = 2_000;
/** A request must be whole by then (slowloris). */
const REQUEST_TIMEOUT_MS = 15_000;
/** A thousand of each stream, and as many agents again and again; each costs memory and a descriptor. */
const MAX_CONNECTIONS = 5_000;

/** @throws Error with a message for the user when the data or the port cannot be had */
export async function startServer({
  config,
  log,
  onFatal,
  deliveries,
  requestTimeoutMs = REQUEST_TIMEOUT_MS,
  maxConnections = MAX_CONNECTIONS,
}: ServerOptions): Promise<RunningServer> {
  const clock = () => Date.now();
  const bootedAt = clock();
  const metrics = createMetrics();
  const opened = await openSqliteJournal({
    dir: config.dataDir,
    now: clock,
    onDamage: (reason) => log.error({ reason }, "the journal was damaged; see system/recovery"),
  });
  closeFolder(config.dataDir, log);
  if (!isLoopback(config.host) && config.token.length < GOOD_TOKEN) {
    const remedy = "take one of openssl rand -base64 32";
    log.warn(
      { host: config.host },
      `CLAWTASKER_API_TOKEN is short enough to be guessed; ${remedy}`,
    );
  }
  const journal = metrics.timed(opened);
  const spare = createSparing(clock);
  const engine = await openEngine({
    journal,
    clock,
    newId: randomUUID,
    digest: (text) => hash("sha256", text),
    keepEntries: config.keepEntries,
    keepMs: config.keepDays * DAY_MS,
    keepCharacters: config.keepMb * 1_000_000,
    maxState: 1_000_000 * (config.maxStateMb ?? stateMbFor(getHeapStatistics().heap_size_limit)),
    timeout: (ms) => AbortSignal.timeout(ms),
    turn: createTurn({ now: () => performance.now(), nextTurn: setImmediate }),
    elapsed: () => performance.now(),
    // What anybody can bring about leaves one line, without a stack.
    onAhead(since, head) {
      const unsaid = spare("ahead");
      if (unsaid)
        log.warn(unsaid, `a reader has seen entry ${since}, the last one here is ${head}`);
    },
    onWarning: (error) => log.warn({ err: error }, "the journal could not keep something"),
    onFatal(error) {
      log.error({ err: error }, "the journal failed; nothing more is accepted");
      // The process may be about to end, and its thread must not be in the middle of a read then.
      void opened.abort();
      onFatal?.(error);
    },
  }).catch(async (error: unknown) => {
    await journal.close();
    throw error;
  });
  try {
    if (engine.view().seq === 0) await begin(engine, config.begin);
    const found = engine.recovery();
    const isWhole = found.cut_off === null && found.refused.length === 0;
    if (isWhole) log.info(found, "recovered");
    else log.warn(found, "recovered, but for what was damaged");
    const webhooks = await openWebhooks({
      engine,
      dir: config.dataDir,
      allowPrivate: config.webhookPrivate === true,
      log,
      ports: deliveries,
    });
    const keeper = await openTokenKeeper({ dir: config.dataDir, ownToken: config.token, clock });
    if (keeper.damaged) {
      const found = { kept_in: keeper.damaged };
      log.warn(found, "the list of named tokens is unreadable; create them again");
    }
    const backups = await openBackups({ journal, dir: config.dataDir, log });
    return await serve({
      config,
      log,
      engine: webhooks.engine,
      webhooks,
      keeper,
      backups,
      metrics,
      bootedAt,
      requestTimeoutMs,
      maxConnections: withinDescriptors(maxConnections, log),
    });
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** What begins so in the data folder is ours; the journal has seen to its own files. */
const OWN_FILES = ["clawtasker.db", "tokens.json", "webhook-vault.json", "webhook-W-"];

/** A copy laid there by hand, or an older release, may have left a file open to others. */
function closeFolder(dir: string, log: Log): void {
  const open = OWN_FILES.flatMap((prefix) => closeToOthers(dir, prefix));
  if (open.length > 0)
    log.warn({ dir, files: open }, "others may read these files; chmod 600 them");
  if (isWritableByOthers(dir)) {
    log.warn({ dir }, "others may write to the data folder, so change its files; chmod 700 it");
  }
}

function withinDescriptors(most: number, log: Log): number {
  const open_files = allowedDescriptors();
  const connections = connectionsWithin(most, open_files);
  if (connections < most) {
    const text = `the system lets this process open ${open_files} files; raise that (ulimit -n, LimitNOFILE=) for ${most} connections`;
    log.warn({ open_files, connections }, text);
  }
  return connections;
}

async function begin(engine: Engine, company: Config["begin"]): Promise<void> {
  const outcome = await engine.dispatch(`${company}/reset`, {}, { actor: "system" });
  if (!outcome.ok) throw new Error(`the first company could not be written: ${outcome.message}`);
}

interface Parts extends Omit<ServerOptions, "onFatal" | "deliveries"> {
  engine: Engine;
  webhooks: Webhooks;
  keeper: TokenKeeper;
  backups: Backups;
  metrics: Metrics;
  bootedAt: number;
  requestTimeoutMs: number;
  maxConnections: number;
}

async function serve(parts: Parts): Promise<RunningServer> {
  const { config, log, webhooks, keeper, backups, metrics, bootedAt, requestTimeoutMs } = parts;
  const gate = createGate({
    allowedHosts: config.allowedHosts,
    identify: keeper.identify,
    readsAsk: config.readAuth,
    grants: keeper.grants,
  });
  const tokens = withTokens({
    engine: parts.engine,
    keeper,
    onRevoked(name) {
      log.info({ name }, "a token was revoked");
      ws.expel(name);
      sse.expel(name);
      backups.expel(name);
    },
  });
  const engine = metrics.counted(tokens);
  const spareFaults = createSparing(parts.engine.clock);
  function onError(error: Error): void {
    const unsaid = spareFaults(`${error.name} ${error.message}`);
    if (unsaid) log.error({ err: error, ...unsaid }, "a stream failed");
  }
  const sse = createSseTransport({ engine, whoIs, onError });
  const ws = createWsTransport({ engine, gate, whoIs, onError });
  let closing: Promise<void> | null = null;
  const isStopping = () => closing !== null || engine.stopped();
  const app = createHttpApp({
    engine,
    gate,
    writesPerMinute: config.writesPerMinute,
    bootedAt,
    turn: createTurn({ now: () => performance.now(), nextTurn: setImmediate }),
    log,
    pageDir: fileURLToPath(new URL("../page", import.meta.url)),
    streams: {
      "/api/events/stream": sse.handle,
      "/api/system/backup": { handler: backups.handle, asks: "always" },
      "/livez": { handler: live, asks: "never" },
      "/readyz": { handler: createReady({ stopped: isStopping }), asks: "never" },
      "/metrics": metrics.handle,
    },
    mounts: { "/mcp": createMcpHandler({ engine, bootedAt, onError }) },
  });
  const server = createServer({
    requestTimeout: requestTimeoutMs,
    headersTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(2_000, requestTimeoutMs),
    // Without a Host the gate answers, in the shape of every other error.
    requireHostHeader: false,
  });
  const whoOf = (remoteAddress: string) => whoIs({ socket: { remoteAddress } });
  shareConnections(server, { most: parts.maxConnections, whoOf });
  const unused = trackUnused(server);
  const request = (req: IncomingMessage, res: ServerResponse) => {
    metrics.onRequest(req, res);
    app.handler(req, res);
  };
  const upgrade = createUpgradeHandler(ws.handleUpgrade);
  const spare = createSparing(engine.clock);
  function sayOf(remote: string, what: string): void {
    const unsaid = spare(`${remote} ${what}`);
    if (unsaid) log.info({ remote, ...unsaid }, what);
  }
  function onCutOff(remote: string, reason: CutOffReason): void {
    metrics.onCutOff(reason);
    sayOf(remote, CUT_OFF[reason]);
  }
  const connections = listenTo(server, { request, upgrade, clientError: answerClientError }, log, {
    whoOf,
    goesAhead: createGoesAhead(gate),
    onCutOff,
  });
  metrics.watch({ engine, connections, clients: { sse: sse.clients, ws: ws.clients } });
  await listen(server, config);
  const stopWatching = watchVanished(connections);
  const { port } = server.address() as AddressInfo;
  const hearing = createHearing(engine.clock, () => performance.now());
  const onTimer = (error: Error) => log.error({ err: error }, "a timer failed");
  const stopSweeping = startSweeping({ engine, hearing, onError: onTimer }, config.staleSeconds);
  const stopExpiring = startExpiring({ engine, hearing, onError: onTimer }, config.maxExpiries);
  const stopHandingOver = startHandingOver({ engine, onError: onTimer });
  const stopArchiving = startArchiving({ engine, onError: onTimer }, config.archiveDays);
  webhooks.start();
  const stopWarming = warmUp();

  async function close(): Promise<void> {
    stopSweeping();
    stopExpiring();
    stopHandingOver();
    stopArchiving();
    stopWarming();
    stopWatching();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    backups.close();
    metrics.close();
    await Promise.all([sse.close(), ws.close(), webhooks.close()]);
    for (const socket of unused) socket.destroy();
    // Writes under way are still answered: only then is the journal closed.
    await engine.close();
    const late = setTimeout(() => {
      for (const socket of connections) socket.destroy();
    }, GRACE_MS);
    server.closeIdleConnections();
    await closed;
    clearTimeout(late);
  }
  return {
    url: `http://${inUrl(config.host)}:${port}`,
    port,
    engine,
    close: () => (closing ??= close()),
  };
}

/** Connections that never sent a request: Node does not count them as idle, so they would hold up a close. */
function trackUnused(server: Server): ReadonlySet<Socket> {
  const unused = new Set<Socket>();
  server.on("connection", (socket) => {
    unused.add(socket);
    socket.once("close", () => unused.delete(socket));
  });
  server.on("request", ({ socket }) => unused.delete(socket));
  server.on("upgrade", ({ socket }) => unused.delete(socket));
  return unused;
}

function listen(server: Server, { host, port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE") return reject(error);
      reject(new Error(`port ${port} on ${host} is in use; set CLAWTASKER_PORT to another one`));
    });
    server.listen(port, host, resolve);
  });
}
