/**
 * The real server as a process of its own, on a free port, for specs that kill it. Neighbours: the
 * crash and restart specs. Invariant: only processes started here are ended, by their own id.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Config } from "../../server/config.ts";

const MAIN = fileURLToPath(new URL("../../server/main.js", import.meta.url));

export const TOKEN = "a-token-for-specs";

/** A log that says nothing. */
export const SILENT = { info() {}, warn() {}, error() {} };

/** For `startServer` in this process: any free port, no limit to speak of. */
export function quietConfig(dataDir: string): Config {
  return {
    host: "127.0.0.1",
    port: 0,
    token: TOKEN,
    writesPerMinute: 1_000_000,
    staleSeconds: 180,
    maxExpiries: 3,
    archiveDays: 30,
    keepEntries: 100_000,
    keepDays: 1,
    keepMb: 4_000,
    maxStateMb: null,
    webhookPrivate: false,
    readAuth: false,
    dataDir,
    allowedHosts: [],
    logLevel: "silent",
    begin: "demo",
  };
}

export interface ProcessOptions {
  args?: string[];
  env?: Record<string, string>;
  under?: readonly string[];
}

export interface ServerProcess {
  url: string;
  child: ChildProcess;
  /** What it has written to stderr so far. */
  errors(): string;
  /** The exit code once it has ended, null when killed. */
  ended: Promise<number | null>;
  /** Sends the signal and waits for the end; answers the exit code, null when killed. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

export function makeDataDir(): { dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), "clawtasker-"));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/**
 * Spawns the server without waiting for it.
 * @param under a command that runs it, such as a tracer with its options
 */
export function spawnServer(
  args: readonly string[],
  env: Record<string, string>,
  under: readonly string[] = [],
): ChildProcess {
  const [command = "", ...rest] = [...under, process.execPath, MAIN, ...args];
  return spawn(command, rest, {
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Runs the server until it ends by itself. */
export async function outputOf(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawnServer(args, env);
  let out = "";
  let err = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out, err };
}

/** @throws Error with what it wrote to stderr when it ends before it listens */
export async function startProcess(
  dataDir: string,
  { args = [], env = {}, under = [] }: ProcessOptions = {},
): Promise<ServerProcess> {
  const settings = {
    CLAWTASKER_API_TOKEN: TOKEN,
    CLAWTASKER_WRITE_LIMIT: "1000000",
    CLAWTASKER_LOG: "warn",
    ...env,
  };
  const child = spawnServer(["--port", "0", "--data-dir", dataDir, ...args], settings, under);
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const ended = once(child, "exit").then(([code]) => code as number | null);
  const url = await new Promise<string>((resolve, reject) => {
    if (child.stdout) {
      createInterface({ input: child.stdout }).on("line", (line) => {
        const found = /at (http:\/\/[^/]+)\//.exec(line)?.[1];
        if (found) resolve(found);
      });
    }
    void ended.then(() => reject(new Error(`the server ended before it listened: ${errors}`)));
  });
  return {
    url,
    child,
    errors: () => errors,
    ended,
    end(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

export async function postTo(
  url: string,
  name: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${url}/api/${name}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${TOKEN}`,
      ...headers,
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

export async function getFrom(url: string, path: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}${path}`);
  return (await response.json()) as Record<string, unknown>;
}

/** Descriptors of a process that are sockets, the one it listens on too. */
export function openSockets(pid: number | undefined): number {
  return openFiles(pid, (target) => target.startsWith("socket:"));
}

/** Descriptors of a process whose target is one of those meant. */
export function openFiles(pid: number | undefined, isMeant: (target: string) => boolean): number {
  const folder = `/proc/${pid}/fd`;
  const isOne = (name: string) => {
    try {
      return isMeant(readlinkSync(`${folder}/${name}`));
    } catch {
      return false;
    }
  };
  return readdirSync(folder).filter(isOne).length;
}
