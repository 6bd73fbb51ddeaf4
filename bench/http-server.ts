/**
 * One server under measurement, in a process of its own: ours on a real journal, or a floor. Neighbour:
 * `http.ts` forks it, is told its port, and asks for the CPU time it has used.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { Session } from "node:inspector";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import type { Engine } from "../core/index.ts";
import { openSqliteJournal } from "../journal/index.ts";
import { startServer } from "../server/compose.ts";
import { companyOf, fill } from "./company.ts";

const SILENT = { info() {}, warn() {}, error: console.error };

const [kind = "ours", tasks = "15"] = process.argv.slice(2);

async function startOurs(): Promise<number> {
  const dataDir = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), "clawtasker-bench-"));
  process.once("exit", () => rmSync(dataDir, { recursive: true, force: true }));
  const journal = await openSqliteJournal({ dir: dataDir, now: Date.now });
  await fill(journal, companyOf(Number(tasks), Number(process.env.BENCH_READY ?? 0)));
  await journal.close();
  const server = await startServer({
    config: {
      host: "127.0.0.1",
      port: 0,
      token: "change-me-local",
      allowedHosts: [],
      writesPerMinute: 1_000_000,
      staleSeconds: 86_400 * 365,
      maxExpiries: 3,
      archiveDays: 0,
      keepEntries: 100_000,
      keepDays: 1,
      dataDir,
      begin: "blank",
      logLevel: "silent",
      webhookPrivate: false,
      readAuth: false,
    },
    log: SILENT,
  });
  if (process.env.BENCH_PROBES !== undefined) void stampProbes(server.engine);
  return server.port;
}

/** Tells when each write that holds `probe 42` was committed, in milliseconds since 1970. */
async function stampProbes({ feed }: Engine): Promise<void> {
  for await (const item of feed.subscribe({ signal: new AbortController().signal })) {
    const at = performance.timeOrigin + performance.now();
    if (item.type !== "entries") continue;
    for (const { patches } of item.entries) {
      const [, digits] = /probe (\d+)/.exec(JSON.stringify(patches)) ?? [];
      if (digits !== undefined) process.send?.({ probe: Number(digits), at });
    }
  }
}

/** The floors: what a server does that only says back what it was told. */
const FLOORS: Record<string, () => RequestListener> = {
  bare: () => (req, res) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      const body = JSON.stringify(JSON.parse(Buffer.concat(chunks).toString() || "{}"));
      res.setHeader("Content-Type", "application/json");
      res.end(body);
    });
  },
  express: () => {
    const app = express();
    app.use(express.json());
    app.use((req, res) => {
      res.json(req.body ?? {});
    });
    return app;
  },
};

async function startFloor(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** With BENCH_PROFILE=<folder> what happens from the first question on is profiled. */
const { BENCH_PROFILE: folder } = process.env;
if (folder !== undefined) {
  const session = new Session();
  session.connect();
  process.once("message", () => {
    session.post("Profiler.enable");
    session.post("Profiler.start");
  });
  process.once("disconnect", () =>
    session.post("Profiler.stop", (_error, { profile }) =>
      writeFileSync(join(folder, `${kind}-${tasks}.cpuprofile`), JSON.stringify(profile)),
    ),
  );
}

process.on("message", () => process.send?.({ cpu: process.cpuUsage() }));
process.once("disconnect", () => process.exit());
const floor = FLOORS[kind];
process.send?.({ port: await (floor ? startFloor(floor()) : startOurs()) });
