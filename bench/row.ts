/**
 * What a row of the bench is: a piece of work done by us, by floors and by peers in turns, with goals
 * that compare them. Neighbours: `rows/` declares them, `main.ts` runs them, `report.ts` prints them.
 * Invariant: a goal is judged by the medians of one run, never by a figure of another day.
 */
import type { Context } from "./context.ts";

export interface Row {
  /** Short, without spaces: `npm run bench -- <name>`. */
  name: string;
  title: string;
  /** What a whole run takes for it on a quiet machine of two cores. */
  seconds: number;
  /** Left out where not named: `quick` of a quick run, `always` of a whole one too. */
  onlyNamed?: "quick" | "always";
  run(context: Context): Promise<Result>;
}

/** One round of one subject: a figure for each measure, such as `writes/s` or `p99 ms`. */
export type Sample = Record<string, number>;

export interface Subject {
  /** `ours`, or what is compared with it. */
  name: string;
  measure(): Promise<Sample>;
}

export interface Result {
  subjects: readonly Measured[];
  goals: readonly Goal[];
  /** What a reader must know to judge the figures. */
  note?: string;
  /** What the distance is made of where a goal was missed; printed only then. */
  distance?: string;
}

export interface Measured {
  name: string;
  samples: readonly Sample[];
}

export interface Goal {
  what: string;
  value: number;
  /** Reached when the value is at least or at most this; a figure that is only printed has none. */
  atLeast?: number;
  atMost?: number;
}

/** How a row ended. */
export type Outcome = { row: Row; seconds: number } & ({ result: Result } | { error: string });

export function isJudged({ atLeast, atMost }: Goal): boolean {
  return atLeast !== undefined || atMost !== undefined;
}

export function isReached({ value, atLeast, atMost }: Goal): boolean {
  // Not a number is not reached.
  return (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost);
}

/** As a reader counts: `100,000`. */
export const toCount = (count: number) => count.toLocaleString("en-US");

/** The subjects take turns, so that a noisy minute meets them all. */
export async function inTurns(rounds: number, subjects: readonly Subject[]): Promise<Measured[]> {
  const measured = subjects.map(({ name }) => ({ name, samples: [] as Sample[] }));
  for (let round = 0; round < rounds; round++) {
    for (const [at, subject] of subjects.entries()) {
      measured[at]?.samples.push(await subject.measure());
    }
  }
  return measured;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** The value below which so much of them lies; `part` from 0 to 1. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** The median of a measure of one subject. */
export function figureOf(measured: readonly Measured[], name: string, measure: string): number {
  const subject = measured.find((one) => one.name === name);
  return median(subject?.samples.map((sample) => sample[measure] ?? Number.NaN) ?? []);
}

/** How many times the figure of `name` that of `against` is. */
export function ratio(
  measured: readonly Measured[],
  measure: string,
  name: string,
  against: string,
): number {
  return figureOf(measured, name, measure) / figureOf(measured, against, measure);
}
