/**
 * What a change costs until everyone has seen it: so many WebSocket watchers, at 50 writes a second
 * (how late is the last one) and flat out (how many writes, and the CPU of one delivery).
 * Neighbours: `watched.ts` runs them, `floors/broadcast.ts`, `peers/`; the watchers count every update
 * in its order.
 */
import type { Context } from "../context.ts";
import { paced } from "../load.ts";
import { inTurns, quantile, type Result, type Row, ratio, type Sample, toCount } from "../row.ts";
import {
  atFullRate,
  BATCHES,
  SINGLE,
  TASKS,
  update,
  type Watched,
  type Writes,
  watched,
  withoutCrowd,
} from "../watched.ts";

const PACE = 50;
const PEERS = ["socket.io", "sharedb", "hocuspocus", "colyseus"] as const;

const ours = (context: Context): Watched => ({
  dialect: "ours",
  start: () => context.startOurs(TASKS),
});
const floor = (context: Context, kind: "each" | "turn"): Watched => ({
  dialect: "plain",
  start: () => context.startFloor("broadcast", kind),
});

async function steady(context: Context, server: Watched, count: number): Promise<Sample> {
  const run = await watched(context, server, "ws", count, 1, (port, seconds) =>
    paced({ port, connections: 32, perSecond: PACE, seconds: 2.5 * seconds, request: update }),
  );
  const { loaded, seen } = run;
  const late = loaded.sentAt.map((at, n) => (seen.lastAt[n] ?? Number.NaN) - at);
  return {
    "last p50 ms": quantile(late, 0.5),
    "last p99 ms": quantile(late, 0.99),
    "answer p50 ms": quantile(loaded.latencies, 0.5),
    "bytes/update": seen.bytes / seen.updates,
  };
}

function paceRow(count: number): Row {
  return {
    name: `ws-${count}-paced`,
    seconds: count > 200 ? 48 : 42,
    ...(count > 200 && { onlyNamed: "quick" }),
    title: `${toCount(count)} WebSocket watchers, ${PACE} writes a second: when the last one has it`,
    async run(context): Promise<Result> {
      const subjects = await inTurns(context.rounds, [
        { name: "ours", measure: () => steady(context, ours(context), count) },
        {
          name: "ws, one frame a write",
          measure: () => steady(context, floor(context, "each"), count),
        },
      ]);
      const value = ratio(subjects, "last p99 ms", "ours", "ws, one frame a write");
      return {
        subjects,
        goals: [{ what: "last watcher's p99, ours against raw ws", value, atMost: 1.3 }],
        note: "Ours is durable: a synced commit is part of its time. The floor keeps nothing.",
        distance: PACE_DISTANCE,
      };
    },
  };
}

const PACE_DISTANCE =
  "the decision, the synced commit and the hands it goes through, which stand before the first showing, and on two cores each wait for one of them. By times taken of every write on its way (200 watchers, medians of rounds of 10 to 15 s on a machine busy with other work): from the request until it is decided 0.4 ms, until the journal's thread has it 0.1, the commit 0.5 to 0.6 (0.16 with the database in memory), back and published 0.1, the showing 1.4 to 1.5 (7 µs a socket, most of it in the kernel), and 0.1 to 1.4 more until the process of the watchers has read it, which often waits for the core that shows. The floor begins to show within 0.3 ms and has then 1.7 to 2 to go, as ours has. What is published was shown behind the answer to its writer, 0.25 ms later; it now comes before it (0.05) where a showing takes no more than 2 ms: at 200 watchers the last one had it after 3.6 and 3.3 ms where it was 4.3 and 3.8, and the writer its answer after 2.7 where it was 1.2 to 1.7. Of the slowest in a hundred, at 200 watchers, the commit was 2 to 3 ms beyond its median, the watchers' process 1 to 3, the journal's thread and the showing 1 each, all of them waiting for the disk or a core; garbage collection (a young one every two seconds, 2 to 3 ms), rests and compression (one commit is not compressed) had no part in them. At 1,000 watchers a showing takes 7 ms of every 20, and rests were most of the slowest in a hundred, 36 ms beyond the median: a showing that the machine held up rested as long again, and the entries of that time were taken for load. Since commit 00ea927 entries that could be shown one by one are none, and of two showings the shorter one counts: a write found 6 to 8 ms of rest left where it was 22 to 27, in turns on the same busy machine. What is left at 1,000, on a machine somewhat less busy (47 ms): 7 to 10 ms a write waits to be read behind a showing under way, 12 rests for as long as one showing, since a write came late and the next one with it, 6 the showing beyond its median. To call only twice as many entries load changed the rest nothing. Flat out nothing changed by CPU: 107 to 113 µs a write one by one at 200 watchers, 111 to 148 before; 155 to 172 at 1,000, 154 to 168 before.";

async function fastest(
  context: Context,
  server: Watched,
  count: number,
  writes: Writes,
  parted: boolean,
): Promise<Sample> {
  const run = await atFullRate(context, server, "ws", count, writes);
  const { seen, cpuMs, seconds } = run;
  const sample: Sample = {
    "writes/s": run.writes / seconds,
    "deliveries/s": seen.updates / seconds,
    "CPU µs/delivery": (cpuMs * 1_000) / seen.updates,
    "bytes/update": seen.bytes / seen.updates,
    "delivered %": (100 * seen.updates) / (run.writes * count),
    disorder: seen.disorder,
  };
  if (!parted) return sample;
  const alone = await withoutCrowd(context, server, "ws", run, writes);
  return {
    ...sample,
    "CPU µs/write, one watcher": (alone * 1_000) / run.writes,
    "CPU µs/delivery, fan-out alone": ((cpuMs - alone) * 1_000) / (seen.updates * (1 - 1 / count)),
  };
}

function rateRow(count: number, peers: readonly (typeof PEERS)[number][]): Row {
  return {
    name: `ws-${count}-rate`,
    seconds: count > 200 ? 95 : 120,
    ...(count > 200 && { onlyNamed: "quick" }),
    title: `${toCount(count)} WebSocket watchers, flat out: every update to everyone, in order`,
    async run(context): Promise<Result> {
      const subject = (name: string, server: Watched, writes: Writes, parted = false) => ({
        name,
        measure: () => fastest(context, server, count, writes, parted),
      });
      const others = context.peers ? peers : [];
      const subjects = await inTurns(context.rounds, [
        subject("ours, batches", ours(context), BATCHES, true),
        subject("ws, one frame a turn, batches", floor(context, "turn"), BATCHES, true),
        subject("ours", ours(context), SINGLE),
        subject("ws, one frame a turn", floor(context, "turn"), SINGLE),
        // A thousand watchers leave it some thirty writes a second: known, and slow to find out again.
        ...(context.quick || count > 200
          ? []
          : [subject("ws, one frame a write", floor(context, "each"), SINGLE)]),
        ...others.map((name) =>
          subject(name, { dialect: name, start: () => context.startPeer(name) }, SINGLE),
        ),
      ]);
      const against = (measure: string, mine: string, other: string) =>
        ratio(subjects, measure, mine, other);
      const goals = [
        {
          what: "writes/s in batches, ours against the coalesced floor",
          value: against("writes/s", "ours, batches", "ws, one frame a turn, batches"),
          atLeast: 0.8,
        },
        {
          what: "writes/s one by one, ours against the coalesced floor",
          value: against("writes/s", "ours", "ws, one frame a turn"),
          atLeast: 0.8,
        },
        {
          what: "CPU of one delivery, fan-out alone, ours against the coalesced floor",
          value: against(
            "CPU µs/delivery, fan-out alone",
            "ours, batches",
            "ws, one frame a turn, batches",
          ),
          atMost: 1.5,
        },
        {
          what: "CPU of one delivery, the writes with it",
          value: against("CPU µs/delivery", "ours, batches", "ws, one frame a turn, batches"),
        },
        ...others.map((name) => ({
          what: `deliveries/s one by one, ours against ${name}`,
          value: against("deliveries/s", "ours", name),
          atLeast: 1,
        })),
      ];
      return { subjects, goals, note: RATE_NOTE, distance: RATE_DISTANCE };
    },
  };
}

const RATE_DISTANCE =
  "the writes. One update costs ours the CPU in the column of one watcher on the way from the request to the synced journal, before any crowd is shown it, where the floor parses it and puts it in a list; that alone bounds the rate. What is shown together is one message, compressed once for all, and one write for each socket: some 18 bytes an update, where each was a frame of 399. By a profile of the batches at 200 watchers all of the showing is 9 % of the event loop's busy time (6 % the kernel's writes, 2 % the text of the messages, 1 % compressing them), at 1,000 watchers 26 % (18 % the kernel's writes). Of the rest, at 200, the reducers with Immer are 29 %, garbage collection is 17 %, the message to the journal's thread and the text of its lines 5 % each, the answers 3 %. A showing rests up to sixteen times its cost where entries come faster than they could be shown one by one, and never more than 50 ms: longer would save more of the kernel's writes and be seen by people. To make the text of event and patches once for the journal and the streams would save 1 of some 60 µs a write, and was left. Since what is shown is this small, the fan-out alone is the difference of two much larger figures: with 200 watchers its rounds went from -0.1 to 0.17 µs where the floor's is 0.02, so that its median says little; with 1,000 it is half the floor's.";

const RATE_NOTE = `Batches are ${BATCHES.each} updates a request over ${BATCHES.connections} connections, one by one is a request each over ${SINGLE.connections}; the floor takes the same requests by bare HTTP, and neither checks nor keeps anything. Ours decides and syncs every update before it is answered or shown. The CPU of the fan-out alone is what remains of the run when the same number of writes with one watcher is taken off. Colyseus sends its state every 50 ms, so that of several writes of a task all but the latest are overwritten before anybody sees them: its *delivered %* shows how many, and each message that skips some counts as disorder.`;

export const sockets: Row[] = [
  paceRow(200),
  paceRow(1_000),
  rateRow(200, PEERS),
  rateRow(1_000, []),
];
