/**
 * Conversions between milliseconds since the epoch and the two written forms of the API:
 * a time (`2026-03-21T09:30:00+00:00`) and a date (`2026-03-21`). Neighbour of every slice that
 * stamps something. Nothing here reads a clock: the moment always comes from the caller.
 */

export const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** UTC, whole seconds, numeric offset (routes.md, Times). */
export function toTime(ms: number): string {
  const second = Math.floor(ms / SECOND_MS);
  // What happens in one second shares one text: it is written once, and kept once for all records.
  if (second !== latest.second) {
    // By a pattern, which gives a flat text; one put together keeps what it was made of.
    const time = new Date(ms).toISOString().replace(/\.\d{3}Z$/, "+00:00");
    latest = { second, time };
  }
  return latest.time;
}

let latest = { second: Number.NaN, time: "" };

/** Milliseconds since the epoch, or NaN when the text is no time. */
export function fromTime(time: string): number {
  return Date.parse(time);
}

/** The number of the minute, for what is kept by it. */
export function minuteOf(ms: number): number {
  return Math.floor(ms / MINUTE_MS);
}

export function toDate(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** The first millisecond after the given date, UTC: something due on that date is overdue from then on. */
export function endOfDate(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) + DAY_MS;
}
