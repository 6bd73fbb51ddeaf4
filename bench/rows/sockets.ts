/**
 * What a change costs until everyone has seen it: so many WebSocket watchers, at 50 writes a second
 * (how late is the last one) and flat out (how many writes, and the CPU of one delivery).
 * Neighbours: `floors/broadcast.ts`, `peers/`; the watchers count every update in its order.
 */
import type { Context } from "../context.ts";
import { agentId, taskId } from "../data.ts";
import { flatOut, type Loaded, paced, post } from "../load.ts";
import type { Started } from "../process.ts";
import { inTurns, quantile, type Result, type Row, ratio, type Sample } from "../row.ts";
import type { DialectName } from "../watch/dialects.ts";
import type { Seen } from "../watch/messages.ts";

const PACE = 50;
const CONNECTIONS = 64;
const TASKS = 15;
/** A compiler that has not seen the code yet is not what is measured. */
const WARM_SECONDS = 1.5;
export const PEERS = ["socket.io", "sharedb", "hocuspocus"] as const;

interface Server {
  name: string;
  dialect: DialectName;
  start(): Promise<Started>;
}

function servers(context: Context, peers: boolean): Server[] {
  return [
    { name: "ours", dialect: "ours", start: () => context.startOurs(TASKS) },
    {
      name: "ws, one frame a write",
      dialect: "plain",
      start: () => context.startFloor("broadcast", "each"),
    },
    {
      name: "ws, one frame a turn",
      dialect: "plain",
      start: () => context.startFloor("broadcast", "turn"),
    },
    ...(peers ? PEERS : []).map((name) => ({
      name,
      dialect: name as DialectName,
      start: () => context.startPeer(name),
    })),
  ];
}

export const update = (n: number) =>
  post("/api/tasks/update", {
    task_id: taskId(1 + (n % TASKS)),
    agent_id: agentId(1),
    // Never the one before: an update that changes nothing would make no patch.
    progress: Math.floor(n / TASKS) % 100,
  });

/** Writes while so many watch, and waits until all have seen all. */
export async function watched(
  context: Context,
  { dialect, start }: Server,
  wire: "ws" | "sse",
  count: number,
  load: (port: number, seconds: number) => Promise<Loaded>,
  seconds: number,
): Promise<{ loaded: Loaded; seen: Seen; cpuMs: number; seconds: number }> {
  const server = await start();
  const watchers = context.watchers();
  try {
    await watchers.open({ port: server.port, count, wire, dialect });
    // Warm, and every queue empty again.
    const warm = await load(server.port, WARM_SECONDS);
    await watchers.await(warm.answers);
    await watchers.begin();
    const cpuBefore = server.cpuMs();
    const from = performance.now();
    const loaded = await load(server.port, seconds);
    const seen = await watchers.await(loaded.answers);
    const took = (performance.now() - from) / 1_000;
    return { loaded, seen, cpuMs: server.cpuMs() - cpuBefore, seconds: took };
  } finally {
    await watchers.close();
    await server.stop();
  }
}

async function steady(context: Context, server: Server, count: number): Promise<Sample> {
  const load = (port: number, seconds: number) =>
    paced({ port, connections: 32, perSecond: PACE, seconds, request: update });
  const { loaded, seen } = await watched(context, server, "ws", count, load, context.quick ? 2 : 4);
  const late = loaded.sentAt.map((at, n) => (seen.lastAt[n] ?? Number.NaN) - at);
  return {
    "last p50 ms": quantile(late, 0.5),
    "last p99 ms": quantile(late, 0.99),
    "answer p50 ms": quantile(loaded.latencies, 0.5),
    "bytes/update": seen.bytes / seen.updates,
  };
}

async function fastest(context: Context, server: Server, count: number): Promise<Sample> {
  const load = (port: number, seconds: number) =>
    flatOut({ port, connections: CONNECTIONS, seconds, request: update });
  const run = await watched(context, server, "ws", count, load, context.seconds);
  const { loaded, seen, cpuMs, seconds } = run;
  const due = loaded.answers * count;
  return {
    "writes/s": loaded.answers / seconds,
    "deliveries/s": seen.updates / seconds,
    "CPU µs/delivery": (cpuMs * 1_000) / seen.updates,
    "CPU µs/write": (cpuMs * 1_000) / loaded.answers,
    "delivered %": (100 * seen.updates) / due,
    disorder: seen.disorder,
  };
}

function paceRow(count: number): Row {
  return {
    name: `ws-${count}-paced`,
    ...(count > 200 && { slow: true }),
    title: `${count} WebSocket watchers, ${PACE} writes a second: when the last one has it`,
    async run(context): Promise<Result> {
      const subjects = await inTurns(
        context.rounds,
        servers(context, false)
          .slice(0, 2)
          .map((server) => ({
            name: server.name,
            measure: () => steady(context, server, count),
          })),
      );
      const value = ratio(subjects, "last p99 ms", "ours", "ws, one frame a write");
      return {
        subjects,
        goals: [{ what: "last watcher's p99, ours against raw ws", value, atMost: 1.3 }],
        note: "Ours is durable: a synced commit is part of its time. The floor keeps nothing.",
      };
    },
  };
}

function rateRow(count: number, withPeers: boolean): Row {
  return {
    name: `ws-${count}-rate`,
    ...(count > 200 && { slow: true }),
    title: `${count} WebSocket watchers, flat out: every update to everyone, in order`,
    async run(context): Promise<Result> {
      const all = servers(context, withPeers && context.peers);
      const subjects = await inTurns(
        context.rounds,
        all.map((server) => ({
          name: server.name,
          measure: () => fastest(context, server, count),
        })),
      );
      const floor = "ws, one frame a turn";
      const goals = [
        {
          what: "writes/s, ours against the coalesced floor",
          value: ratio(subjects, "writes/s", "ours", floor),
          atLeast: 0.8,
        },
        {
          what: "CPU of one delivery, ours against the coalesced floor",
          value: ratio(subjects, "CPU µs/delivery", "ours", floor),
          atMost: 1.5,
        },
        ...all.slice(3).map(({ name }) => ({
          what: `deliveries/s, ours against ${name}`,
          value: ratio(subjects, "deliveries/s", "ours", name),
          atLeast: 1,
        })),
      ];
      return { subjects, goals };
    },
  };
}

export const sockets: Row[] = [
  paceRow(200),
  paceRow(1_000),
  rateRow(200, true),
  rateRow(1_000, false),
];
