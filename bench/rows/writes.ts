/**
 * Durable writes over HTTP against the Express echo: at three sizes of company, over one connection
 * against the price of one synced commit, and many actions in one request. Neighbours: `floors/http.ts`,
 * `flood.ts`.
 */
import { updateOf } from "../company.ts";
import { flood, warm } from "../flood.ts";
import { post } from "../load.ts";
import { figureOf, inTurns, type Row, ratio, toCount } from "../row.ts";

const SIZES = [
  [15, 0.8],
  [10_000, 0.75],
  [100_000, 0.7],
] as const;
const CONNECTIONS = [16, 64] as const;
const BATCH = 100;

const updates = (tasks: number) => (n: number) => post("/api/tasks/update", updateOf(n, tasks));

export const writes: Row = {
  name: "writes",
  title: "`tasks/update` over REST, durable, as the company grows",
  seconds: 72,
  async run({ quick, rounds, seconds, startFloor, startOurs }) {
    const sizes = quick ? SIZES.slice(0, 1) : SIZES;
    const echo = { name: "Express echo", server: await startFloor("http", "express"), tasks: 15 };
    const all = [echo];
    for (const [tasks] of sizes)
      all.push({ name: `ours, ${toCount(tasks)} tasks`, server: await startOurs(tasks), tasks });
    for (const { server, tasks } of all) await warm([server], { seconds, request: updates(tasks) });
    const subjects = await inTurns(
      rounds,
      CONNECTIONS.flatMap((connections) =>
        all.map(({ name, server, tasks }) => ({
          name: `${name}, ${connections} connections`,
          measure: () => flood(server, { seconds, connections, request: updates(tasks) }),
        })),
      ),
    );
    const goals = sizes.flatMap(([tasks, atLeast]) =>
      CONNECTIONS.flatMap((connections) => {
        const ours = `ours, ${toCount(tasks)} tasks, ${connections} connections`;
        const floor = `${echo.name}, ${connections} connections`;
        const what = `${toCount(tasks)} tasks, ${connections} connections:`;
        const rate = ratio(subjects, "requests/s", ours, floor);
        const cpu = ratio(subjects, "CPU µs/request", floor, ours);
        return [
          { what: `${what} requests/s of the Express echo`, value: rate, atLeast },
          { what: `${what} the same by CPU a request`, value: cpu, atLeast },
        ];
      }),
    );
    return { subjects, goals, note: NOTE, distance: DISTANCE };
  },
};

const NOTE =
  "By the clock, ours has three busy threads on the machine's cores (the driver, the event loop, the journal's), the echo two; by CPU each pays for its own.";

const DISTANCE =
  "what a write is and an echo is not. By a profile of all threads (perf, 16 connections, on a machine busy with other work) a write took, in µs of CPU at 15, 10,000 and 100,000 tasks: the core with Immer 28, 38, 36; Node's HTTP with its reads and writes of sockets 38, 36, 37; the journal's thread 34, 39, 34; our HTTP, metrics and feed 9, 11, 9; the message to the journal 8, 9, 8; JSON 6, 10, 8; garbage collection on the loop 6, 5, 6 and in V8's helpers 5, 8, 5; compiling 3, 4, 3: in all 138, 158, 147. What grew with the company was for the most part one thing, gone since commit e8c73f5: each leaf of a table was a plain object with ids as its keys, V8 remembers 1,536 hidden classes that begin with a key of their own, and beyond 6,000 tasks every object made field by field anywhere, in Node's own code too, had a class nobody had seen; looking that up, the misses and the classes as garbage made 223 µs of the 147 (Node's code 54 of the 37, garbage collection on the loop 21 of the 6, though a marking fell into that profile and none into the other). By the CPU of the process in turns on that busy machine it is 142 now and was 197 with 16 connections, the echo 94, ours with 15 tasks 115; with 64 connections 112, 166, 92 and 86. Writes that go to 15 tasks of the 100,000 cost 129, to all of them 136: what is left of the growth is that the pages and the task of each write outlive the young generation, and misses of the processor's caches. At 10,000 tasks a snapshot is a part of it, 13 µs a write when one followed entries of half its size; since it waits until they are as large, a write takes 92 µs where it took 101 (64 connections). What was tried and gained nothing: a larger young generation (`--max-semi-space-size=32` or 64), leaves of 1, 2 or 8 numbers instead of 4, page numbers as texts, which Immer's proxies look up sooner than numbers; collecting without helpers (`--single-threaded-gc`, `--no-parallel-scavenge`) made no difference beyond the noise. Drafts of the touched record alone: see the batch. The commit itself runs on a thread of its own and costs the loop only the message; by the clock it competes with the driver for the same two cores. By itself, on the same machine right after a whole run of this page (commit b49564d), the row had 0.89 by the clock and 0.87 by CPU at 100,000 tasks with 16 connections, and 1.17 and 1.18 with 64, where 10,000 tasks had 0.87, 0.85, 1.11 and 1.09: how many snapshots and large collections of garbage fall into the measured seconds is not the same in every run.";

const ONE_DISTANCE =
  "One request is exactly one fsync, two frames of the WAL and one wake-up of the journal's thread each way (strace: 200 requests, 200 fsyncs, 400 event writes). Measured by itself an append takes 350 µs: 190 µs COMMIT, 30 µs the insert, 85 to 100 µs the way to an idle thread and back, the rest (40 to 60 µs) is left for the chain's digest and the head mark. The thread stays because without it every sync would hold the loop, which costs all other connections more than this one gains; on a busy machine each of the two threads waits to be scheduled, and the figure measures that: at a load of 16 on 2 cores it was 4.9, with nothing in the request that the floor does not do too. By itself, right after a whole run of this page that had 1.55 (commit b49564d), the row had 1.14 and 1.37.";

const BATCH_DISTANCE =
  "Measured against commit 0bd58f3 in one run, by the CPU of the process: an action costs 50 µs in a batch of 100 where it was 83 (32 on the event loop where it was 49), and 150 to 200 by itself at 16 connections, most of which is Node's HTTP; by CPU a batch is worth three to four single requests, and by the clock more where the disk is slow and single requests wait for it. Of the event loop's work in a batch about a quarter to a third is garbage collection (an action leaves 20 kB in the core alone, half of it Immer's drafts, copies and the two pages of 128 on the way to a task), a fifth Immer itself, a tenth the JSON of the answer (each action is answered with its whole task, as its own route does) and of the entry, the rest validation, notices, HTTP and the message to the journal. What was tried and gained nothing: sending the records of a group as lists of texts instead of objects. A draft of the touched record alone instead of the five on its way was tried as a prototype, with tables that copy themselves and an Immer draft for each record: 43 µs an action where it was 47, of which on the event loop 26 where it was 30; in the core alone 14.0 where it was 14.9, at 100,000 tasks 20.5 where it was 22.5. It was left: it does not bring the goal near, and each record would be a scope of its own to Immer, which leaves a draft in the state that comes to stand in another record. By a profile of the batch (48 µs an action) the event loop is 32: 18 the core with Immer, 4.5 JSON, 4 garbage collection; V8's helpers are 8, most of it garbage collection, and the journal's thread 8.";

export const oneWriter: Row = {
  name: "one-writer",
  title: "`tasks/update` over one connection",
  seconds: 32,
  async run({ rounds, seconds, startFloor, startOurs, folder }) {
    const request = updates(15);
    const all = [
      { name: "ours", server: await startOurs(15) },
      { name: "Express echo", server: await startFloor("http", "express") },
      { name: "bare echo", server: await startFloor("http", "bare") },
      { name: "bare, synced append", server: await startFloor("http", "append", folder()) },
    ];
    await warm(
      all.map(({ server }) => server),
      { seconds, request },
    );
    const subjects = await inTurns(
      rounds,
      all.map(({ name, server }) => ({
        name,
        measure: () => flood(server, { seconds, connections: 1, request }),
      })),
    );
    const p50 = (name: string) => figureOf(subjects, name, "p50 ms");
    const commit = p50("bare, synced append") - p50("bare echo");
    return {
      subjects,
      goals: [
        {
          what: "p50, ours beyond the Express echo, in synced commits",
          value: (p50("ours") - p50("Express echo")) / commit,
          atMost: 1.5,
        },
      ],
      note: `One synced commit: ${commit.toFixed(2)} ms, by what the append adds to bare HTTP.`,
      distance: ONE_DISTANCE,
    };
  },
};

export const batch: Row = {
  name: "batch",
  title: `\`POST /api/batch\` with ${BATCH} actions against single requests`,
  seconds: 15,
  async run({ rounds, seconds, startOurs }) {
    const single = updates(15);
    const many = (n: number) => {
      const body = (index: number) => updateOf(n * BATCH + index, 15);
      const actions = Array.from({ length: BATCH }, (_, index) => ({
        action: "tasks/update",
        body: body(index),
      }));
      return post("/api/batch", { actions });
    };
    const server = await startOurs(15);
    await warm([server], { seconds, request: single });
    const measure = (request: (n: number) => string, actions: number) => async () => {
      const sample = await flood(server, { seconds, connections: 16, request });
      return {
        "actions/s": (sample["requests/s"] ?? 0) * actions,
        "CPU µs/action": (sample["CPU µs/request"] ?? Number.NaN) / actions,
        ...sample,
      };
    };
    const subjects = await inTurns(rounds, [
      { name: "single", measure: measure(single, 1) },
      { name: "batch", measure: measure(many, BATCH) },
    ]);
    const value = ratio(subjects, "actions/s", "batch", "single");
    return {
      subjects,
      goals: [{ what: "actions/s, batch against single", value, atLeast: 5 }],
      distance: BATCH_DISTANCE,
    };
  },
};
