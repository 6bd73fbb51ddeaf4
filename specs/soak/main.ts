/**
 * `npm run soak -- <row> …`: runs specs at their large size, one after the other, each in a process of
 * its own and for no longer than its bound. Neighbours: `rows.ts`, `guarantees.ts`, `support/soak.ts`.
 * Invariant: it always ends, and leaves no process behind.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { FIGURE } from "../support/soak.ts";
import { type Result, readResults, toMarkdown } from "./guarantees.ts";
import { ROWS, type Row } from "./rows.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PAGE = join(ROOT, "docs/guarantees.md");
/** Beyond its bound a row may finish the round it is in; then it is ended. */
const GRACE_SECONDS = 90;
/** Each row's time when all are asked for. */
const SECONDS_IN_ALL = 45;

interface Asked {
  count?: string | undefined;
  seconds?: string | undefined;
  all: boolean;
}

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      write: { type: "boolean" },
      count: { type: "string" },
      seconds: { type: "string" },
    },
  });
  const all = positionals.includes("all");
  const unknown = positionals.find((name) => name !== "all" && !ROWS.some((r) => r.name === name));
  if (unknown !== undefined) {
    process.stderr.write(`no row ${unknown}; \`npm run soak\` lists them\n`);
    return 2;
  }
  if (positionals.length === 0) {
    process.stdout.write(listing());
    if (values.write) write(new Map());
    return 0;
  }
  const rows = ROWS.filter(({ name }) => all || positionals.includes(name));
  const results = new Map<string, Result>();
  const failed: string[] = [];
  for (const row of rows) {
    process.stdout.write(`\n== ${row.name}: ${row.risk}\n`);
    const { code, figures, seconds } = await run(row, { ...values, all });
    if (code === 0) {
      const figure = figures.join("; ") || `as in npm test: ${row.small}`;
      results.set(row.name, { figure, date: new Date().toISOString().slice(0, 10), commit });
    } else failed.push(row.name);
    process.stdout.write(`== ${row.name}: ${code === 0 ? "passed" : "FAILED"} in ${seconds} s\n`);
    // After each row, so that a run that is broken off keeps what it reached.
    if (values.write) write(results);
  }
  process.stdout.write(summary(results, failed));
  return failed.length > 0 ? 1 : 0;
}

const commit = commitName();

/** The commit under test, marked where there are changes beside it. */
function commitName(): string {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: ROOT, encoding: "utf8" });
  try {
    const changed = git("status", "--porcelain", "--", ".", ":!docs/guarantees.md") !== "";
    return git("rev-parse", "--short", "HEAD").trim() + (changed ? "+" : "");
  } catch {
    return "unknown";
  }
}

function listing(): string {
  const lines = ROWS.map(({ name, risk }) => `  ${name.padEnd(16)}${risk}`);
  return `npm run soak -- <row> … [--count N] [--seconds N] [--write]\nnpm run soak -- all --write\n\n${lines.join("\n")}\n`;
}

function summary(results: ReadonlyMap<string, Result>, failed: readonly string[]): string {
  const lines = [...results].map(([name, { figure }]) => `  ${name.padEnd(16)}${figure}`);
  return `\n${[...lines, ...failed.map((name) => `  ${name.padEnd(16)}FAILED`)].join("\n")}\n`;
}

function write(results: ReadonlyMap<string, Result>): void {
  const before = existsSync(PAGE) ? readFileSync(PAGE, "utf8") : "";
  writeFileSync(PAGE, toMarkdown(new Map([...readResults(before), ...results])));
}

async function run(row: Row, asked: Asked) {
  const seconds = Number(asked.seconds ?? (asked.all ? SECONDS_IN_ALL : (row.seconds ?? 60)));
  const folder = dirname(row.spec);
  const file = row.spec.slice(folder.length + 1);
  const args = [join(ROOT, "node_modules/uvu/bin.js"), `dist/specs/${folder}`];
  const started = performance.now();
  // A group of its own, so that its servers end with it.
  const child = spawn(process.execPath, ["--expose-gc", ...args, `^${file}\\.spec\\.js$`], {
    cwd: ROOT,
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      SOAK_ROW: row.name,
      SOAK_SECONDS: String(seconds),
      ...((asked.count ?? row.count) && { SOAK_COUNT: String(asked.count ?? row.count) }),
    },
  });
  running = child;
  const late = setTimeout(
    () => {
      process.stdout.write(`ended after ${seconds} s and ${GRACE_SECONDS} s of grace\n`);
      endGroup(child);
    },
    (seconds + GRACE_SECONDS) * 1_000,
  );
  let text = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    process.stdout.write(chunk);
  });
  const [code] = (await once(child, "close")) as [number | null];
  clearTimeout(late);
  running = null;
  const figures = text
    .split("\n")
    .filter((line) => line.startsWith(FIGURE))
    .map((line) => line.slice(FIGURE.length).replaceAll("|", "/"));
  return { code, figures, seconds: Math.round((performance.now() - started) / 1_000) };
}

let running: ChildProcess | null = null;

function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (running) endGroup(running);
    process.exit(130);
  });
}

process.exitCode = await main();
