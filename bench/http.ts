/**
 * What one write costs over HTTP, durable, against an Express echo of the same body in the same run:
 * rounds take turns, medians are printed, ratios count. CPU is that of the whole server process.
 * Neighbours: `http-server.ts` is measured, `http-load.ts` drives. Run with
 * `node dist/bench/http.js [seconds] [rounds] [sizes] [connections]`.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { median, taskId } from "./company.ts";
import { load, post } from "./http-load.ts";

const [seconds = 2, rounds = 3] = process.argv.slice(2, 4).map(Number);
const sizes = (process.argv[4] ?? "15,10000").split(",").map(Number);
const CONNECTIONS = (process.argv[5] ?? "1,16,64").split(",").map(Number);

interface Server {
  name: string;
  child: ChildProcess;
  port: number;
  tasks: number;
}

async function start(kind: string, tasks: number): Promise<Server> {
  const script = fileURLToPath(new URL("./http-server.js", import.meta.url));
  const child = fork(script, [kind, String(tasks)], { stdio: "inherit" });
  const { port } = await reply<{ port: number }>(child);
  return { name: kind === "ours" ? `ours, ${tasks} tasks` : kind, child, port, tasks };
}

async function reply<T>(child: ChildProcess): Promise<T> {
  const [message] = await once(child, "message");
  return message as T;
}

/** Microseconds of CPU so far. */
async function cpuOf({ child }: Server): Promise<number> {
  child.send("cpu");
  const { cpu } = await reply<{ cpu: NodeJS.CpuUsage }>(child);
  return cpu.user + cpu.system;
}

interface Figures {
  perSecond: number[];
  cpu: number[];
  p50: number[];
}

async function measure(server: Server, connections: number, figures: Figures): Promise<void> {
  const request = (n: number) => {
    const task_id = taskId(1 + ((n * 7_919) % server.tasks));
    const body = JSON.stringify({ task_id, agent_id: "agent-1", progress: n % 100 });
    return post("/api/tasks/update", body);
  };
  const before = await cpuOf(server);
  const done = await load({ port: server.port, connections, seconds, request, status: 200 });
  const cpu = (await cpuOf(server)) - before;
  figures.perSecond.push(done.answers / done.seconds);
  figures.cpu.push(cpu / done.answers);
  figures.p50.push(median(done.latencies));
}

const servers = [
  await start("express", 15),
  await start("bare", 15),
  ...(await Promise.all(sizes.map((tasks) => start("ours", tasks)))),
];
const results = new Map<string, Figures>();
for (let round = -1; round < rounds; round++) {
  for (const connections of CONNECTIONS) {
    for (const server of servers) {
      const key = `${connections} ${server.name}`;
      // The first round warms up.
      const figures = (round > 0 && results.get(key)) || { perSecond: [], cpu: [], p50: [] };
      results.set(key, figures);
      await measure(server, connections, figures);
    }
  }
}
for (const { child } of servers) child.disconnect();

process.stdout.write(
  "| connections | server | /s | spread | against Express | CPU µs | p50 ms |\n",
);
process.stdout.write("|---:|---|---:|---:|---:|---:|---:|\n");
for (const connections of CONNECTIONS) {
  const floor = median(results.get(`${connections} express`)?.perSecond ?? []);
  for (const { name } of servers) {
    const figures = results.get(`${connections} ${name}`);
    if (!figures) continue;
    const rate = median(figures.perSecond);
    const spread = (Math.max(...figures.perSecond) - Math.min(...figures.perSecond)) / rate;
    process.stdout.write(
      `| ${connections} | ${name} | ${rate.toFixed(0)} | ${(spread * 100).toFixed(0)} % | ${(rate / floor).toFixed(2)} | ${median(figures.cpu).toFixed(0)} | ${median(figures.p50).toFixed(2)} |\n`,
    );
  }
}
