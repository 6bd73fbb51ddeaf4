/**
 * A server under measurement: started, asked where it listens and what it has used, stopped.
 * Neighbours: `resources.ts` runs it, `context.ts` starts ours, floors and peers by it.
 * Invariant: CPU and memory are the system's figures of the whole process, with all its threads.
 */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Resources } from "./resources.ts";

export interface Server {
  port: number;
  /** Milliseconds of CPU since its start. */
  cpuMs(): number;
  /** Resident memory. */
  memoryBytes(): number;
  /** Resolves when it is gone. */
  stop(): Promise<void>;
}

/** With BENCH_PROFILE=<folder> each server leaves a profile of its CPU there. */
const { BENCH_PROFILE: profiles } = process.env;
const FLAGS = profiles === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profiles}`];

/**
 * It is up once it says `…:<port>` or `port <port>` on a line of its output.
 * @throws when it ends before
 */
export async function startServer(
  resources: Resources,
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const child = resources.run(script, args, { env, flags: FLAGS });
  const port = await new Promise<number>((resolve, reject) => {
    let said = "";
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${script} ended with ${code}: ${said}`)));
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      if (said.length < 10_000) said += text;
      const [, digits] = /(?:port |127\.0\.0\.1:)(\d+)\b/.exec(said) ?? [];
      if (digits !== undefined) resolve(Number(digits));
    });
  });
  const pid = child.pid ?? 0;
  return {
    port,
    cpuMs: () => cpuMs(pid),
    memoryBytes: () => memoryBytes(pid),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      // Nothing of its data is kept; only a profile is written by a clean end.
      child.kill(profiles === undefined ? "SIGKILL" : "SIGTERM");
      await gone;
    },
  };
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
