/**
 * Joining a company of 10,000 tasks while others write: alone, and 100 at once. The floor sends as many
 * bytes, which it has at hand, beside the same requests. Neighbours: `floors/state.ts`; transport-ws makes the real thing.
 */

import { updateOf } from "../company.ts";
import type { Context } from "../context.ts";
import { paced, post } from "../load.ts";
import { inTurns, median, type Row, ratio, type Sample } from "../row.ts";
import type { Server } from "../servers.ts";

const CROWD = 100;
const ALONE_TIMES = 5;

function tasksOf({ quick }: Context): number {
  return quick ? 2_000 : 10_000;
}

export const join: Row = {
  name: "join",
  seconds: 45,
  title: "Joining a company of 10,000 tasks, with 50 writes a second going on",
  async run(context) {
    const tasks = tasksOf(context);
    const ours = await context.startOurs(tasks);
    const watchers = context.watchers();
    const at = { port: ours.port, count: 1, path: "/api/ws" };
    const plain = await watchers.join({ ...at, deflate: false });
    const packed = await watchers.join({ ...at, deflate: true });
    const floor = await context.startFloor("state", String(plain.bytes));
    const packedFloor = await context.startFloor("state", String(packed.bytes));
    const subjects = await inTurns(context.rounds, [
      { name: "ours", measure: () => measure(context, ours, "/api/ws", false) },
      { name: "cached buffer", measure: () => measure(context, floor, "/", false) },
      { name: "ours, compressed", measure: () => measure(context, ours, "/api/ws", true) },
      {
        name: "cached buffer, compressed size",
        measure: () => measure(context, packedFloor, "/", true),
      },
    ]);
    const goals = (["alone ms", "100 at once ms"] as const).flatMap((measure) => [
      {
        what: `${measure}, ours against the cached buffer`,
        value: ratio(subjects, measure, "ours", "cached buffer"),
        atMost: 1.3,
      },
      {
        what: `${measure}, compressed`,
        value: ratio(subjects, measure, "ours, compressed", "cached buffer, compressed size"),
        atMost: 1.3,
      },
    ]);
    const note = `${tasks} tasks are ${plain.bytes} bytes, compressed ${packed.bytes}. The floor is sent the same writes, which it answers and forgets; ours decides and syncs them, and each makes a part of what was compressed old.`;
    return { subjects, goals, note, distance: DISTANCE };
  },
};

const DISTANCE =
  "Without writes, by a measurement of its own with the subjects in turns (6 rounds of 60 joins alone and 100 at once, load 5 to 8): plain alone 1.02 x the cached buffer by the clock and 1.3 x by CPU, 100 at once 1.2 x and 1.1 x; compressed 1.2 x and 0.8 ms against 0.5, 100 at once 1.1 x and 1.0 x. About 0.1 ms of a join is what the gate, the session and its greeting take, as a state of 8 KB shows. The state is put together and compressed once and serves everyone for as long as the commits after it are an eighth of what is sent (about 280 commits of a compressed state of 10,000 tasks). With 50 writes a second there are, beside that, the writes, decided and synced by ours on the same cores, where the floor only answers, and the commits since the state was made, which each who joins is sent behind it. Strides: three frames of 64 KB in one write instead of one take a seventh off the CPU; 1 MB or the whole at once made no difference beyond the noise. With the writes, on a machine busy with other work (load 9 to 12), the runs were too far apart to tell: plain alone 1.1 to 2.9 x, compressed alone 1.0 to 1.8 x. The watcher kept frames of 64 KB until they were whole, up to commit 2f6cae8, and not the one large frame of the floor; how much of the distance that was could not be told either.";

async function measure(
  context: Context,
  server: Server,
  path: string,
  deflate: boolean,
): Promise<Sample> {
  const watchers = context.watchers();
  const call = { port: server.port, path, deflate };
  const run = async () => {
    const alone: number[] = [];
    for (let n = 0; n < ALONE_TIMES; n++) {
      const { times } = await watchers.join({ ...call, count: 1 });
      alone.push(...times);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const cpuBefore = server.cpuMs();
    const crowd = await watchers.join({ ...call, count: CROWD });
    return {
      "alone ms": median(alone),
      "100 at once ms": Math.max(...crowd.times),
      "CPU ms/join in the crowd": (server.cpuMs() - cpuBefore) / CROWD,
      bytes: crowd.bytes,
    };
  };
  const seconds = context.quick ? 1.5 : 3;
  const tasks = tasksOf(context);
  const [sample] = await Promise.all([
    run(),
    paced({
      port: server.port,
      connections: 64,
      perSecond: 50,
      seconds,
      request: (n) => post("/api/tasks/update", updateOf(n, tasks)),
    }),
  ]);
  return sample;
}
