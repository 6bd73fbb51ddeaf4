/**
 * Reads of a large company: the snapshot right after a write, the same unchanged, and the choice of the
 * next task. Neighbours: transport-http keeps the snapshot, the core keeps what can be started in order.
 */
import { toSnapshot } from "../../core/snapshot.ts";
import { companyOf } from "../company.ts";
import type { Context } from "../context.ts";
import { agentId, taskId } from "../data.ts";
import { flatOut, get, inAll, nowMs, post } from "../load.ts";
import type { Started } from "../process.ts";
import { figureOf, inTurns, median, quantile, type Row, ratio } from "../row.ts";

const WRITES = 20;

/** The tag of the present snapshot. */
async function tagOf({ port }: Started): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/api/snapshot`);
  await response.arrayBuffer();
  return response.headers.get("etag") ?? "";
}

export const snapshot: Row = {
  name: "snapshot",
  title: "`GET /api/snapshot` of 10,000 tasks",
  async run(context) {
    const tasks = context.quick ? 2_000 : 10_000;
    const server = await context.startOurs(tasks);
    const echo = await context.startFloor("http", "express");
    const state = companyOf(tasks);
    const port = server.port;
    try {
      await tagOf(server);
      const subjects = await inTurns(context.rounds, [
        {
          name: "after a write",
          async measure() {
            const cpu: number[] = [];
            const wall: number[] = [];
            for (let n = 0; n < WRITES; n++) {
              const write = post("/api/tasks/update", {
                task_id: taskId(1 + ((n * 7_919) % tasks)),
                agent_id: agentId(1),
                progress: Math.floor(Math.random() * 101),
              });
              await inAll({ port, connections: 1, count: 1, request: () => write });
              const before = server.cpuMs();
              const from = nowMs();
              // The head alone: building it is what is measured, not sending 10 MB.
              await fetch(`http://127.0.0.1:${port}/api/snapshot`, { method: "HEAD" });
              wall.push(nowMs() - from);
              cpu.push(server.cpuMs() - before);
            }
            return { ms: median(wall), "CPU ms": cpu.reduce((a, b) => a + b, 0) / WRITES };
          },
        },
        {
          name: "serialising it whole",
          async measure() {
            const from = nowMs();
            JSON.stringify(toSnapshot(state, 1, Date.now(), []));
            return { ms: nowMs() - from };
          },
        },
        {
          name: "unchanged, 304",
          async measure() {
            const tag = await tagOf(server);
            return requests(context, server, () =>
              get("/api/snapshot", `If-None-Match: ${tag}\r\n`),
            );
          },
        },
        {
          name: "Express echo",
          measure: () =>
            requests(context, echo, () =>
              post("/api/tasks/update", { task_id: taskId(1), progress: 1 }),
            ),
        },
      ]);
      return {
        subjects,
        goals: [
          {
            what: "after a write, against serialising it whole",
            value: ratio(subjects, "ms", "after a write", "serialising it whole"),
            atMost: 0.05,
          },
          {
            what: "304s, against the Express echo",
            value: ratio(subjects, "requests/s", "unchanged, 304", "Express echo"),
            atLeast: 0.9,
          },
        ],
        note: "After a write the head is asked for, so that sending the bytes is not part of it.",
      };
    } finally {
      await Promise.all([server.stop(), echo.stop()]);
    }
  },
};

async function requests({ seconds }: Context, { port }: Started, request: () => string) {
  const loaded = await flatOut({ port, connections: 16, seconds, request });
  return { "requests/s": loaded.answers / loaded.seconds };
}

export const next: Row = {
  name: "next",
  title: "`tasks/next` and `tasks/claim`, as the company grows",
  async run(context) {
    const sizes = context.quick ? [100, 2_000] : [100, 100_000];
    const servers = await Promise.all(sizes.map((tasks) => context.startOurs(tasks)));
    try {
      const subjects = await inTurns(
        context.rounds,
        servers.map((server, at) => ({
          name: `${sizes[at]} tasks`,
          async measure() {
            const ask = get(`/api/tasks/next?owner=${agentId(1)}`);
            const asked = await inAll({
              port: server.port,
              connections: 1,
              count: 300,
              request: () => ask,
            });
            const claim = (n: number) =>
              n % 2 === 0
                ? post("/api/tasks/claim", { agent_id: agentId(n % 50) })
                : post("/api/tasks/create", { title: "another", status: "ready" });
            const claimed = await inAll({
              port: server.port,
              connections: 1,
              count: 300,
              request: claim,
            });
            return {
              "next p50 ms": quantile(asked.latencies, 0.5),
              "claim or create p50 ms": quantile(claimed.latencies, 0.5),
            };
          },
        })),
      );
      const value = (measure: string) =>
        figureOf(subjects, `${sizes[1]} tasks`, measure) /
        figureOf(subjects, `${sizes[0]} tasks`, measure);
      return {
        subjects,
        goals: [
          { what: "tasks/next", value: value("next p50 ms"), atMost: 2 },
          { what: "tasks/claim", value: value("claim or create p50 ms"), atMost: 2 },
        ],
      };
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
  },
};
