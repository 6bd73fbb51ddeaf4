/**
 * What a large company costs at the start and in memory. Neighbours: `bench/start.ts` measures the
 * start in this process; the memory is that of the real server.
 */
import { toParts } from "../../core/snapshot-parts.ts";
import { companyOf } from "../company.ts";
import { agentId, taskId } from "../data.ts";
import { inAll, post } from "../load.ts";
import { inTurns, type Row } from "../row.ts";
import { measureStart } from "../start.ts";

export const start: Row = {
  name: "start",
  slow: true,
  title: "Start with 100,000 tasks and a journal of a million entries",
  async run({ quick }) {
    const rows = await (quick ? measureStart(2_000, 20_000) : measureStart());
    const value = rows.at(-1)?.ratio ?? Number.NaN;
    return {
      subjects: rows.map(({ measured, wall, cpu }) => ({
        name: measured,
        samples: [{ ms: wall, "CPU ms": cpu }],
      })),
      goals: [{ what: "ready to serve, against parsing the snapshot", value, atMost: 2 }],
    };
  },
};

export const memory: Row = {
  name: "memory",
  slow: true,
  title: "Memory of the server with 100,000 tasks, while it is written to",
  async run(context) {
    const tasks = context.quick ? 2_000 : 100_000;
    const count = context.quick ? 2_000 : 20_000;
    const empty = await context.startOurs(15);
    const server = await context.startOurs(tasks);
    const json = [...toParts(companyOf(tasks))].reduce((sum, part) => sum + part.length, 0);
    try {
      const base = empty.memoryBytes();
      const write = () =>
        inAll({
          port: server.port,
          connections: 16,
          count,
          request: (n) =>
            post("/api/tasks/update", {
              task_id: taskId(1 + ((n * 7_919) % tasks)),
              agent_id: agentId(1),
              progress: Math.floor(Math.random() * 101),
            }),
        });
      const subjects = await inTurns(context.quick ? 2 : 4, [
        {
          name: "ours",
          async measure() {
            await write();
            return { "memory MB": server.memoryBytes() / 1e6 };
          },
        },
      ]);
      const seen = subjects[0]?.samples.map((sample) => sample["memory MB"] ?? Number.NaN) ?? [];
      const last = seen.at(-1) ?? Number.NaN;
      return {
        subjects,
        goals: [
          {
            what: "resident beyond that of an empty company, against its JSON",
            value: (last * 1e6 - base) / json,
            atMost: 2.5,
          },
          { what: "last against first", value: last / (seen[0] ?? Number.NaN), atMost: 1.1 },
        ],
        note: `${count} writes before each look. Empty: ${(base / 1e6).toFixed(0)} MB; JSON: ${(json / 1e6).toFixed(0)} MB. Resident memory holds what the collector has not yet given back.`,
      };
    } finally {
      await Promise.all([server.stop(), empty.stop()]);
    }
  },
};
