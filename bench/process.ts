/**
 * A process under measurement: started, asked where it listens and what it has used, stopped.
 * Neighbours: `context.ts` starts ours, floors and peers by it.
 * Invariant: what is started here ends with the bench, also when a row fails.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";

export interface Started {
  port: number;
  pid: number;
  /** Milliseconds of CPU since its start, of all its threads. */
  cpuMs(): number;
  /** Resident memory. */
  memoryBytes(): number;
  /** Resolves when it is gone. */
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

/** Runs a script; it is up once it says `…:<port>` or `port <port>` on a line of its output. */
export function start(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Started> {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, NODE_ENV: "production", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  running.add(child);
  const gone = new Promise<void>((resolve) => {
    child.once("exit", () => {
      running.delete(child);
      resolve();
    });
  });
  return new Promise((resolve, reject) => {
    let said = "";
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${script} ended with ${code}: ${said}`)));
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (said.length < 10_000) said += text;
      const [, port] = /(?:port |127\.0\.0\.1:)(\d+)\b/.exec(said) ?? [];
      const { pid } = child;
      if (port === undefined || pid === undefined) return;
      resolve({
        port: Number(port),
        pid,
        cpuMs: () => cpuMs(pid),
        memoryBytes: () => memoryBytes(pid),
        stop() {
          child.kill("SIGTERM");
          const late = setTimeout(() => child.kill("SIGKILL"), 3_000);
          return gone.finally(() => clearTimeout(late));
        },
      });
    });
  });
}

/** What Linux counts in: a hundredth of a second. */
const TICK_MS = 10;

function cpuMs(pid: number): number {
  if (process.platform === "linux") {
    // After the name, which may hold spaces: user and system time are fields 14 and 15.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  }
  const time = execFileSync("ps", ["-o", "time=", "-p", String(pid)], { encoding: "utf8" });
  return (
    time
      .trim()
      .split(/[:-]/)
      .reduce((total, part) => total * 60 + Number(part), 0) * 1_000
  );
}

function memoryBytes(pid: number): number {
  const kilobytes = execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" });
  return Number(kilobytes) * 1024;
}
