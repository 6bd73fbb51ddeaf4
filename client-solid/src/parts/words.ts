/**
 * How the page says things: statuses, times and ages in words. Neighbours: the views and parts.
 * Invariant: one thing has one wording everywhere.
 */
import type { AgentStatus } from "../../../core/state/agents/agent.ts";
import type { TaskStatus } from "../../../core/state/tasks/task.ts";
import type { ExceptionBucket } from "../../../core/state/tasks/views.ts";
import { DAY_MS } from "../../../core/time.ts";

export const STATUS_WORDS: Record<TaskStatus, string> = {
  backlog: "Backlog",
  ready: "Ready",
  in_progress: "In progress",
  validation: "Validation",
  done: "Done",
};

export const PRESENCE_WORDS: Record<AgentStatus, string> = {
  working: "Working",
  idle: "Idle",
  blocked: "Blocked",
  validation: "Validating",
  offline: "Offline",
};

export const BUCKET_WORDS: Record<ExceptionBucket, { title: string; none: string }> = {
  blocked: { title: "Blocked", none: "Nothing is held up." },
  needs_approval: { title: "Needs approval", none: "Nothing waits for a decision." },
  stale: { title: "Stale", none: "All work in progress moves." },
  overdue: { title: "Overdue", none: "Nothing is late." },
};

const clockTime = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const dayTime = new Intl.DateTimeFormat(undefined, {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});

/** A moment in the person's own time zone; with the day when it is not of the last twelve hours. */
export function toMoment(time: string | number, now: number): string {
  const at = typeof time === "number" ? time : Date.parse(time);
  return Math.abs(now - at) < DAY_MS / 2 ? clockTime.format(at) : dayTime.format(at);
}

/** `3 min ago`; everything under a minute is `just now`. */
export function toAge(time: string, now: number): string {
  const minutes = Math.floor((now - Date.parse(time)) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ago`;
  return `${Math.floor(hours / 24)} days ago`;
}

const shortDay = new Intl.DateTimeFormat(undefined, {
  month: "short",
  day: "numeric",
  timeZone: "UTC",
});
const longDay = new Intl.DateTimeFormat(undefined, {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});

/** A date (`2026-11-26`) as people write it: `Nov 26`. */
export function toDay(date: string): string {
  return shortDay.format(Date.parse(`${date}T00:00:00Z`));
}

/** The same in full, for where there is room or no picture. */
export function toLongDay(date: string): string {
  return longDay.format(Date.parse(`${date}T00:00:00Z`));
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
