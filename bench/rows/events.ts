/**
 * Server-sent events flat out to 200 observers. Neighbours: `rows/sockets.ts` has the same work for
 * sockets; `floors/broadcast.ts` is the floor.
 */
import { inTurns, type Row, ratio, type Sample } from "../row.ts";
import { atFullRate, BATCHES, SINGLE, TASKS, type Watched, type Writes } from "../watched.ts";

const COUNT = 200;

export const events: Row = {
  name: "sse-200",
  seconds: 42,
  title: `${COUNT} observers of server-sent events, flat out`,
  async run(context) {
    const ours: Watched = { dialect: "plain", start: () => context.startOurs(TASKS) };
    const raw: Watched = { dialect: "plain", start: () => context.startFloor("broadcast", "sse") };
    const fastest = async (server: Watched, writes: Writes): Promise<Sample> => {
      const run = await atFullRate(context, server, "sse", COUNT, writes);
      const { seen, cpuMs, seconds } = run;
      return {
        "writes/s": run.writes / seconds,
        "CPU µs/delivery": (cpuMs * 1_000) / seen.updates,
        "bytes/update": seen.bytes / seen.updates,
        "delivered %": (100 * seen.updates) / (run.writes * COUNT),
        disorder: seen.disorder,
      };
    };
    const subjects = await inTurns(context.rounds, [
      { name: "ours, batches", measure: () => fastest(ours, BATCHES) },
      { name: "raw SSE, batches", measure: () => fastest(raw, BATCHES) },
      ...(context.quick
        ? []
        : [
            { name: "ours", measure: () => fastest(ours, SINGLE) },
            { name: "raw SSE", measure: () => fastest(raw, SINGLE) },
          ]),
    ]);
    return {
      subjects,
      goals: [
        {
          what: "writes/s in batches, ours against the raw floor",
          value: ratio(subjects, "writes/s", "ours, batches", "raw SSE, batches"),
          atLeast: 0.9,
        },
        ...(context.quick
          ? []
          : [
              {
                what: "writes/s one by one",
                value: ratio(subjects, "writes/s", "ours", "raw SSE"),
                atLeast: 0.9,
              },
            ]),
      ],
      note: "The floor takes the same requests by bare HTTP, and neither checks nor keeps anything; it shows each update by a write of its own.",
      distance:
        "At a load of 12 on two cores it was 0.75 in batches and 1.93 one by one. Each piece of the stream is framed once, chunked coding included, and handed to every observer's socket as the same bytes, so a delivery costs less CPU than on the floor: 1.10 µs against 1.51 in batches, 4.06 against 9.39 one by one. What remains in batches is not the showing: a frame is 260 bytes where the floor's is 119, because it carries the documented event, and the watchers' process has to read twice the bytes on the same two cores; and each write is validated, decided and synced first. A smaller frame would leave out something that docs/streams.md promises. This is from the CPU counts of the row; no sampling profile was taken.",
    };
  },
};
