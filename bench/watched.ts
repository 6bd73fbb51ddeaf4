/**
 * One run with watchers: a server, so many who watch, a load, and the wait until all have seen all.
 * Neighbours: `rows/sockets.ts` and `rows/events.ts` measure by it. Invariant: what is counted begins
 * with a warm server and empty queues, and ends when the last watcher has had its last update.
 */

import { updateOf } from "./company.ts";
import type { Context } from "./context.ts";
import { flatOut, inAll, type Loaded, post } from "./load.ts";
import type { Server } from "./servers.ts";
import type { DialectName } from "./watch/dialects.ts";
import type { Seen } from "./watch/messages.ts";

export const TASKS = 15;
/** A compiler that has not seen the code yet is not what is measured. */
const WARM_SECONDS = 1;

export interface Watched {
  dialect: DialectName;
  start(): Promise<Server>;
}

/** How the writes come. */
export interface Writes {
  connections: number;
  /** In one request. */
  each: number;
  request(n: number): string;
}

export const update = (n: number) => post("/api/tasks/update", updateOf(n, TASKS));

/** One write a request. */
export const SINGLE: Writes = { connections: 64, each: 1, request: update };

const BATCH = 50;
/** As a client at the maximum rate sends them. */
export const BATCHES: Writes = {
  connections: 16,
  each: BATCH,
  request: (n) =>
    post("/api/batch", {
      actions: Array.from({ length: BATCH }, (_, index) => ({
        action: "tasks/update",
        body: updateOf(n * BATCH + index, TASKS),
      })),
    }),
};

export interface Run {
  writes: number;
  loaded: Loaded;
  seen: Seen;
  cpuMs: number;
  /** Until the last watcher had everything. */
  seconds: number;
}

/** Writes while so many watch, and waits until all have seen all. */
export async function watched(
  context: Context,
  { dialect, start }: Watched,
  wire: "ws" | "sse",
  count: number,
  each: number,
  load: (port: number, seconds: number) => Promise<Loaded>,
): Promise<Run> {
  const server = await start();
  const watchers = context.watchers();
  try {
    await watchers.open({ port: server.port, count, wire, dialect });
    const warm = await load(server.port, context.quick ? WARM_SECONDS / 2 : WARM_SECONDS);
    await watchers.await(warm.answers * each);
    await watchers.begin();
    const cpuBefore = server.cpuMs();
    const from = performance.now();
    const loaded = await load(server.port, context.seconds);
    const writes = loaded.answers * each;
    const seen = await watchers.await(writes);
    const seconds = (performance.now() - from) / 1_000;
    return { writes, loaded, seen, cpuMs: server.cpuMs() - cpuBefore, seconds };
  } finally {
    await watchers.close();
    await server.stop();
  }
}

/** Flat out: one request after the other on every connection. */
export function atFullRate(
  context: Context,
  server: Watched,
  wire: "ws" | "sse",
  count: number,
  writes: Writes,
): Promise<Run> {
  return watched(context, server, wire, count, writes.each, (port, seconds) =>
    flatOut({ port, seconds, ...writes }),
  );
}

/**
 * The same number of writes again for one watcher: what the writes cost without the crowd, in
 * milliseconds of CPU.
 */
export async function withoutCrowd(
  context: Context,
  server: Watched,
  wire: "ws" | "sse",
  { loaded }: Run,
  { each, ...writes }: Writes,
): Promise<number> {
  const run = await watched(context, server, wire, 1, each, (port) =>
    inAll({ port, count: loaded.answers, ...writes }),
  );
  return run.cpuMs;
}
