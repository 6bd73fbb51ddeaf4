/**
 * Server-sent events flat out to 200 observers. Neighbours: `rows/sockets.ts` has the same work for
 * sockets; `floors/broadcast.ts` is the floor.
 */
import { flatOut } from "../load.ts";
import { inTurns, type Row, ratio } from "../row.ts";
import { update, watched } from "./sockets.ts";

const COUNT = 200;

export const events: Row = {
  name: "sse-200",
  title: `${COUNT} observers of server-sent events, flat out`,
  async run(context) {
    const servers = [
      { name: "ours", start: () => context.startOurs(15) },
      { name: "raw SSE", start: () => context.startFloor("broadcast", "sse") },
    ];
    const subjects = await inTurns(
      context.rounds,
      servers.map(({ name, start }) => ({
        name,
        async measure() {
          const server = { name, dialect: "plain" as const, start };
          const load = (port: number, seconds: number) =>
            flatOut({ port, connections: 64, seconds, request: update });
          const run = await watched(context, server, "sse", COUNT, load, context.seconds);
          const { loaded, seen, cpuMs, seconds } = run;
          return {
            "writes/s": loaded.answers / seconds,
            "CPU µs/delivery": (cpuMs * 1_000) / seen.updates,
            "delivered %": (100 * seen.updates) / (loaded.answers * COUNT),
            disorder: seen.disorder,
          };
        },
      })),
    );
    const value = ratio(subjects, "writes/s", "ours", "raw SSE");
    return {
      subjects,
      goals: [{ what: "writes/s, ours against the raw floor", value, atLeast: 0.9 }],
    };
  },
};
