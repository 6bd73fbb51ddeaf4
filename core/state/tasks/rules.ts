/**
 * The rules by which a task changes: moves, blocking, fields, links to other things, removal. Every
 * action that touches a task goes through here, so a rule is written once. Neighbours: the task,
 * mission, directive, run and agent actions. Invariant: what changes is in the task's activity.
 */
import type { Static, Type } from "typebox";
import type { Context } from "../../action.ts";
import { refuse } from "../../errors.ts";
import { inOrder } from "../../relations.ts";
import { get, put, remove, values } from "../../table.ts";
import { createWeights, weightOf } from "../../weight.ts";
import { CEO } from "../agents/agent.ts";
import { takersOrHome } from "../agents/takers.ts";
import { checkPerson, checkRef, findActiveAgent, revise, touch, unique } from "../lookup.ts";
import { HOME_PROJECT } from "../projects/project.ts";
import { type State, takeId } from "../state.ts";
import { recordActivity } from "./activity.ts";
import { checkDependencies } from "./circle.ts";
import type { taskFields } from "./fields.ts";
import { assign, fitting } from "./gathered.ts";
import { countIn, noteIn } from "./room.ts";
import {
  type ActivityValue,
  type Comment,
  SYMMETRIC_LINKS,
  type Task,
  type TaskStatus,
  TRANSITIONS,
} from "./task.ts";

/** Of what every reader of a task is given; events have some left, so that work can still be ended. */
const ROOM = {
  comment: { count: 1_000, characters: 500_000 },
  event: { count: 1_200, characters: 600_000 },
} as const;
const weightOfComment = createWeights<Comment>(({ text }) => [text]);
const MAX_LINKS = 200;
/** Tasks of one mission, or one sprint, beside archived ones: who deletes it changes all of them. */
const MAX_GROUPED = 1_000;

function recordChange(
  task: Task,
  author: string,
  field: string,
  from: ActivityValue,
  to: ActivityValue,
  context: Context,
): void {
  recordActivity(task, { author, action: "changed", field, from, to }, context);
}

/** Moves the task along the transition table; its own status again is no move. */
export function moveTask(task: Task, to: TaskStatus, author: string, context: Context): boolean {
  if (task.status === to) return false;
  if (!TRANSITIONS[task.status].includes(to)) {
    refuse("transition", `invalid task transition: ${task.status} -> ${to}`, {
      field: "status",
      allowed: TRANSITIONS[task.status],
    });
  }
  // What nobody may claim, nobody takes up by another way.
  if ((to === "done" || to === "in_progress") && task.needs_human && author !== CEO) {
    const text = `${task.id} waits for a human, who approves it or sets needs_human: false`;
    refuse("conflict", text, { field: "status" });
  }
  recordChange(task, author, "status", task.status, to, context);
  task.status = to;
  task.status_since = context.time;
  task.done_at = to === "done" ? context.time : null;
  if (to !== "in_progress" && task.lease) task.lease = null;
  if (to === "validation" || to === "done") settleLeases(task, author);
  if (to === "done") task.progress = 100;
  return true;
}

/** The work went on: what was lost before does not count any more. Waiting for a human is ended by one. */
export function settleLeases(task: Task, author: string): void {
  if (task.lease_expiries > 0) task.lease_expiries = 0;
  if (task.needs_human && author === CEO) task.needs_human = false;
}

/**
 * A non-empty `blockers` blocks, an empty one unblocks, and `blocked` itself wins (routes.md).
 * Unblocking by `blocked: false` also clears the reasons, which would otherwise outlive the fact.
 */
export function applyBlocking(
  task: Task,
  change: { blockers?: string[] | undefined; blocked?: boolean | undefined },
  author: string,
  context: Context,
): void {
  assign(task, "blockers", fitting(task, "blockers", change.blockers && unique(change.blockers)));
  const blocked =
    change.blocked ?? (change.blockers === undefined ? task.blocked : change.blockers.length > 0);
  if (!blocked && task.blockers.length > 0) task.blockers = [];
  if (blocked === task.blocked) return;
  recordChange(task, author, "blocked", task.blocked, blocked, context);
  task.blocked = blocked;
}

/** What create and update have in common, `null` or "" clearing a reference. */
export type TaskFields = {
  [K in keyof Fields]?: Fields[K] | undefined;
} & { progress?: number | undefined };
type Fields = Static<ReturnType<typeof Type.Object<typeof taskFields>>>;

const PLAIN = ["title", "description", "type", "reporter", "progress"] as const;
const CLEARABLE = ["mission_id", "sprint_id", "specialist", "due_date"] as const;
const LISTS = ["assignees", "collaborators", "labels", "depends_on"] as const;
const TEXTS = ["acceptance_criteria", "definition_of_done"] as const;

/** Writes the given fields after checking every reference among them. */
export function applyFields(
  state: State,
  task: Task,
  fields: TaskFields,
  author: string,
  context: Context,
): void {
  checkFields(state, task, fields, context);
  for (const field of PLAIN) assign(task, field, fields[field]);
  for (const field of CLEARABLE) assign(task, field, emptyToNull(fields[field]));
  for (const field of LISTS) assign(task, field, fields[field] && unique(fields[field]));
  for (const field of TEXTS) assign(task, field, fields[field]);
  assign(task, "artifacts", fitting(task, "artifacts", fields.artifacts));
  assign(task, "story_points", fields.story_points);
  assign(task, "project_id", fields.project_id || undefined);
  assign(task, "validation_owner", emptyToNull(fields.validation_owner));
  track(task, "owner", emptyToNull(fields.owner), author, context);
  track(task, "priority", fields.priority, author, context);
  track(task, "horizon", emptyToNull(fields.horizon), author, context);
}

/** Fields whose every change is an entry of the activity. */
export function track<K extends "owner" | "priority" | "horizon">(
  task: Task,
  field: K,
  value: Task[K] | undefined,
  author: string,
  context: Context,
): void {
  if (value === undefined || value === task[field]) return;
  recordChange(task, author, field, task[field], value, context);
  task[field] = value;
  // Handed to somebody else, the work is not the holder's any more.
  if (field === "owner" && task.routed) task.routed = false;
  if (field === "owner" && task.lease && task.lease.holder !== value) task.lease = null;
}

function checkFields(state: State, task: Task, fields: TaskFields, context: Context): void {
  if (fields.project_id && fields.project_id !== task.project_id) {
    checkRef(state, "projects", fields.project_id);
  }
  for (const group of ["mission", "sprint"] as const)
    checkGroup(state, task, fields, group, context);
  if (fields.owner && fields.owner !== task.owner) findActiveAgent(state, fields.owner);
  const people = [...(fields.assignees ?? []), ...(fields.collaborators ?? [])];
  for (const agent of people) checkRef(state, "agents", agent);
  checkPerson(state, fields.validation_owner);
  if (fields.depends_on) checkDependencies(state, task, fields.depends_on, context);
}

/** Refuses a mission or a sprint that is not there, or that has no room for one more. */
function checkGroup(
  state: State,
  task: Task,
  fields: TaskFields,
  group: "mission" | "sprint",
  context: Context,
): void {
  const field = `${group}_id` as const;
  const id = fields[field];
  checkRef(state, `${group}s`, id);
  if (!id || id === task[field]) return;
  if (countIn(context, group, id) >= MAX_GROUPED) {
    const text = `${id} has ${MAX_GROUPED} tasks; make another ${group} for what comes next`;
    refuse("conflict", text, { field });
  }
  noteIn(context, group, id, 1);
}

function emptyToNull(value: string | null | undefined): string | null | undefined {
  return value === "" ? null : value;
}

/**
 * Adds a task in the given status; without an owner it goes to the best agent for its specialist.
 * @param siblings tasks made by the same action, which count as load too
 */
export function addTask(
  state: State,
  fields: TaskFields & { title: string },
  status: TaskStatus,
  author: string,
  context: Context,
  siblings: readonly Pick<Task, "owner">[] = [],
): Task {
  const id = takeId(state, "task");
  const task: Task = {
    id,
    title: fields.title,
    description: "",
    type: "task",
    status,
    priority: fields.priority ?? "P2",
    progress: 0,
    project_id: HOME_PROJECT,
    mission_id: null,
    sprint_id: null,
    owner: null,
    routed: false,
    assignees: [],
    collaborators: [],
    validation_owner: null,
    specialist: null,
    reporter: author,
    story_points: null,
    horizon: null,
    due_date: null,
    labels: [],
    depends_on: [],
    acceptance_criteria: [],
    definition_of_done: [],
    artifacts: [],
    blocked: false,
    blockers: [],
    lease: null,
    lease_expiries: 0,
    needs_human: false,
    links: [],
    comments: [],
    activity: [],
    version: context.seq,
    created_at: context.time,
    updated_at: context.time,
    status_since: context.time,
    done_at: status === "done" ? context.time : null,
  };
  applyFields(state, task, fields, author, context);
  if (status === "done") task.progress = 100;
  // An owner of null or "" is a word too: nobody, so that whoever suits may claim it.
  if (fields.owner === undefined && task.specialist) {
    task.owner = bestAgent(task.specialist, context, siblings);
    task.routed = task.owner !== null;
  }
  // The reference documents a new task with an empty activity: its first change is its first entry.
  task.activity = [];
  put(state.tasks, id, task);
  return task;
}

/** Who takes a specialism, with how many open tasks before the action, each looked up once for all it makes. */
interface Taker {
  id: string;
  open: number;
  /** 0 at home in it, else 1. */
  away: number;
}
const takersBefore = new WeakMap<Context, Map<string, Taker[]>>();

function takersOf(specialist: string, context: Context): Taker[] {
  const known = takersBefore.get(context) ?? new Map<string, Taker[]>();
  takersBefore.set(context, known);
  let takers = known.get(specialist);
  if (!takers) {
    const { agents } = context.before;
    takers = (takersOrHome(agents).get(specialist) ?? []).map((id) => ({
      id,
      open: context.relations.tasks("open", id).size,
      away: get(agents, id)?.home_specialist === specialist ? 0 : 1,
    }));
    known.set(specialist, takers);
  }
  return takers;
}

/** The agent for a specialist: present, with the fewest open tasks; ties go to the home specialist. */
function bestAgent(
  specialist: string,
  context: Context,
  siblings: readonly Pick<Task, "owner">[],
): string | null {
  const given = new Map<string | null, number>();
  for (const { owner } of siblings) given.set(owner, (given.get(owner) ?? 0) + 1);
  let best: Taker | null = null;
  for (const taker of takersOf(specialist, context)) {
    const open = taker.open + (given.get(taker.id) ?? 0);
    const order = best ? open - best.open || taker.away - best.away : -1;
    if (!best || order < 0 || (order === 0 && taker.id < best.id)) best = { ...taker, open };
  }
  return best?.id ?? null;
}

/** Removes the task and every trace of it in other records. */
export function removeTask(state: State, task: Task, context: Context): void {
  for (const dependent of inOrder(context.relations.tasks("dependents", task.id))) {
    const other = get(state.tasks, dependent);
    if (!other) continue;
    other.depends_on = other.depends_on.filter((id) => id !== task.id);
    revise(other, context);
  }
  for (const { target_id } of task.links) {
    const other = get(state.tasks, target_id);
    if (!other) continue;
    other.links = other.links.filter((link) => link.target_id !== task.id);
    revise(other, context);
  }
  for (const { id, current_task_id } of values(context.before.agents)) {
    const agent = current_task_id === task.id ? get(state.agents, id) : undefined;
    if (agent) agent.current_task_id = null;
  }
  remove(state.tasks, task.id);
}

/** Adds the link and its counterpart. */
export function linkTasks(
  source: Task,
  target: Task,
  type: keyof typeof SYMMETRIC_LINKS,
  author: string,
  context: Context,
): void {
  const back = SYMMETRIC_LINKS[type];
  for (const [task, other, linkType] of [
    [source, target, type],
    [target, source, back],
  ] as const) {
    const known = task.links.some(
      (link) => link.target_id === other.id && link.link_type === linkType,
    );
    if (!known && task.links.length >= MAX_LINKS) {
      refuse("conflict", `${task.id} has ${MAX_LINKS} links; group what it is linked to`);
    }
    if (!known) task.links.push({ link_type: linkType, target_id: other.id });
    recordActivity(
      task,
      { author, action: "linked", field: linkType, from: null, to: other.id },
      context,
    );
    touch(task, context);
  }
}

/** Appends a comment (reference: `CM-<ms>-<n>`), also where it comes with an event. */
export function addComment(
  task: Task,
  author: string,
  text: string,
  context: Context,
  kind: keyof typeof ROOM = "comment",
) {
  const { count: most, characters } = ROOM[kind];
  const field = kind === "comment" ? "text" : "note";
  const way =
    kind === "comment"
      ? "go on in a task linked to it"
      : "say what changes with tasks/update, such as its status";
  // Not along the draft, which would make a proxy of each.
  const { comments } = get(context.before.tasks, task.id) ?? task;
  if (comments.length >= most) {
    refuse("conflict", `${task.id} has ${most} comments; ${way}`, { field });
  }
  if (comments.reduce((sum, one) => sum + weightOfComment(one), weightOf(text)) > characters) {
    const why = `the comments of ${task.id} may have ${characters} characters together`;
    refuse("conflict", `${why}; say it in fewer words, or ${way}`, { field });
  }
  const last = task.comments.at(-1);
  const count = last ? Number(last.id.slice(last.id.lastIndexOf("-") + 1)) + 1 : 0;
  const comment = { id: `CM-${context.at}-${count}`, author, text, timestamp: context.time };
  task.comments.push(comment);
  return comment;
}
