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
  "what a write is and an echo is not. Of the event loop's work at 100,000 tasks, the reading of the snapshot at the start taken out, about a fifth each is garbage collection, the core (validation, reducer, notices, view, JSON) and Node's HTTP; Immer's copies and proxies are a tenth, writev and postMessage 6 % each, our HTTP 5 %; no single function but these is above 3 %. What grows with the company is the garbage collector: each write leaves a new task, leaf and two pages of 128 behind that outlive the young generation, because the next write goes to another task; smaller leaves took a third off it (core alone 83 to 50 µs by CPU at 100,000), a larger young generation (`--max-semi-space-size=64`) gained nothing measurable here. The commit itself runs on a thread of its own and costs the loop only the message; by the clock it competes with the driver for the same two cores. What a larger company costs beyond this depends on the machine: where the echo took 240 µs of CPU it was 275 against 301 with 15 tasks, where the echo takes 90 it is 185 to 227 against 100, since what misses the caches does not get cheaper with the clock. With commit 0bd58f3 in turns on that machine it is 185 where it was 221 (16 connections), 122 where it was 121 (64). A snapshot of the state, written again once the entries are half its size, is a part of it: with none, 150 and 143.";

const ONE_DISTANCE =
  "One request is exactly one fsync, two frames of the WAL and one wake-up of the journal's thread each way (strace: 200 requests, 200 fsyncs, 400 event writes). Measured by itself an append takes 350 µs: 190 µs COMMIT, 30 µs the insert, 85 to 100 µs the way to an idle thread and back, the rest (40 to 60 µs) is left for the chain's digest and the head mark. The thread stays because without it every sync would hold the loop, which costs all other connections more than this one gains; on a busy machine each of the two threads waits to be scheduled, and the figure measures that: at a load of 16 on 2 cores it was 4.9, with nothing in the request that the floor does not do too.";

const BATCH_DISTANCE =
  "Measured against commit 0bd58f3 in one run, by the CPU of the process: an action costs 50 µs in a batch of 100 where it was 83 (32 on the event loop where it was 49), and 150 to 200 by itself at 16 connections, most of which is Node's HTTP; by CPU a batch is worth three to four single requests, and by the clock more where the disk is slow and single requests wait for it. Of the event loop's work in a batch about a quarter to a third is garbage collection (an action leaves 20 kB in the core alone, half of it Immer's drafts, copies and the two pages of 128 on the way to a task), a fifth Immer itself, a tenth the JSON of the answer (each action is answered with its whole task, as its own route does) and of the entry, the rest validation, notices, HTTP and the message to the journal. What was tried and gained nothing: sending the records of a group as lists of texts instead of objects. What would gain more: a draft of the touched record alone instead of the five on its way, for which tables would have to copy themselves and say their own patches. A larger young generation (`NODE_OPTIONS=--max-semi-space-size=64`) took a quarter off before this; that was not measured again.";

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
