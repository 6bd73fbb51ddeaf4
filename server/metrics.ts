/**
 * What an operator's Prometheus reads at `/metrics`. Neighbours: `compose.ts` wraps journal, engine and
 * handler in what counts here. Invariants: a label has a bounded number of values, none of them from a
 * caller; no id, name or token is in it; a request costs a few counters, and who asks again and again
 * gets the text of a second ago.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import {
  actions,
  CUT_OFF_REASONS,
  type CutOffReason,
  type DispatchOptions,
  type Engine,
  type Outcome,
  queries,
} from "../core/index.ts";
import type { SqliteJournal } from "../journal/index.ts";

export interface Watched {
  engine: Engine;
  connections: ReadonlySet<Socket>;
  /** How many there are, by transport. */
  clients: Record<"sse" | "ws", () => number>;
}

export interface Metrics {
  /** The journal, its appends timed. */
  timed(journal: SqliteJournal): SqliteJournal;
  /** The engine, its refusals counted by code. */
  counted(engine: Engine): Engine;
  /** For every request, before it is answered. */
  onRequest(req: IncomingMessage, res: ServerResponse): void;
  /** What is read when it is asked for; begins to time the feed. */
  watch(watched: Watched): void;
  /** For every connection that is ended in the midst of what it is sent. */
  onCutOff(reason: CutOffReason): void;
  /** Answers `GET /metrics`. */
  handle(req: IncomingMessage, res: ServerResponse): void;
  close(): void;
}

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const OTHERS = [
  "/api/events/stream",
  "/api/ws",
  "/api/system/backup",
  "/api/batch",
  "/mcp",
  "/docs",
];
const EVENT_LOOP_PRECISION_MS = 50;
/** It takes as long to make as some twenty reads do. */
const KEPT_MS = 1_000;

/** @param now milliseconds that only go up */
export function createMetrics(now = () => performance.now()): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({
    register: registry,
    eventLoopMonitoringPrecision: EVENT_LOOP_PRECISION_MS,
  });
  const requests = new Counter({
    name: "clawtasker_http_requests_total",
    help: "Requests that were answered, by route, method and status.",
    labelNames: ["route", "method", "status"],
    registers,
  });
  const rejections = new Counter({
    name: "clawtasker_rejections_total",
    help: "Actions that were refused by the core, by code.",
    labelNames: ["code"],
    registers,
  });
  const cutOffs = new Counter({
    name: "clawtasker_cut_off_total",
    help: "Connections that were ended in the midst of what they were sent, by reason.",
    labelNames: ["reason"],
    registers,
  });
  // From the start, so that the first one is seen to rise.
  for (const reason of CUT_OFF_REASONS) cutOffs.inc({ reason }, 0);
  const commits = new Histogram({
    name: "clawtasker_commit_seconds",
    help: "How long it took to make a group of entries durable.",
    buckets: SECONDS,
    registers,
  });
  const lag = new Histogram({
    name: "clawtasker_feed_lag_seconds",
    help: "From the moment an entry was decided until a reader of the feed has it.",
    buckets: SECONDS,
    registers,
  });
  const ending = new AbortController();
  const known = new Set([
    ...[...actions.values()].flatMap(({ name, internal }) => (internal ? [] : [`/api/${name}`])),
    ...[...queries.keys()].map((name) => `/api/${name}`),
    ...OTHERS,
  ]);

  function gauge(name: string, help: string, read: () => number): void {
    const collect = function (this: Gauge): void {
      this.set(read());
    };
    new Gauge({ name, help, registers, collect });
  }

  async function timeFeed(engine: Engine): Promise<void> {
    for await (const item of engine.feed.subscribe({ signal: ending.signal })) {
      if (item.type !== "entries") continue;
      const shown = engine.clock();
      for (const { action } of item.entries)
        lag.observe(Math.max(0, shown - action.stamp.at) / 1_000);
    }
  }

  let made = { at: Number.NEGATIVE_INFINITY, text: Promise.resolve("") };

  function recent(): Promise<string> {
    if (now() - made.at >= KEPT_MS) made = { at: now(), text: registry.metrics() };
    return made.text;
  }

  function routeOf(url: string): string {
    const end = url.indexOf("?");
    const path = end < 0 ? url : url.slice(0, end);
    if (known.has(path)) return path;
    return path.startsWith("/api/") ? "unknown" : "page";
  }

  return {
    timed: (journal) =>
      Object.assign(Object.create(journal) as SqliteJournal, {
        async append(...given: Parameters<SqliteJournal["append"]>) {
          const stop = commits.startTimer();
          try {
            return await journal.append(...given);
          } finally {
            stop();
          }
        },
      }),
    counted(engine) {
      async function dispatchUnknown(name: string, body: unknown, options?: DispatchOptions) {
        const outcome: Outcome = await engine.dispatchUnknown(name, body, options);
        if (!outcome.ok) rejections.inc({ code: outcome.code });
        return outcome;
      }
      return {
        ...engine,
        dispatchUnknown,
        dispatch: (name, body, options) =>
          dispatchUnknown(name, body, options) as Promise<Outcome<never>>,
      };
    },
    onRequest({ method = "", url = "" }, res) {
      res.once("finish", () => {
        const verb = METHODS.has(method) ? method : "other";
        requests.inc({ route: routeOf(url), method: verb, status: res.statusCode });
      });
    },
    watch({ engine, connections, clients }) {
      gauge("clawtasker_seq", "The last entry that is durable.", () => engine.view().seq);
      gauge(
        "clawtasker_state_characters",
        "What the state holds, of at most CLAWTASKER_MAX_STATE_MB.",
        () => engine.size(),
      );
      gauge("clawtasker_connections", "Open connections.", () => connections.size);
      gauge("clawtasker_buffered_bytes", "What waits to be sent, on all connections.", () => {
        let bytes = 0;
        for (const { writableLength } of connections) bytes += writableLength;
        return bytes;
      });
      new Gauge({
        name: "clawtasker_clients",
        help: "Open streams, by transport.",
        labelNames: ["transport"],
        registers,
        collect() {
          for (const transport of ["sse", "ws"] as const) {
            this.set({ transport }, clients[transport]());
          }
        },
      });
      // Ends with the server; a feed that cannot be read is told by those who read it.
      timeFeed(engine).catch(() => {});
    },
    onCutOff: (reason) => cutOffs.inc({ reason }),
    handle(_req, res) {
      recent()
        .then((text) => {
          res.writeHead(200, { "Content-Type": registry.contentType, "Cache-Control": "no-store" });
          res.end(text);
        })
        .catch(() => res.destroy());
    },
    close() {
      ending.abort();
      registry.clear();
    },
  };
}

const METHODS = new Set(["GET", "HEAD", "POST", "OPTIONS"]);
