/** What `docs/performance.md` says of a run. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { toDocument, toNumber, toText } from "../../bench/report.ts";
import {
  figureOf,
  inTurns,
  isReached,
  median,
  type Outcome,
  quantile,
  type Result,
  type Row,
  ratio,
} from "../../bench/row.ts";

const row = (name: string): Row => ({
  name,
  title: `The ${name}`,
  seconds: 1,
  run: async () => ({ subjects: [], goals: [] }),
});

const measured = (rates: readonly number[]) => ({
  name: "ours",
  samples: rates.map((rate) => ({ "writes/s": rate })),
});

function outcome(name: string, value: number): Outcome {
  const result: Result = {
    subjects: [measured([90, 1_234, 100])],
    goals: [
      { what: "fast", value, atLeast: 0.8 },
      { what: "only told", value: 0.01 },
    ],
    distance: "made of stone",
  };
  return { row: row(name), seconds: 2, result };
}

const machine = {
  command: "npm run bench",
  commit: "abc1234",
  date: "2026-11-24",
  node: "20",
  cpus: "2 × CPU",
  memory: "4 GiB",
  system: "Linux",
  tookSeconds: 725,
};

test("DOC-3 goals come first, then the rows, then the distance of what was missed", () => {
  const text = toDocument(machine, [outcome("quick", 0.9), outcome("slow", 0.5)]);
  assert.match(text, "**1 of 2 goals are reached.**");
  assert.match(text, "| [The quick](#quick) | fast ≥ 0.8 | 0.90 | reached |");
  assert.match(text, "| [The slow](#slow) | fast ≥ 0.8 | 0.50 | **missed** |");
  assert.match(text, "| ours | 100 (90.0–1,234) |");
  assert.match(text, "12:05 minutes");
  const order = [
    "## Goals",
    "## Row by row",
    "## What the distance is made of",
    "## How it is measured",
  ];
  const places = order.map((head) => text.indexOf(`\n${head}\n`));
  assert.equal(
    places,
    [...places].sort((a, b) => a - b),
  );
  assert.ok(places.every((place) => place > 0));
  assert.is(text.match(/made of stone/g)?.length, 1, "a reached goal has no distance");
});

test("DOC-3 a goal missed by a hair does not read as reached", () => {
  assert.match(toText(outcome("slow", 0.7961)), "fast: **0.7961**, goal ≥ 0.8: **missed**");
});

test("DOC-3 a row that failed is said, and counts as no goal", () => {
  const text = toDocument(machine, [
    outcome("quick", 0.9),
    { row: row("broken"), seconds: 3, error: "no server" },
  ]);
  assert.match(text, "**1 of 1 goals are reached.** 1 of 2 rows failed");
  assert.match(text, "| [The broken](#broken) |  |  | **row failed** |");
  assert.match(text, "**Failed:** no server");
});

test("DOC-3 a row on the terminal tells its distance only where a goal is missed", () => {
  assert.not.match(toText(outcome("quick", 0.9)), "What remains");
  assert.match(toText(outcome("slow", 0.5)), "What remains: made of stone");
});

test("DOC-3 a goal is judged by medians; what is no number is not reached", async () => {
  const subjects = [measured([3, 1, 2]), { ...measured([4, 4, 40]), name: "floor" }];
  assert.is(ratio(subjects, "writes/s", "ours", "floor"), 0.5);
  assert.ok(Number.isNaN(figureOf(subjects, "nobody", "writes/s")));
  assert.is(median([4, 1, 3, 2]), 2.5);
  assert.is(quantile([5, 1, 3, 2, 4], 0.99), 5);
  assert.ok(isReached({ what: "", value: 2, atMost: 2 }));
  assert.not.ok(isReached({ what: "", value: 0, atMost: -1, atLeast: -1 }));
  assert.not.ok(isReached({ what: "", value: Number.NaN, atMost: 2 }));
});

test("DOC-3 subjects take turns", async () => {
  const turns: string[] = [];
  const subject = (name: string) => ({
    name,
    async measure() {
      turns.push(name);
      return { n: turns.length };
    },
  });
  const all = await inTurns(2, [subject("a"), subject("b")]);
  assert.equal(turns, ["a", "b", "a", "b"]);
  assert.equal(all[1]?.samples, [{ n: 2 }, { n: 4 }]);
});

test("DOC-3 a figure keeps the digits that mean something", () => {
  const shown = [0, 0.0123, 0.5, 12.34, 123.4, 12_345].map(toNumber);
  assert.equal(shown, ["0.00", "0.012", "0.50", "12.3", "123", "12,345"]);
});

test.run();
