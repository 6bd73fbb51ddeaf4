/**
 * The archive: tasks done long ago and what was said long ago, out of the state and in the journal's
 * keeping. Neighbours: `actions.ts` moves tasks in and out, `talk.ts` has what was said, the views read,
 * the journal keeps the rows in the same transaction as the entry that moved them.
 * Invariant: a record is in the state or in the archive, never in both and never in neither.
 */
import type { ArchiveChange, ArchiveKind, ArchiveRow, Journal } from "../../ports.ts";
import type { Relations } from "../../relations.ts";
import type { Steps } from "../../steps.ts";
import { get } from "../../table.ts";
import { DAY_MS, fromTime, toTime } from "../../time.ts";
import type { Message } from "../conversations/thread.ts";
import type { Directive } from "../directives/directive.ts";
import type { State } from "../state.ts";
import type { Task } from "../tasks/task.ts";

/** What the state knows of the archive. */
export interface Archive {
  /** How many tasks are in it. */
  tasks: number;
  /** How many messages, and directives; absent for none. */
  messages?: number;
  directives?: number;
  /** The entry that last emptied it. */
  since: number;
}

/** What an action does to the archive. */
export interface ArchiveStep {
  /** Empties it. */
  clear?: true;
  /** The tasks that come back, by id. */
  take?: string[];
  /** The tasks that go in. */
  put?: Task[];
  /** What was said, likewise. */
  messages?: Message[];
  directives?: Directive[];
}

/** What reads may ask of the archive. */
export type ArchiveReader = Pick<Journal, "findArchived" | "listArchived">;

/** How much of a description, or of what was said, a search looks in. */
const SEARCHED_CHARS = 2_000;

export function countsOf({ tasks, messages = 0, directives = 0 }: Archive) {
  return { task: tasks, message: messages, directive: directives } satisfies Record<
    ArchiveKind,
    number
  >;
}

export function toArchiveChange(step: ArchiveStep): ArchiveChange {
  const { clear, take = [], put = [], messages = [], directives = [] } = step;
  const rows = [
    ...put.map(fromTask),
    ...messages.map(fromMessage),
    ...directives.map(fromDirective),
  ];
  return { clear: clear === true, take, put: rows };
}

function fromTask(task: Task): ArchiveRow {
  const { id, title, description, labels, project_id, owner } = task;
  return {
    kind: "task",
    id,
    json: JSON.stringify(task),
    at: task.done_at ?? task.updated_at,
    project: project_id,
    owner: owner ?? "",
    text: toText(id, title, ...labels, description.slice(0, SEARCHED_CHARS)),
  };
}

function fromMessage(message: Message): ArchiveRow {
  const { id, thread_id, sender, text, project_id, timestamp } = message;
  return {
    kind: "message",
    id,
    json: JSON.stringify(message),
    at: timestamp,
    project: project_id ?? "",
    owner: thread_id,
    text: toText(id, sender, text.slice(0, SEARCHED_CHARS)),
  };
}

function fromDirective(directive: Directive): ArchiveRow {
  const { id, target, text, project_id, task_id, timestamp } = directive;
  return {
    kind: "directive",
    id,
    json: JSON.stringify(directive),
    at: timestamp,
    project: project_id ?? "",
    owner: target,
    text: toText(id, task_id ?? "", text.slice(0, SEARCHED_CHARS)),
  };
}

function toText(...parts: string[]): string {
  return parts.join("\n").toLowerCase();
}

/** Whether the task has been done for that long, and nothing still counts on seeing it. */
export function isArchivable(state: State, task: Task, days: number, now: number): boolean {
  if (task.status !== "done" || now - fromTime(task.done_at ?? task.updated_at) < days * DAY_MS) {
    return false;
  }
  // The burndown of a sprint that is not over shows each of its tasks.
  const sprint = task.sprint_id ? get(state.sprints, task.sprint_id) : undefined;
  return !sprint || sprint.status === "completed";
}

/** The tasks that may go, the earliest done first. Costs a pass over the done ones. */
export function* archivableTasks(
  state: State,
  relations: Relations,
  days: number,
  now: number,
): Steps<Task[]> {
  const due: Task[] = [];
  const limit = toTime(now - days * DAY_MS);
  for (const id of relations.tasks("status", "done")) {
    yield;
    const task = get(state.tasks, id);
    // To compare texts is cheaper than to read them, and most are not due.
    if (!task || (task.done_at ?? task.updated_at) > limit) continue;
    if (isArchivable(state, task, days, now)) due.push(task);
  }
  const key = ({ done_at, updated_at }: Task) => done_at ?? updated_at;
  return due.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

/** The tasks that a task names. */
export function namedBy({ depends_on, links }: Task): string[] {
  return [...new Set([...depends_on, ...links.map(({ target_id }) => target_id)])];
}
