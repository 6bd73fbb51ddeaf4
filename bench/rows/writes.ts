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
  "what a write is and an echo is not. The journal alone costs what `append` costs beyond `bare` in the row of the floors; to that come the check of the body, the decision, its patches and its event, each made into JSON once. At 16 connections fewer writes share a sync than at 64, so each pays for more of it.";

const ONE_DISTANCE =
  "the way to the journal's thread and back, which the price of a commit holds too, and the decision before it. On a busy machine each of the two threads waits to be woken, which the echo's one does not.";

const BATCH_DISTANCE =
  "an action in a batch saves its request and its share of a sync, and still pays for its own check, decision, patches, event and row of the journal: the column of CPU for an action says how much of one alone that is.";

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
