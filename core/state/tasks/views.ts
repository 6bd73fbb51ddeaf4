/**
 * What readers see of tasks beyond the base state: blockers, staleness, names, the next task, the
 * exceptions. Pure selectors of the state and `now`; the server's replies and the page share them.
 */
import { compareIds, get, values } from "../../table.ts";
import { DAY_MS, endOfDate, fromTime, toTime } from "../../time.ts";
import { CEO } from "../agents/agent.ts";
import { isPresent } from "../agents/views.ts";
import { nameOf, unique } from "../lookup.ts";
import type { State } from "../state.ts";
import { approverOf } from "./approver.ts";
import { isOpen, type Task } from "./task.ts";

/** Work that nobody has touched for this long is stale, whoever holds it. */
export const STALE_TASK_MS = DAY_MS;

export interface TaskView extends Task {
  has_unresolved_blockers: boolean;
  stale: boolean;
  owner_name: string | null;
  project_name: string | null;
}

/** The ids of the tasks that it says must be done before it, whether or not they are there or done. */
export function namedBlockersOf({ depends_on, links }: Task): readonly string[] {
  const before = links.filter(({ link_type }) => link_type === "is-blocked-by");
  if (before.length === 0) return depends_on;
  return unique([...depends_on, ...before.map(({ target_id }) => target_id)]);
}

/** The ids of the tasks that must be done before this one. */
export function blockersOf(state: State, task: Task): string[] {
  return namedBlockersOf(task).filter((id) => {
    const other = get(state.tasks, id);
    return other !== undefined && isOpen(other);
  });
}

export function hasUnresolvedBlockers(state: State, task: Task): boolean {
  return task.blocked || blockersOf(state, task).length > 0;
}

/** From when on a task in the hands of somebody who is there is stale, in milliseconds; never while it is not in progress. */
export function staleFrom({ status, updated_at }: Task): number {
  return status === "in_progress" ? fromTime(updated_at) + STALE_TASK_MS : Number.POSITIVE_INFINITY;
}

/** What is the same for all tasks at a moment, for who asks of many. */
export interface Moment {
  /** What was last touched then or before is stale: to compare texts is cheaper than to read them. */
  staleLimit: string;
  /** The ids of the agents who are there: looked up for each task they would cost more than all else. */
  present: ReadonlySet<string>;
}

export function toMoment(state: State, now: number): Moment {
  const present = values(state.agents).filter(isPresent);
  return {
    staleLimit: toTime(now - STALE_TASK_MS),
    present: new Set(present.map(({ id }) => id)),
  };
}

/**
 * Work in progress that nobody drives: no owner, an owner who is away, or no touch for a day.
 * @param moment `toMoment(state, now)`, for who asks of many tasks
 */
export function isStale(state: State, task: Task, now: number, moment?: Moment): boolean {
  if (task.status !== "in_progress") return false;
  if (moment) {
    return !task.owner || !moment.present.has(task.owner) || task.updated_at <= moment.staleLimit;
  }
  const owner = task.owner ? get(state.agents, task.owner) : undefined;
  if (!owner || !isPresent(owner)) return true;
  return now >= staleFrom(task);
}

/** Why the task waits for a human, said of it. */
export function whyHuman({ lease_expiries: lost }: Task): string {
  if (lost === 0) return "was set aside for one";
  return `lost its lease ${lost === 1 ? "once" : `${lost} times`}`;
}

/** From when on a task is overdue, in milliseconds; never once it is done. */
export function overdueFrom(task: Task): number {
  if (!isOpen(task) || task.due_date === null) return Number.POSITIVE_INFINITY;
  return endOfDate(task.due_date);
}

export function isOverdue(task: Task, now: number): boolean {
  return overdueFrom(task) <= now;
}

export function toTaskView(state: State, task: Task, now: number): TaskView {
  // Field by field: a spread of a record as wide as this one with more fields after it takes V8 thirty times
  // as long, and what Object.assign makes is a hash table, which is large and slow to write out.
  const view: TaskView = {
    id: task.id,
    title: task.title,
    description: task.description,
    type: task.type,
    status: task.status,
    priority: task.priority,
    progress: task.progress,
    project_id: task.project_id,
    mission_id: task.mission_id,
    sprint_id: task.sprint_id,
    owner: task.owner,
    routed: task.routed,
    assignees: task.assignees,
    collaborators: task.collaborators,
    validation_owner: task.validation_owner,
    specialist: task.specialist,
    reporter: task.reporter,
    story_points: task.story_points,
    horizon: task.horizon,
    due_date: task.due_date,
    labels: task.labels,
    depends_on: task.depends_on,
    acceptance_criteria: task.acceptance_criteria,
    definition_of_done: task.definition_of_done,
    artifacts: task.artifacts,
    blocked: task.blocked,
    blockers: task.blockers,
    lease: task.lease,
    lease_expiries: task.lease_expiries,
    needs_human: task.needs_human,
    links: task.links,
    comments: task.comments,
    activity: task.activity,
    version: task.version,
    created_at: task.created_at,
    updated_at: task.updated_at,
    status_since: task.status_since,
    done_at: task.done_at,
    has_unresolved_blockers: hasUnresolvedBlockers(state, task),
    stale: isStale(state, task, now),
    owner_name: task.owner ? nameOf(state, task.owner) : null,
    project_name: get(state.projects, task.project_id)?.name ?? null,
  };
  if (task.asked_by !== undefined) view.asked_by = task.asked_by;
  return view;
}

/** The view of a task that is known to exist, for replies. */
export function viewTask(state: State, id: string, now: number): TaskView {
  const task = get(state.tasks, id);
  if (!task) throw new Error(`no task ${id} right after it was written`);
  return toTaskView(state, task, now);
}

type Urgency = Pick<Task, "id" | "priority" | "updated_at">;

/** P0 first, then the oldest update, then the lowest id. */
export function compareByUrgency(a: Urgency, b: Urgency): number {
  if (a.priority !== b.priority) return a.priority < b.priority ? -1 : 1;
  if (a.updated_at !== b.updated_at) return a.updated_at < b.updated_at ? -1 : 1;
  return compareIds(a.id, b.id);
}

export interface ExceptionItem {
  task_id: string;
  title: string;
  owner: string | null;
  owner_name: string | null;
  priority: Task["priority"];
  project_id: string;
  since: string;
  reason: string;
}

export const EXCEPTION_BUCKETS = ["blocked", "needs_approval", "stale", "overdue"] as const;
export type ExceptionBucket = (typeof EXCEPTION_BUCKETS)[number];
export type ExceptionDashboard = Record<ExceptionBucket, ExceptionItem[]> & { total: number };

/** Why a task needs the CEO's eye: its buckets, since when, and the reason in words. */
export interface TaskException {
  bucket: ExceptionBucket;
  since: string;
  reason: string;
}

/** @param limit as in `isStale` */
export function exceptionsOf(
  state: State,
  task: Task,
  now: number,
  moment?: Moment,
): TaskException[] {
  if (!isOpen(task)) return [];
  const found: TaskException[] = [];
  const { updated_at, status_since } = task;
  if (task.blocked) {
    const reason = task.blockers.join("; ") || "blocked";
    found.push({ bucket: "blocked", since: updated_at, reason });
  } else if (task.needs_human) {
    const reason = `needs a human: ${whyHuman(task)}`;
    found.push({ bucket: "blocked", since: updated_at, reason });
  }
  if (task.status === "validation") {
    const reason = `waits for ${nameOf(state, approverOf(task) ?? CEO)}`;
    found.push({ bucket: "needs_approval", since: status_since, reason });
  }
  if (isStale(state, task, now, moment)) {
    found.push({ bucket: "stale", since: updated_at, reason: staleReason(state, task) });
  }
  if (isOverdue(task, now)) {
    const since = toTime(endOfDate(task.due_date as string));
    found.push({ bucket: "overdue", since, reason: `was due ${task.due_date}` });
  }
  return found;
}

export function toExceptionItem(
  state: State,
  task: Task,
  { since, reason }: TaskException,
): ExceptionItem {
  return {
    task_id: task.id,
    title: task.title,
    owner: task.owner,
    owner_name: task.owner ? nameOf(state, task.owner) : null,
    priority: task.priority,
    project_id: task.project_id,
    since,
    reason,
  };
}

/** A task with one of its exceptions, as it is shown. */
export interface FoundException {
  bucket: ExceptionBucket;
  task: Task;
  item: ExceptionItem;
}

export function findExceptions(
  state: State,
  tasks: Iterable<Task>,
  now: number,
  moment: Moment = toMoment(state, now),
): FoundException[] {
  const all: FoundException[] = [];
  for (const task of tasks) {
    for (const exception of exceptionsOf(state, task, now, moment)) {
      const item = toExceptionItem(state, task, exception);
      all.push({ bucket: exception.bucket, task, item });
    }
  }
  return all;
}

/**
 * Exceptions first: what the CEO has to look at, most urgent at the top of each bucket.
 * @param found those of all tasks, also in parts
 */
export function exceptionDashboard(
  state: State,
  now: number,
  found: readonly (readonly FoundException[])[] = [findExceptions(state, values(state.tasks), now)],
): ExceptionDashboard {
  const all = found.flat();
  const items = (of: ExceptionBucket) =>
    all
      .filter(({ bucket }) => bucket === of)
      .sort((a, b) => compareByUrgency(a.task, b.task))
      .map(({ item }) => item);
  return {
    blocked: items("blocked"),
    needs_approval: items("needs_approval"),
    stale: items("stale"),
    overdue: items("overdue"),
    total: all.length,
  };
}

function staleReason(state: State, task: Task): string {
  const owner = task.owner ? get(state.agents, task.owner) : undefined;
  if (!owner) return "in progress without an owner";
  if (!isPresent(owner)) return "the owner is offline";
  return "no update for a day";
}
