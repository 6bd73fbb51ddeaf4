/**
 * The figures of the page as tables: printed as they come, and `docs/performance-page.md` at the end.
 * Neighbour: `main.ts`. Invariant: the file is written by a whole run only, and says where and when.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const FILE = "docs/performance-page.md";

export interface Report {
  /** A table; of what, figure and goal unless other heads are given. */
  begin(title: string, heads?: readonly string[]): void;
  row(what: string, figure: string, goal?: string): void;
  cells(cells: readonly string[]): void;
  write(): void;
}

export function createReport(tasks: number): Report {
  const lines: string[] = [];
  const load = loadavg()[0] ?? Number.NaN;
  function say(line: string): void {
    lines.push(line);
    process.stdout.write(`${line}\n`);
  }
  const toRow = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const report: Report = {
    begin(title, heads = ["what", "figure", "goal"]) {
      say(`${lines.length > 0 ? "\n" : ""}## ${title}\n`);
      say(toRow(heads));
      say(toRow(heads.map((_, at) => (at === 0 ? "---" : "---:"))));
    },
    row: (what, figure, goal = "") => report.cells([what, figure, goal]),
    cells: (cells) => say(toRow(cells)),
    write() {
      writeFileSync(ROOT + FILE, `${headOf(tasks, load)}\n${lines.join("\n")}\n`);
      process.stdout.write(`\nwritten: ${FILE}\n`);
    },
  };
  return report;
}

function headOf(tasks: number, load: number): string {
  const [first] = cpus();
  const machine = `${cpus().length} × ${first?.model.trim() ?? "unknown CPU"}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release().split("-", 1)[0]}`;
  return `# Performance of the page

Measured with \`npm run bench:page\` at commit ${commit()} on ${machine}, Node ${process.versions.node}, with
a load of ${load.toFixed(1)} at the beginning. A company of ${tasks.toLocaleString("en-US")} tasks and 50 agents, the server with a
real journal, Chromium without a screen and without a GPU, and the writers share that machine.

"Commit" is when the entry was durable and the feed woke up; "pixels" is when the frame with the
change was painted. The writes are progress of tasks all over the company, signs of life of agents and,
ten times a second, a probe that the view shows.
`;
}

function commit(): string {
  const git = (...words: string[]) =>
    execFileSync("git", words, { cwd: ROOT, encoding: "utf8" }).trim();
  try {
    const changed = git("status", "--porcelain") === "" ? "" : " with changes";
    return git("rev-parse", "--short", "HEAD") + changed;
  } catch {
    return "unknown";
  }
}
