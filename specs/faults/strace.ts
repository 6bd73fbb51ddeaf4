/**
 * A process under strace: what it wrote and synced in a folder, call by call, or with calls made to
 * fail. Neighbours: `disk.ts` plays the calls, the specs of this folder. Invariant: what happened in
 * the folder and is not understood here is an error, never left out.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One thing that happened, in the order of the kernel. */
export type Call =
  | { kind: "create" | "unlink"; path: string }
  | { kind: "rename"; path: string; to: string }
  | { kind: "write"; path: string; at: number; bytes: Buffer }
  | { kind: "cut"; path: string; size: number }
  /** What was written before `sync` is durable from `synced` on. */
  | { kind: "sync" | "synced"; path: string }
  /** What the process said on its stdout. */
  | { kind: "said"; text: string };

const CALLS = [
  ...["openat", "open", "creat", "write", "writev", "pwrite64", "pwritev", "pwritev2"],
  ...["truncate", "ftruncate", "fsync", "fdatasync", "rename", "renameat", "renameat2"],
  ...["unlink", "unlinkat", "link", "linkat", "copy_file_range", "sendfile", "sync_file_range"],
];

/** Why there is no strace here, or null where it works. */
export function straceLacks(): string | null {
  if (process.platform !== "linux") return "strace needs Linux";
  const { status, error, stderr } = spawnSync("strace", ["-qq", "-o", "/dev/null", "true"]);
  if (status === 0) return null;
  return `strace does not work here (${error?.message ?? String(stderr).trim()})`;
}

/** For a command line: what goes before the command to note its calls in a file. */
export function tracing(output: string): string[] {
  const trace = ["-e", `trace=${CALLS.join(",")}`, "-e", "signal=none"];
  // -D: the process that is started is the server itself, and a kill reaches it, not its tracer.
  return ["strace", "-D", "-f", "-qq", "-y", "-xx", "-s", "10000000", ...trace, "-o", output];
}

/**
 * The same, to let the n-th sync of each thread fail once, as a broken disk does: the next one
 * succeeds, though what was to be synced is gone.
 */
export function failingSync(n: number, output: string): string[] {
  const calls = "fsync,fdatasync";
  const inject = `inject=${calls}:error=EIO:when=${n}`;
  // -D: the process that is started is the server itself, and a kill reaches it, not its tracer.
  return ["strace", "-D", "-f", "-qq", "-y", "-o", output, "-e", `trace=${calls}`, "-e", inject];
}

/** What could not be synced: the path, or null while nothing has failed. */
export function failedSync(output: string): string | null {
  return /sync\(\d+<([^>]*)>\).*\(INJECTED\)/.exec(readFileSync(output, "utf8"))?.[1] ?? null;
}

/** The calls that concern the folder, and what was said. @throws Error for one it does not know */
export function readTrace(file: string, folder: string): Call[] {
  const calls: Call[] = [];
  /** Syncs under way, by thread. */
  const syncing = new Map<string, string>();
  const lines = readFileSync(file, "latin1").split("\n");
  for (const line of lines) {
    const resumed = /^(\d+) +<\.\.\. (\w+) resumed>.*= (-?\d+)/.exec(line);
    if (resumed) {
      const [, thread = "", , result] = resumed;
      const path = syncing.get(thread);
      if (path !== undefined && result === "0") calls.push({ kind: "synced", path });
      syncing.delete(thread);
      continue;
    }
    const started = /^(\d+) +(\w+)\((.*)$/.exec(line);
    if (!started) continue;
    const [, thread = "", name = "", rest = ""] = started;
    // Known to have failed.
    if (/\) += -1 E/.test(rest.slice(-80))) continue;
    const added = toCalls(name, rest, folder);
    calls.push(...added);
    const [first] = added;
    if (first?.kind !== "sync") continue;
    if (rest.endsWith("<unfinished ...>")) syncing.set(thread, first.path);
    else calls.push({ kind: "synced", path: first.path });
  }
  return calls;
}

function toCalls(name: string, rest: string, folder: string): Call[] {
  const texts = [...rest.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex]) => unhex(hex));
  const opened = unhex(/^\d+<([^>]*)>/.exec(rest)?.[1]).toString();
  const isOurs = (path: string) => path === folder || path.startsWith(`${folder}/`);
  if (name === "write" && /^1</.test(rest)) {
    return [{ kind: "said", text: String(texts[0] ?? "") }];
  }
  if (name === "openat" || name === "open" || name === "creat") {
    const base = unhex(/<([^>]*)>/.exec(rest)?.[1]).toString();
    const given = String(texts[0] ?? "");
    const path = given.startsWith("/") ? given : join(base, given);
    if (!isOurs(path) || !/O_CREAT|O_TRUNC/.test(rest)) return [];
    const made: Call[] = [{ kind: "create", path }];
    return /O_TRUNC/.test(rest) ? [...made, { kind: "cut", path, size: 0 }] : made;
  }
  if (/^(?:rename|unlink|link)/.test(name)) {
    const [path = "", to = ""] = texts.map(String);
    if (!isOurs(path)) return [];
    if (name.startsWith("rename")) return [{ kind: "rename", path, to }];
    if (name.startsWith("unlink")) return [{ kind: "unlink", path }];
  }
  if (!isOurs(opened)) return [];
  const path = opened;
  if (name === "fsync" || name === "fdatasync") return [{ kind: "sync", path }];
  // `pwrite64(5<path>, "…", 4096, 8192) = 4096`, `ftruncate(5<path>, 0) = 0`
  const numbers = /, (\d+)(?:, (\d+))?(?:\)| <unfinished)/.exec(rest.slice(rest.lastIndexOf('"')));
  if (name === "pwrite64" && texts[0] && numbers?.[2] !== undefined) {
    return [{ kind: "write", path, at: Number(numbers[2]), bytes: texts[0] }];
  }
  if (name === "ftruncate") {
    return [{ kind: "cut", path, size: Number(/>, (\d+)/.exec(rest)?.[1]) }];
  }
  throw new Error(`a call that is not understood: ${name}(${rest.slice(0, 200)}`);
}

function unhex(text = ""): Buffer {
  return Buffer.from(text.replaceAll("\\x", ""), "hex");
}
