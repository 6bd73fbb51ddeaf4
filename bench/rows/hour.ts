/**
 * An hour of a company of 1,000 agents, in as little time as it takes: a heartbeat a minute from each,
 * 20 task updates a second, 50 open pages. Prints the share of one CPU that the hour would take, and
 * whether the memory grows. Neighbour: `rows/sockets.ts` has the watchers.
 */

import { taskId } from "../company.ts";
import type { Context } from "../context.ts";
import { inAll, post } from "../load.ts";
import type { Row, Sample } from "../row.ts";
import type { Server } from "../servers.ts";

const AGENTS = 1_000;
const UPDATES_PER_SECOND = 20;
const PAGES = 50;
const TASKS = 1_000;
/** What is written in a second of the hour: a heartbeat a minute from each agent, and the updates. */
const PER_SECOND = AGENTS / 60 + UPDATES_PER_SECOND;

export const hour: Row = {
  name: "hour",
  seconds: 60,
  onlyNamed: "quick",
  title: "1,000 agents, 50 open pages, one hour of heartbeats and updates",
  async run(context) {
    const server = await context.startOurs(TASKS);
    const watchers = context.watchers();
    await watchers.open({ port: server.port, count: PAGES, wire: "ws", dialect: "ours" });
    await registerAgents(server);
    await watchers.await(AGENTS);
    // Of an hour where there is time, of two minutes else.
    const seconds = context.quick ? 120 : 3_600;
    const parts = 6;
    const samples: Sample[] = [];
    for (let part = 0; part < parts; part++) {
      samples.push(await live(context, server, seconds / parts, part));
    }
    const memory = samples.map((sample) => sample["memory MB"] ?? Number.NaN);
    const last = memory.at(-1) ?? Number.NaN;
    const disorder = samples.reduce((sum, sample) => sum + (sample.disorder ?? 0), 0);
    return {
      subjects: [{ name: "ours", samples }],
      goals: [
        {
          what: "memory at the end against a third of the way",
          value: last / (memory[1] ?? Number.NaN),
          atMost: 1.1,
        },
        { what: "updates out of order", value: disorder, atMost: 0 },
      ],
      distance:
        "the collector's freedom: an hour's writes come in less than a minute, and the heap is let grow before it is cleaned; the row of the memory has the heap after cleaning.",
      note: `Simulated: ${seconds} s in ${parts} parts, each of which is a sample.`,
    };
  },
};

async function registerAgents({ port }: Server): Promise<void> {
  await inAll({
    port,
    connections: 16,
    count: AGENTS,
    request: (n) =>
      post("/api/agents/register", { agent_id: `worker-${n}`, name: `W ${n}`, role: "Engineer" }),
  });
}

async function live(
  context: Context,
  server: Server,
  seconds: number,
  part: number,
): Promise<Sample> {
  const watchers = context.watchers();
  await watchers.begin();
  const count = Math.round(seconds * PER_SECOND);
  const beats = AGENTS / 60 / PER_SECOND;
  const cpuBefore = server.cpuMs();
  let beat = 0;
  const loaded = await inAll({
    port: server.port,
    connections: 16,
    count,
    request(n) {
      if (Math.floor((n + 1) * beats) > Math.floor(n * beats)) {
        const agent_id = `worker-${beat++ % AGENTS}`;
        return post("/api/agents/heartbeat", { agent_id, status: "working" });
      }
      const updates = part * count + n;
      return post("/api/tasks/update", {
        task_id: taskId(1 + ((updates * 37) % TASKS)),
        agent_id: `worker-${updates % AGENTS}`,
        progress: updates % 101,
      });
    },
  });
  const seen = await watchers.await(loaded.answers);
  const cpuMs = server.cpuMs() - cpuBefore;
  return {
    "CPU %": cpuMs / (10 * seconds),
    "memory MB": server.memoryBytes() / 1e6,
    "writes/s it took": loaded.answers / loaded.seconds,
    "seen %": (100 * seen.updates) / (loaded.answers * PAGES),
    disorder: seen.disorder,
  };
}
