/**
 * Durable writes over HTTP against the Express echo: at three sizes of company, over one connection
 * against the price of one synced commit, and many actions in one request. Neighbour: `floors/http.ts`.
 */
import type { Context } from "../context.ts";
import { agentId, taskId } from "../data.ts";
import { flatOut, post } from "../load.ts";
import type { Started } from "../process.ts";
import { figureOf, inTurns, quantile, type Row, ratio, type Sample } from "../row.ts";

const GOALS = [
  [15, 0.8],
  [10_000, 0.75],
  [100_000, 0.7],
] as const;
const BATCH = 100;

const body = (n: number, tasks: number) => ({
  task_id: taskId(1 + ((n * 7_919) % tasks)),
  agent_id: agentId(1),
  progress: n % 101,
});

async function flood(
  { seconds }: Context,
  server: Started,
  connections: number,
  request: (n: number) => string,
): Promise<Sample> {
  const cpuBefore = server.cpuMs();
  const loaded = await flatOut({ port: server.port, connections, seconds, request });
  return {
    "requests/s": loaded.answers / loaded.seconds,
    "p50 ms": quantile(loaded.latencies, 0.5),
    "p99 ms": quantile(loaded.latencies, 0.99),
    "CPU µs/request": ((server.cpuMs() - cpuBefore) * 1_000) / loaded.answers,
  };
}

const updates = (tasks: number) => (n: number) => post("/api/tasks/update", body(n, tasks));

/** Runs with servers that are warm, and stops them. */
async function withServers<T>(
  context: Context,
  servers: readonly { server: Started; request(n: number): string }[],
  run: () => Promise<T>,
): Promise<T> {
  try {
    for (const { server, request } of servers) await flood(context, server, 16, request);
    return await run();
  } finally {
    await Promise.all(servers.map(({ server }) => server.stop()));
  }
}

export const writes: Row = {
  name: "writes",
  title: "`tasks/update` over REST, durable, as the company grows",
  async run(context) {
    const sizes = context.quick ? GOALS.slice(0, 1) : GOALS;
    const servers = [
      { name: "Express echo", server: await context.startFloor("http", "express"), tasks: 15 },
    ];
    for (const [tasks] of sizes) {
      servers.push({
        name: `ours, ${tasks} tasks`,
        server: await context.startOurs(tasks),
        tasks,
      });
    }
    const all = servers.map(({ name, server, tasks }) => ({
      name,
      server,
      request: updates(tasks),
    }));
    return withServers(context, all, async () => {
      const subjects = await inTurns(
        context.rounds,
        [16, 64].flatMap((connections) =>
          all.map(({ name, server, request }) => ({
            name: `${name}, ${connections} connections`,
            measure: () => flood(context, server, connections, request),
          })),
        ),
      );
      const goals = sizes.flatMap(([tasks, atLeast]) =>
        [16, 64].map((connections) => ({
          what: `requests/s, ${tasks} tasks, ${connections} connections, against the Express echo`,
          value: ratio(
            subjects,
            "requests/s",
            `ours, ${tasks} tasks, ${connections} connections`,
            `Express echo, ${connections} connections`,
          ),
          atLeast,
        })),
      );
      return { subjects, goals };
    });
  },
};

export const oneWriter: Row = {
  name: "one-writer",
  title: "`tasks/update` over one connection",
  async run(context) {
    const request = updates(15);
    const all = [
      { name: "ours", server: await context.startOurs(15), request },
      { name: "Express echo", server: await context.startFloor("http", "express"), request },
      { name: "bare echo", server: await context.startFloor("http", "bare"), request },
      {
        name: "bare, synced append",
        server: await context.startFloor("http", "append", context.folder()),
        request,
      },
    ];
    return withServers(context, all, async () => {
      const subjects = await inTurns(
        context.rounds,
        all.map(({ name, server }) => ({
          name,
          measure: () => flood(context, server, 1, request),
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
      };
    });
  },
};

export const batch: Row = {
  name: "batch",
  title: `\`POST /api/batch\` with ${BATCH} actions against single requests`,
  async run(context) {
    const single = updates(15);
    const many = (n: number) =>
      post("/api/batch", {
        actions: Array.from({ length: BATCH }, (_, index) => ({
          action: "tasks/update",
          body: body(n * BATCH + index, 15),
        })),
      });
    const server = await context.startOurs(15);
    return withServers(context, [{ server, request: single }], async () => {
      const measure = (request: (n: number) => string, actions: number) => async () => {
        const sample = await flood(context, server, 16, request);
        return { "actions/s": (sample["requests/s"] ?? 0) * actions, ...sample };
      };
      const subjects = await inTurns(context.rounds, [
        { name: "single", measure: measure(single, 1) },
        { name: "batch", measure: measure(many, BATCH) },
      ]);
      const value = ratio(subjects, "actions/s", "batch", "single");
      return { subjects, goals: [{ what: "actions/s, batch against single", value, atLeast: 5 }] };
    });
  },
};
