/**
 * The floors of HTTP by themselves: the same POST said back by Express and by bare `node:http`, and made
 * durable in groups behind bare HTTP. Neighbour: `floors/http.ts`; the other rows compare with them.
 */
import { flatOut, post } from "../load.ts";
import { inTurns, quantile, type Row, type Subject } from "../row.ts";

const KINDS = ["express", "bare", "append"] as const;
const CONNECTIONS = [1, 16, 64] as const;

export const floors: Row = {
  name: "floors",
  title: "One JSON POST: said back, or appended and synced",
  async run(context) {
    const servers = await Promise.all(
      KINDS.map((kind) => context.startFloor("http", kind, context.folder())),
    );
    const subjects = servers.flatMap((server, at) =>
      CONNECTIONS.map((connections): Subject => {
        const name = `${KINDS[at]}, ${connections} connections`;
        return { name, measure: () => measure(server, connections) };
      }),
    );
    const measured = await inTurns(context.rounds, subjects);
    await Promise.all(servers.map((server) => server.stop()));
    return { subjects: measured, goals: [] };
  },
};

async function measure(server: { port: number; cpuMs(): number }, connections: number) {
  const cpuBefore = server.cpuMs();
  const request = (n: number) =>
    post("/api/tasks/update", { task_id: "T-001", agent_id: "agent-1", progress: n % 100 });
  const loaded = await flatOut({ port: server.port, connections, seconds: 1, request });
  return {
    "requests/s": loaded.answers / loaded.seconds,
    "p50 ms": quantile(loaded.latencies, 0.5),
    "p99 ms": quantile(loaded.latencies, 0.99),
    "CPU µs/request": ((server.cpuMs() - cpuBefore) * 1_000) / loaded.answers,
  };
}
