/**
 * The compiled `clawtasker` as a process, and a real server for it on a free port. Neighbours: the specs
 * of the CLI and of MCP over stdio. Invariant: only processes started here are ended.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type RunningServer, startServer } from "../../server/compose.ts";
import { makeDataDir, quietConfig, SILENT, TOKEN } from "./process.ts";

export const CLI = fileURLToPath(new URL("../../cli/main.js", import.meta.url));

export interface Said {
  code: number | null;
  out: string;
  err: string;
}

export function spawnCli(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [CLI, ...args], {
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Runs one command to its end. */
export async function cli(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Said> {
  const child = spawnCli(args, env);
  const said = { out: "", err: "" };
  child.stdout?.on("data", (chunk: Buffer) => {
    said.out += chunk.toString();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    said.err += chunk.toString();
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...said };
}

export interface House {
  server: RunningServer;
  dir: string;
  /** Where the server is and its token, as variables. */
  env: Record<string, string>;
  cli(...args: string[]): Promise<Said>;
}

/** Runs with a demo company of its own in a folder that is removed. */
export async function withHouse(run: (house: House) => Promise<void>): Promise<void> {
  const { dir, remove } = makeDataDir();
  try {
    const server = await startServer({ config: quietConfig(dir), log: SILENT });
    const env = { CLAWTASKER_URL: server.url, CLAWTASKER_API_TOKEN: TOKEN };
    try {
      await run({ server, dir, env, cli: (...args) => cli(args, env) });
    } finally {
      await server.close();
    }
  } finally {
    remove();
  }
}
