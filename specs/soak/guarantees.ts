/**
 * `docs/guarantees.md`: each risk, what `npm test` proves about it, and what the last soak reached.
 * Neighbours: `rows.ts` says what is proven, `main.ts` adds results. Invariant: a result stands there
 * only if a run told it; the rest of the page is made from the rows.
 */
import { ROWS, type Row } from "./rows.ts";

export interface Result {
  figure: string;
  /** Of the run, `2026-03-21`. */
  date: string;
  commit: string;
}

const INTRODUCTION = `# What is guaranteed, and how to see it

Made by \`npm run soak\`; the rows are declared in [specs/soak/rows.ts](../specs/soak/rows.ts). Every row is a
spec that \`npm test\` runs small; \`npm run soak -- <row>\` runs the same code large, on loopback only, within
a bound of time, and prints what it reached. \`--write\` keeps the figure here.
`;

const NONE = "not yet";

export function toMarkdown(results: ReadonlyMap<string, Result>): string {
  const sections = [...new Set(ROWS.map(({ section }) => section))].map((section) => {
    const rows = ROWS.filter((row) => row.section === section).map((row) =>
      line(row, results.get(row.name)),
    );
    return `## ${section}

| row | risk | in \`npm test\` | spec | last soak | when |
| --- | --- | --- | --- | --- | --- |
${rows.join("\n")}
`;
  });
  return [INTRODUCTION, ...sections, seenToFail()].join("\n");
}

/** What shows that a spec would say something. */
function seenToFail(): string {
  const lines = ROWS.flatMap(({ name, planted = [] }) =>
    planted.map(([bug, word]) => `| \`${name}\` | ${bug} | ${word} |`),
  );
  return `## Seen to fail

Bugs that were planted once and taken out again, and what turned the spec red. Those that specs plant themselves,
as in simulation, history and power-cut, are not in this list.

| row | bug | red for |
| --- | --- | --- |
${lines.join("\n")}
`;
}

function line({ name, risk, small, spec }: Row, result: Result | undefined): string {
  const when = result ? `${result.date}, ${result.commit}` : "";
  return `| \`${name}\` | ${risk} | ${small} | ${spec} | ${result?.figure ?? NONE} | ${when} |`;
}

/** The results that an earlier page holds. */
export function readResults(markdown: string): Map<string, Result> {
  const results = new Map<string, Result>();
  for (const [, name, rest = ""] of markdown.matchAll(/^\| `([\w-]+)` \| (.*) \|$/gm)) {
    const [, , , figure, when = ""] = rest.split(" | ");
    const [date, commit] = when.trim().split(", ");
    if (name && figure && date && commit) results.set(name, { figure, date, commit });
  }
  return results;
}
