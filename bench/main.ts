/**
 * The bench: `npm run bench` for all rows and `docs/performance.md`, `npm run bench -- quick` for a look
 * in under a minute, `npm run bench -- <row>…` for some. Neighbours: `rows/` measure, `report.ts` writes.
 * Invariant: the report is written by a whole run only, also where rows failed, which it then says.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import { fileURLToPath } from "node:url";
import { openContext } from "./context.ts";
import { installPeers } from "./peers.ts";
import { type Machine, toDocument, toText } from "./report.ts";
import type { Outcome, Row } from "./row.ts";
import { rows } from "./rows/index.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const args = process.argv.slice(2);
const quick = args.includes("quick");
const names = args.filter((arg) => arg !== "quick");
const whole = !quick && names.length === 0;

/** A row that hangs must not take the others with it; a busy machine may be slow. */
const limitMs = ({ seconds }: Row) => (60 + 4 * seconds) * 1_000;

function chosen(): readonly Row[] {
  if (names.length > 0) return rows.filter(({ name }) => names.includes(name));
  return rows.filter(({ onlyNamed }) => onlyNamed !== "always" && !(quick && onlyNamed));
}

function machine(tookSeconds: number): Machine {
  const git = (...words: string[]) => {
    try {
      return execFileSync("git", words, { cwd: root, encoding: "utf8" }).trim();
    } catch {
      return "";
    }
  };
  // What this run wrote the last time is no change of what it measures.
  const changes = git("status", "--porcelain", "--", ".", ":!docs/performance.md");
  return {
    command: ["npm run bench", ...(args.length > 0 ? ["--", ...args] : [])].join(" "),
    commit: `${git("rev-parse", "--short", "HEAD") || "unknown"}${changes === "" ? "" : " with changes"}`,
    date: new Date().toISOString().slice(0, 10),
    node: process.versions.node,
    cpus: `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown CPU"}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${release().split("-", 1)[0]}`,
    tookSeconds,
  };
}

async function attempt(row: Row, peers: boolean): Promise<Outcome> {
  const [context, end] = openContext({ quick, peers });
  const from = performance.now();
  const seconds = () => (performance.now() - from) / 1_000;
  let late: NodeJS.Timeout | undefined;
  try {
    const limit = new Promise<never>((_resolve, reject) => {
      const reason = new Error(`not over after ${limitMs(row) / 1_000} s`);
      late = setTimeout(() => reject(reason), limitMs(row));
    });
    const result = await Promise.race([row.run(context), limit]);
    return { row, seconds: seconds(), result };
  } catch (error) {
    return { row, seconds: seconds(), error: (error as Error).message };
  } finally {
    clearTimeout(late);
    await end();
  }
}

async function main(): Promise<number> {
  const unknown = names.filter((name) => !rows.some((row) => row.name === name));
  if (unknown.length > 0) {
    const known = rows.map(({ name }) => name).join(", ");
    process.stderr.write(`no row ${unknown.join(", ")}; there are: ${known}\n`);
    return 2;
  }
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const from = performance.now();
  const peers = !quick && installPeers();
  const outcomes: Outcome[] = [];
  const todo = chosen();
  for (const [at, row] of todo.entries()) {
    const expected = quick ? "" : `, about ${row.seconds} s`;
    const place = `[${at + 1}/${todo.length}] ${row.name}`;
    say(`${place}${expected} …`);
    const outcome = await attempt(row, peers);
    outcomes.push(outcome);
    process.stdout.write(`\n${toText(outcome)}\n\n`);
    const all = Math.round((performance.now() - from) / 1_000);
    const how = "error" in outcome ? "FAILED after" : "took";
    say(`${place} ${how} ${Math.round(outcome.seconds)} s${expected}; ${all} s so far`);
  }
  if (whole) {
    const took = (performance.now() - from) / 1_000;
    writeFileSync(`${root}docs/performance.md`, toDocument(machine(took), outcomes));
    say("written: docs/performance.md");
  }
  return outcomes.some((outcome) => "error" in outcome) ? 1 : 0;
}

process.exit(await main());
