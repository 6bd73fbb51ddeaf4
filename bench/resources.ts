/**
 * What a row takes of the machine: processes and one folder. Neighbours: `context.ts` gives them to a
 * row, `servers.ts` and `watchers.ts` speak with the processes. Invariant: all is given back when the
 * row ends, when it fails, at a signal, at a crash, and when whoever started the bench is gone.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Resources {
  /** Runs a script in a process of its own, which can be sent messages. */
  run(script: string, args: readonly string[], options?: RunOptions): ChildProcess;
  /** An empty folder that lives as long as they do. */
  folder(): string;
  /** Resolves when all processes are gone and the folders removed. */
  release(): Promise<void>;
}

export interface RunOptions {
  env?: Readonly<Record<string, string>>;
  /** For Node, before the script. */
  flags?: readonly string[];
}

const open = new Set<{ drop(): void }>();

process.once("exit", () => {
  for (const one of open) one.drop();
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.once(signal, () => process.exit(1));

/** npm and shells do not hand on every signal, so that we would measure for nobody. */
const { ppid } = process;
setInterval(() => {
  if (process.ppid !== ppid) process.exit(1);
}, 1_000).unref();

export function openResources(): Resources {
  const root = mkdtempSync(join(tmpdir(), "clawtasker-bench-"));
  const running = new Set<ChildProcess>();
  let released = false;

  // Killed, not asked: nothing of theirs is kept, and a server that hangs must not hang us.
  const drop = () => {
    for (const child of running) child.kill("SIGKILL");
    rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  };
  const mine = { drop };
  open.add(mine);

  return {
    run(script, args, { env, flags = [] } = {}) {
      // A row that ran out of time goes on until its next step.
      if (released) throw new Error("the row is over");
      const child = spawn(process.execPath, [...flags, script, ...args], {
        env: { ...process.env, NODE_ENV: "production", ...env },
        stdio: ["ignore", "pipe", "inherit", "ipc"],
      });
      running.add(child);
      child.once("exit", () => running.delete(child));
      return child;
    },
    folder: () => mkdtempSync(join(root, "x")),
    async release() {
      released = true;
      const gone = [...running].map((child) => once(child, "exit"));
      for (const child of running) child.kill("SIGKILL");
      await Promise.all(gone);
      drop();
      open.delete(mine);
    },
  };
}
