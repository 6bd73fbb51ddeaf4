/**
 * The rules for the fields of a task, and for a new one. Every action that writes them goes through here, so a rule
 * is written once. Neighbours: the task, mission and directive actions; `moves.ts` for what is followed step by step.
 * Invariant: whatever a field names is there.
 */
import type { Static, Type } from "typebox";
import { type Context, isSince } from "../../action.ts";
import { refuse } from "../../errors.ts";
import { get, put } from "../../table.ts";
import { CEO } from "../agents/agent.ts";
import { checkPerson, checkRef, findActiveAgent, unique } from "../lookup.ts";
import { HOME_PROJECT } from "../projects/project.ts";
import { restOf, shareOf } from "../shares.ts";
import { type State, takeId } from "../state.ts";
import { bestAgent } from "./best-agent.ts";
import { checkDependencies } from "./circle.ts";
import type { taskFields } from "./fields.ts";
import { assign, fitting } from "./gathered.ts";
import { track } from "./moves.ts";
import { countIn, noteIn } from "./room.ts";
import type { Task, TaskStatus } from "./task.ts";

/** Tasks of one mission, or one sprint, beside archived ones: who deletes it changes all of them. */
export const MAX_GROUPED = 1_000;

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
  // Named by somebody it is not the server's choice any more, also where it is the same.
  if (fields.owner !== undefined && task.routed) task.routed = false;
  track(task, "priority", fields.priority, author, context);
  track(task, "horizon", emptyToNull(fields.horizon), author, context);
}

function checkFields(state: State, task: Task, fields: TaskFields, context: Context): void {
  if (fields.project_id && fields.project_id !== task.project_id) {
    checkRef(state, "projects", fields.project_id);
  }
  for (const group of ["mission", "sprint"] as const)
    checkGroup(state, task, fields, group, context);
  if (fields.owner && fields.owner !== task.owner) findActiveAgent(state, fields.owner);
  const people = new Set([...(fields.assignees ?? []), ...(fields.collaborators ?? [])]);
  for (const agent of people) checkRef(context.before, "agents", agent);
  const { validation_owner: approver } = fields;
  checkPerson(state, approver);
  // Who has left approves nothing, and nobody else's word would do.
  const isNew = approver && approver !== CEO && approver !== task.validation_owner;
  const standing =
    isNew && isSince(context, 2) ? get(context.before.agents, approver)?.standing : "";
  if (standing && standing !== "active") {
    const text = `agent ${approver} is ${standing} and approves nothing; name another, or nobody`;
    refuse("conflict", text, { field: "validation_owner" });
  }
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
  const full = fullGroup(state, group, id, context);
  if (full) refuse("conflict", `${full}; make another ${group} for what comes next`, { field });
  noteIn(context, group, id, 1);
}

/** Why a mission or a sprint has no room for one more task of this actor, in words; null where it has. */
export function fullGroup(
  state: State,
  group: "mission" | "sprint",
  id: string,
  context: Context,
): string | null {
  const { actor } = context;
  const mission = group === "mission" ? get(state.missions, id) : undefined;
  const isIn = !mission || mission.owner === actor || mission.assigned_agents.includes(actor);
  const most = shareOf(MAX_GROUPED, context, isIn);
  if (countIn(context, group, id) < most) return null;
  return `${id} has ${most} tasks${restOf(MAX_GROUPED, context, isIn)}`;
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
  const id = takeId(state, "task", context);
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
