/**
 * The days of a month or week, and what falls on them. Pure; neighbour: `Calendar.tsx`. Dates are plain
 * texts (`2026-11-26`), counted in UTC like the server counts them.
 * Invariant: weeks begin on Monday and are whole.
 */
import { DAY_MS, toDate } from "../../../../core/time.ts";

export const SPANS = ["month", "week"] as const;
export type Span = (typeof SPANS)[number];

function at(date: string): number {
  return Date.parse(`${date}T00:00:00Z`);
}

/** Beyond these the weeks around a date leave the years of four digits, in which dates are compared. */
const FIRST_YEAR = "1900";
const LAST_YEAR = "9998";

/** @returns null for what is no date, and for one of a year that nobody plans for */
export function toValidDate(text: string | undefined): string | null {
  if (!text || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  if (text < FIRST_YEAR || text > `${LAST_YEAR}-12-31`) return null;
  const ms = at(text);
  return Number.isNaN(ms) || toDate(ms) !== text ? null : text;
}

export function addDays(date: string, days: number): string {
  return toDate(at(date) + days * DAY_MS);
}

/** The same day of another month; the last one where that month is shorter. */
export function addMonths(date: string, months: number): string {
  const [year = 0, month = 1, day = 1] = date.split("-").map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return toDate(Date.UTC(year, month - 1 + months, Math.min(day, last)));
}

export function mondayOf(date: string): string {
  const weekday = new Date(at(date)).getUTCDay();
  return addDays(date, -((weekday + 6) % 7));
}

/** The days to show around a date: its week, or all weeks that its month touches. */
export function daysOf(date: string, span: Span): string[] {
  if (span === "week") return Array.from({ length: 7 }, (_, day) => addDays(mondayOf(date), day));
  const first = mondayOf(`${date.slice(0, 7)}-01`);
  const last = addDays(mondayOf(addDays(addMonths(`${date.slice(0, 7)}-01`, 1), -1)), 6);
  const count = Math.round((at(last) - at(first)) / DAY_MS) + 1;
  return Array.from({ length: count }, (_, day) => addDays(first, day));
}

/** Where a stretch of days lies in a week of seven, as columns from 1; null where it does not. */
export function stretchIn(
  week: readonly string[],
  start: string,
  end: string,
): { from: number; to: number } | null {
  const [first, last] = [week[0], week.at(-1)];
  if (!first || !last || end < first || start > last) return null;
  const from = start <= first ? 1 : week.indexOf(start) + 1;
  const to = end >= last ? week.length + 1 : week.indexOf(end) + 2;
  return { from, to };
}

/** The days in rows of a week. */
export function weeksOf(days: readonly string[]): string[][] {
  const weeks: string[][] = [];
  for (let day = 0; day < days.length; day += 7) weeks.push(days.slice(day, day + 7));
  return weeks;
}
