/**
 * A server under as many requests as it answers: how many, how late, and the CPU of one. Neighbours:
 * `load.ts` drives; the rows of writes, reads and floors measure by it.
 */
import { flatOut, type Requests } from "./load.ts";
import { quantile, type Sample } from "./row.ts";
import type { Server } from "./servers.ts";

export async function flood(
  server: Server,
  asked: Omit<Requests, "port"> & { seconds: number },
): Promise<Sample> {
  const cpuBefore = server.cpuMs();
  const { answers, seconds, latencies } = await flatOut({ port: server.port, ...asked });
  return {
    "requests/s": answers / seconds,
    "p50 ms": quantile(latencies, 0.5),
    "p99 ms": quantile(latencies, 0.99),
    "CPU µs/request": ((server.cpuMs() - cpuBefore) * 1_000) / answers,
  };
}

/** A compiler that has not seen the code yet is not what is measured. */
export async function warm(
  servers: readonly Server[],
  asked: Omit<Requests, "port" | "connections"> & { seconds: number },
): Promise<void> {
  for (const server of servers) await flood(server, { ...asked, connections: 16 });
}
