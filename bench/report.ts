/**
 * Figures as text: a row for the terminal while the bench runs, and `docs/performance.md` at the end.
 * Neighbours: `main.ts` calls it, `row.ts` says what a row, a goal and an outcome are.
 * Invariant: the document is made from one run's outcomes alone; nothing in it is written by hand.
 */
import {
  type Goal,
  isJudged,
  isReached,
  type Measured,
  median,
  type Outcome,
  type Result,
} from "./row.ts";

export interface Machine {
  command: string;
  commit: string;
  date: string;
  node: string;
  cpus: string;
  memory: string;
  system: string;
  /** The whole run. */
  tookSeconds: number;
}

/** One row, for the terminal. */
export function toText(outcome: Outcome): string {
  const parts = [`## ${outcome.row.title}`, ...toDetails(outcome)];
  if ("result" in outcome && outcome.result.distance && missedOf(outcome.result).length > 0)
    parts.push(`What remains: ${outcome.result.distance}`);
  return parts.join("\n\n");
}

/** The whole report. */
export function toDocument(machine: Machine, outcomes: readonly Outcome[]): string {
  const goals = outcomes.flatMap((outcome) =>
    "result" in outcome ? judgedOf(outcome.result) : [],
  );
  const failed = outcomes.filter((outcome) => "error" in outcome);
  const reached = goals.filter(isReached).length;
  const sections = [
    "# Performance",
    `How fast ClawTasker is, beside servers that do the same work with less to do: floors that keep and check
nothing, and other real-time servers. One run on one machine, so the ratios are what to look at; a write of ours
counts only once it is synced to disk, which no other here does unless it says so.`,
    `\`${machine.command}\` made this page on ${machine.date} from commit ${machine.commit} in ${toMinutes(machine.tookSeconds)}, on ${machine.cpus}, ${machine.memory}, ${machine.system}, Node ${machine.node}.`,
    `**${reached} of ${goals.length} goals are reached.**${failed.length > 0 ? ` ${failed.length} of ${outcomes.length} rows failed and are marked below.` : ""}`,
    "## Goals",
    toSummary(outcomes),
    "## Row by row",
    ...outcomes.flatMap((outcome) => [
      `<a id="${outcome.row.name}"></a>`,
      `### ${outcome.row.title}`,
      ...toDetails(outcome),
    ]),
  ];
  const distances = outcomes.flatMap(toDistance);
  if (distances.length > 0)
    sections.push(
      "## What the distance is made of",
      "Where a goal was missed: what lies between, and why no better way was found.",
      ...distances,
    );
  sections.push("## How it is measured", METHOD);
  return `${sections.join("\n\n")}\n`;
}

const METHOD = `- **Processes.** The driver, the watchers and each server are processes of their own. The driver and the watchers speak
  HTTP and WebSocket by hand, so that they cost little; on two cores they still share them with the server, and what
  goes through a thread for the disk has one more to share with. Where a figure by the clock says more of that than of
  the server, its CPU is judged beside it.
- **Rounds.** The subjects of a row take turns, three rounds where nothing else is said. A figure is the median of its
  rounds; in brackets the least and the most. A ratio is one of medians of the same run.
- **CPU** is that of the whole server process, all threads, as the system counts it in hundredths of a second.
- **Floors** take the same requests and do what cannot be left out: \`express\` and \`bare\` say a body back, \`append\`
  puts it into the same SQLite journal and answers once it is synced, \`ws\` shows a patch of one field to all, a frame
  a write or a frame a turn of the event loop. They check nothing, and all but \`append\` keep nothing.
- **Peers** are set up as their documentation does it, with bare HTTP in front and nothing stored. Their packages are
  pinned in \`bench/package.json\`.
- **Watchers** count every update by its own number: a lost, doubled or swapped one shows as *delivered %* or
  *disorder*. They share one process, so that a compressed message is unpacked once and held against what the
  others were sent byte for byte; ours are asked for as browsers ask, compressed.
- **Companies** are made by the reducers. A server opens a copy of the database, with its limits of writes raised and
  all else as it ships.

\`npm run bench -- <row>\` repeats a row, \`npm run bench -- quick\` gives a look at all the short ones, and
\`BENCH_PROFILE=<folder>\` in front leaves a CPU profile of each server.`;

function toDetails(outcome: Outcome): string[] {
  const command = `\`npm run bench -- ${outcome.row.name}\`, ${Math.round(outcome.seconds)} s`;
  if ("error" in outcome) return [command, `**Failed:** ${outcome.error}`];
  const { subjects, goals, note } = outcome.result;
  const parts = [command, toTable(subjects)];
  if (note) parts.push(note);
  if (goals.length > 0) parts.push(goals.map((goal) => `- ${toLine(goal)}`).join("\n"));
  return parts;
}

/** A line a goal, the work said once. */
function toSummary(outcomes: readonly Outcome[]): string {
  const lines = outcomes.flatMap((outcome) => {
    const work = `[${outcome.row.title}](#${outcome.row.name})`;
    if ("error" in outcome) return [[work, "", "", "**row failed**"]];
    return judgedOf(outcome.result).map((goal, at) => [
      at === 0 ? work : "",
      `${goal.what} ${toBound(goal)}`,
      toMeasured(goal),
      isReached(goal) ? "reached" : "**missed**",
    ]);
  });
  return toMarkdown(["work", "goal", "measured", ""], ["---", "---", "---:", "---"], lines);
}

function toDistance(outcome: Outcome): string[] {
  if ("error" in outcome) return [];
  const missed = missedOf(outcome.result);
  if (missed.length === 0) return [];
  return [
    `### ${outcome.row.title}: what remains`,
    missed.map((goal) => `- ${toLine(goal)}`).join("\n"),
    outcome.result.distance ?? "Not explained yet.",
  ];
}

const judgedOf = ({ goals }: Result) => goals.filter(isJudged);
const missedOf = (result: Result) => judgedOf(result).filter((goal) => !isReached(goal));

const toBound = ({ atLeast, atMost }: Goal) =>
  atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`;

/** A goal that is missed by a hair must not read as if it were reached. */
function toMeasured(goal: Goal): string {
  const shown = toNumber(goal.value);
  return isReached({ ...goal, value: Number(shown.replaceAll(",", "")) }) === isReached(goal)
    ? shown
    : goal.value.toPrecision(4);
}

function toLine(goal: Goal): string {
  const value = toMeasured(goal);
  if (!isJudged(goal)) return `${goal.what}: ${value}`;
  return `${goal.what}: **${value}**, goal ${toBound(goal)}: ${isReached(goal) ? "reached" : "**missed**"}`;
}

function toTable(subjects: readonly Measured[]): string {
  const measures = [...new Set(subjects.flatMap(({ samples }) => samples.flatMap(Object.keys)))];
  const lines = subjects.map(({ name, samples }) => [
    name,
    ...measures.map((measure) => toCell(samples.map((one) => one[measure]))),
  ]);
  return toMarkdown(["", ...measures], ["---", ...measures.map(() => "---:")], lines);
}

function toMarkdown(
  head: readonly string[],
  sides: readonly string[],
  lines: readonly (readonly string[])[],
): string {
  return [head, sides, ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function toCell(values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return "";
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const middle = toNumber(median(known));
  if (toNumber(least) === toNumber(most)) return middle;
  return `${middle} (${toNumber(least)}–${toNumber(most)})`;
}

/** Three digits that mean something; a small figure never looks like nothing. */
export function toNumber(value: number): string {
  if (value >= 1_000) return Math.round(value).toLocaleString("en-US");
  if (value >= 100) return value.toFixed(0);
  if (value >= 10) return value.toFixed(1);
  return value !== 0 && Math.abs(value) < 0.1 ? value.toPrecision(2) : value.toFixed(2);
}

function toMinutes(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")} minutes`;
}
