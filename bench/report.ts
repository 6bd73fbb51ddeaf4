/**
 * Figures as tables: for the terminal while it runs, and as `docs/performance.md` at the end.
 * Neighbours: `main.ts` calls it, `row.ts` says what a result is.
 */
import { type Goal, isReached, type Measured, median, type Result, type Row } from "./row.ts";

export interface Machine {
  command: string;
  commit: string;
  node: string;
  cpus: string;
  memory: string;
  system: string;
  rounds: number;
}

export function toText({ title, name }: Row, { subjects, goals, note, distance }: Result): string {
  const parts = [`## ${title}`, `\`npm run bench -- ${name}\``, toTable(subjects)];
  if (note) parts.push(note);
  if (goals.length > 0) parts.push(goals.map((goal) => `- ${toLine(goal)}`).join("\n"));
  if (distance && !goals.every(isReached)) parts.push(`What remains: ${distance}`);
  return parts.join("\n\n");
}

/** The whole report. */
export function toDocument(
  machine: Machine,
  done: readonly { row: Row; result: Result }[],
): string {
  const all = done.flatMap(({ result }) => result.goals).filter(isJudged);
  const reached = all.filter(isReached).length;
  return `# Performance

Measured, not promised: \`${machine.command}\` at commit ${machine.commit}, on ${machine.cpus},
${machine.memory}, ${machine.system}, Node ${machine.node}. Medians of ${machine.rounds} rounds in which the
subjects take turns, with the least and the most in brackets. The machine is shared and noisy: what counts are the
ratios within one run. A write of ours is answered when it is synced to disk; the floors and the peers keep nothing.
CPU is that of the whole server process, all threads, taken from the system.

**${reached} of ${all.length} goals are reached.**

${done.map(({ row, result }) => toText(row, result)).join("\n\n")}
`;
}

const isJudged = ({ atLeast, atMost }: Goal) => atLeast !== undefined || atMost !== undefined;

function toLine(goal: Goal): string {
  const { what, value, atLeast, atMost } = goal;
  if (!isJudged(goal)) return `${what}: ${toNumber(value)}`;
  const bound = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`;
  return `${what}: **${value.toFixed(2)}**, goal ${bound}: ${isReached(goal) ? "reached" : "**not reached**"}`;
}

function toTable(subjects: readonly Measured[]): string {
  const measures = [...new Set(subjects.flatMap(({ samples }) => samples.flatMap(Object.keys)))];
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rows = subjects.map(({ name, samples }) =>
    line([name, ...measures.map((measure) => toCell(samples.map((one) => one[measure])))]),
  );
  return [line(["", ...measures]), line(["---", ...measures.map(() => "---:")]), ...rows].join(
    "\n",
  );
}

function toCell(values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return "";
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const middle = toNumber(median(known));
  if (toNumber(least) === toNumber(most)) return middle;
  return `${middle} (${toNumber(least)}–${toNumber(most)})`;
}

function toNumber(value: number): string {
  if (value >= 1_000) return Math.round(value).toLocaleString("en-US");
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
