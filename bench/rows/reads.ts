/**
 * Reads of a large company: the snapshot right after a write, the same unchanged, and the choice of the
 * next task. Neighbours: transport-http keeps the snapshot, the core keeps what can be started in order.
 */
import { toSnapshot } from "../../core/snapshot.ts";
import { agentId, companyOf, updateOf } from "../company.ts";
import { flood, warm } from "../flood.ts";
import { get, inAll, nowMs, post } from "../load.ts";
import { inTurns, median, quantile, type Row, ratio, toCount } from "../row.ts";
import type { Server } from "../servers.ts";

const WRITES = 20;

/** The tag of the present snapshot. */
async function tagOf({ port }: Server): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/api/snapshot`);
  await response.arrayBuffer();
  return response.headers.get("etag") ?? "";
}

export const snapshot: Row = {
  name: "snapshot",
  title: "`GET /api/snapshot` of 10,000 tasks",
  seconds: 25,
  async run({ quick, rounds, seconds, startOurs, startFloor }) {
    const tasks = quick ? 2_000 : 10_000;
    const server = await startOurs(tasks);
    const echo = await startFloor("http", "express");
    const state = companyOf(tasks);
    const { port } = server;
    const said = () => post("/api/tasks/update", updateOf(0, 15));
    const unchanged = async () => {
      const head = `If-None-Match: ${await tagOf(server)}\r\n`;
      return () => get("/api/snapshot", head);
    };
    let written = 0;

    async function afterWrites() {
      const cpu: number[] = [];
      const wall: number[] = [];
      for (let n = 0; n < WRITES; n++) {
        const write = post("/api/tasks/update", updateOf(written++, tasks));
        await inAll({ port, connections: 1, count: 1, request: () => write });
        const before = server.cpuMs();
        const from = nowMs();
        // The head alone: building it is what is measured, not sending 10 MB.
        await fetch(`http://127.0.0.1:${port}/api/snapshot`, { method: "HEAD" });
        wall.push(nowMs() - from);
        cpu.push(server.cpuMs() - before);
      }
      return { ms: median(wall), "CPU ms": cpu.reduce((a, b) => a + b, 0) / WRITES };
    }

    await afterWrites();
    await warm([server], { seconds, request: await unchanged() });
    await warm([echo], { seconds, request: said });
    const subjects = await inTurns(rounds, [
      { name: "after a write", measure: afterWrites },
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
        measure: async () =>
          flood(server, { seconds, connections: 16, request: await unchanged() }),
      },
      {
        name: "Express echo",
        measure: () => flood(echo, { seconds, connections: 16, request: said }),
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
          what: "304s/s of the Express echo",
          value: ratio(subjects, "requests/s", "unchanged, 304", "Express echo"),
          atLeast: 0.9,
        },
      ],
      note: "After a write the head is asked for, so that sending the bytes is not part of it.",
      distance:
        "By CPU, 10,000 tasks, in the core alone: 1.0 ms of 84, where passes over all tasks took 5.0: each row of pages keeps what its tasks add to the workloads, the missions and the exceptions, and until when that holds. What a write makes anew is its row: half of that millisecond is the counting of its 512 tasks and the copying of their 420 KB, the rest the agents, the workloads and the org chart, which are made each time.",
    };
  },
};

export const next: Row = {
  name: "next",
  title: "`tasks/next` and `tasks/claim`, as the company grows",
  seconds: 30,
  async run({ quick, rounds, startOurs }) {
    const small = 100;
    const large = quick ? 2_000 : 100_000;
    const times = quick ? 100 : 300;
    const servers = [];
    // All of them can be started, so that there is something to choose from.
    for (const tasks of [small, large])
      servers.push({ tasks, server: await startOurs(tasks, { ready: tasks }) });
    const ask = get(`/api/tasks/next?owner=${agentId(1)}`);
    // A task for each that is taken, so that there are always as many.
    const claim = (n: number) =>
      n % 2 === 0
        ? post("/api/tasks/claim", { agent_id: agentId(n / 2) })
        : post("/api/tasks/create", { title: "another", status: "ready" });
    const measure = async ({ port }: Server) => {
      const one = { port, connections: 1, count: times };
      const asked = await inAll({ ...one, request: () => ask });
      const claimed = await inAll({ ...one, request: claim });
      const claims = claimed.latencies.filter((_, n) => n % 2 === 0);
      return {
        "next p50 ms": quantile(asked.latencies, 0.5),
        "claim p50 ms": quantile(claims, 0.5),
      };
    };
    for (const { server } of servers) await measure(server);
    const subjects = await inTurns(
      rounds,
      servers.map(({ tasks, server }) => ({
        name: `${toCount(tasks)} tasks`,
        measure: () => measure(server),
      })),
    );
    const value = (measured: string) =>
      ratio(subjects, measured, `${toCount(large)} tasks`, `${toCount(small)} tasks`);
    const against = `${toCount(large)} tasks against ${small}`;
    return {
      subjects,
      goals: [
        { what: `tasks/next, ${against}`, value: value("next p50 ms"), atMost: 2 },
        { what: `tasks/claim, ${against}`, value: value("claim p50 ms"), atMost: 2 },
      ],
      note: "Every task is ready. For each that is claimed another is made.",
      distance:
        "The read touches neither the journal nor anything that grows: the choice is the head of a sorted list. On one connection, warm and apart from the claims, it took 0.12 ms against 0.07; in the profiles the extra time is the same functions taking longer (writev, the task's view, JSON) and the garbage collector over a heap of 300 MB instead of 40, that is caches and marking left over from the start and the claims between. The first seconds after a start also share two cores with the background check of a large database.",
    };
  },
};
