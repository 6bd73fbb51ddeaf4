/**
 * The bench: `npm run bench` for all rows and `docs/performance.md`, `npm run bench -- quick` for a look
 * in under a minute, `npm run bench -- <row>…` for some. Neighbours: `rows/` measure, `report.ts` writes.
 * Invariant: the report is written by a whole run only.
 */
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import { fileURLToPath } from "node:url";
import { createContext } from "./context.ts";
import { type Machine, toDocument, toText } from "./report.ts";
import type { Result, Row } from "./row.ts";
import { rows } from "./rows/index.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const args = process.argv.slice(2);
const quick = args.includes("quick");
const names = args.filter((arg) => arg !== "quick");
const chosen =
  names.length === 0
    ? rows.filter(({ slow }) => !(quick && slow))
    : rows.filter(({ name }) => names.includes(name));
const unknown = names.filter((name) => !rows.some((row) => row.name === name));
if (unknown.length > 0) {
  const known = rows.map(({ name }) => name).join(", ");
  process.stderr.write(`no row ${unknown.join(", ")}; there are: ${known}\n`);
  process.exit(2);
}

/** The peers are a package of their own, which nobody has installed who does not run this. */
function installPeers(): boolean {
  if (existsSync(`${root}bench/node_modules`)) return true;
  try {
    const flags = ["--no-audit", "--no-fund", "--ignore-scripts"];
    execFileSync("npm", ["ci", "--prefix", "bench", ...flags], { cwd: root, stdio: "inherit" });
    return true;
  } catch {
    process.stderr.write("the peers could not be installed: measured without them\n");
    return false;
  }
}

function machine(): Machine {
  const git = (...words: string[]) => {
    try {
      return execFileSync("git", words, { cwd: root, encoding: "utf8" }).trim();
    } catch {
      return "";
    }
  };
  const changed = git("status", "--porcelain") === "" ? "" : " with changes";
  const [first] = cpus();
  return {
    command: ["npm run bench", ...(args.length > 0 ? ["--", ...args] : [])].join(" "),
    commit: `${git("rev-parse", "--short", "HEAD") || "unknown"}${changed}`,
    node: process.versions.node,
    cpus: `${cpus().length} × ${first?.model.trim() ?? "unknown CPU"}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${release().split("-", 1)[0]}`,
    rounds: quick ? 1 : 3,
  };
}

const [context, end] = createContext({ quick, peers: !quick && installPeers() });
const done: { row: Row; result: Result }[] = [];
const from = performance.now();
try {
  for (const row of chosen) {
    context.say(`${row.name} …`);
    const result = await row.run(context);
    done.push({ row, result });
    process.stdout.write(`\n${toText(row, result)}\n\n`);
  }
} finally {
  end();
}
if (!quick && names.length === 0) {
  writeFileSync(`${root}docs/performance.md`, toDocument(machine(), done));
  context.say("written: docs/performance.md");
}
context.say(`${Math.round((performance.now() - from) / 1_000)} s`);
