/**
 * The records of work as answers show them: tasks, their leases, what keeps them, what stands out.
 * Neighbours: the slice `state/tasks` has the interfaces; `records.ts` gathers all records.
 */
import { Type } from "typebox";
import type { ArchivedTask } from "../state/archive/views.ts";
import { REASON_CODES, type Reason } from "../state/tasks/routing.ts";
import {
  type Activity,
  type ActivityValue,
  type Comment,
  type Lease,
  PRIORITIES,
  type Priority,
  STORY_POINTS,
  SYMMETRIC_LINKS,
  TASK_STATUSES,
  TASK_TYPES,
  type TaskLink,
} from "../state/tasks/task.ts";
import type { TaskTemplate } from "../state/tasks/templates.ts";
import type { ExceptionDashboard, ExceptionItem, TaskView } from "../state/tasks/views.ts";
import {
  count,
  flag,
  oneOf,
  optionalDate,
  optionalText,
  optionalTime,
  orNull,
  record,
  text,
  texts,
  time,
} from "./fields.ts";

export const lease = record<Lease>()("Lease", {
  holder: text("The agent that works on it."),
  token: count("The sequence number of the claim; quote it as lease_token."),
  ttl_seconds: count(),
  expires_at: time(),
});

export const link = record<TaskLink>()("TaskLink", {
  link_type: oneOf(Object.keys(SYMMETRIC_LINKS) as (keyof typeof SYMMETRIC_LINKS)[]),
  target_id: text(),
});

export const comment = record<Comment>()("Comment", {
  id: text(),
  author: text(),
  text: text(),
  timestamp: time(),
});

const activityValue = () =>
  Type.Unsafe<ActivityValue>({ type: ["string", "number", "boolean", "null"] });

export const activity = record<Activity>()("Activity", {
  id: text(),
  author: text(),
  action: oneOf(["created", "changed", "note", "linked", "event"]),
  field: optionalText(),
  from: activityValue(),
  to: activityValue(),
  timestamp: time(),
  person: Type.Optional(
    Type.Literal(true, {
      description: "By a person in a name of their own, neither an agent's nor the CEO's.",
    }),
  ),
});

export const priority = () => Type.Unsafe<Priority>({ type: "string", enum: [...PRIORITIES] });

export const task = record<TaskView>()("Task", {
  id: text(),
  title: text(),
  description: text("Markdown."),
  type: oneOf(TASK_TYPES),
  status: oneOf(TASK_STATUSES),
  priority: priority(),
  progress: Type.Number({ minimum: 0, maximum: 100, description: "Percent." }),
  project_id: text(),
  mission_id: optionalText(),
  sprint_id: optionalText(),
  owner: optionalText(),
  assignees: texts(),
  collaborators: texts(),
  validation_owner: optionalText(),
  specialist: optionalText(),
  reporter: text(),
  story_points: Type.Unsafe<number | null>({ enum: [...STORY_POINTS, null] }),
  horizon: optionalText(),
  due_date: optionalDate(),
  labels: texts(),
  depends_on: texts(),
  acceptance_criteria: texts(),
  definition_of_done: texts(),
  artifacts: texts(),
  blocked: flag(),
  blockers: texts(),
  lease: orNull(lease),
  lease_expiries: count(
    "Leases lost since it last went on, but for those too short to tell something.",
  ),
  needs_human: flag(),
  asked_by: Type.Optional(
    text("The agent that has it wait for a human, by its word or by the lease it lost."),
  ),
  routed: flag(),
  links: Type.Array(link),
  comments: Type.Array(comment),
  activity: Type.Array(activity, { description: "The latest entries." }),
  version: count("Quote it as If-Match or expected_version."),
  created_at: time(),
  updated_at: time(),
  status_since: time(),
  done_at: optionalTime(),
  has_unresolved_blockers: flag(),
  stale: flag(),
  owner_name: optionalText(),
  project_name: optionalText(),
});

export const reason = record<Reason>()("Reason", {
  code: oneOf(REASON_CODES),
  blocking: flag(),
  text: text(),
  remedy: text("What would change that."),
});

export const template = record<TaskTemplate>()("TaskTemplate", {
  id: text(),
  name: text(),
  specialist: text(),
  type: oneOf(TASK_TYPES),
  priority: priority(),
  description: text(),
  definition_of_done: texts(),
  acceptance_criteria: texts(),
  labels: texts(),
});

export const exception = record<ExceptionItem>()("ExceptionItem", {
  task_id: text(),
  title: text(),
  owner: optionalText(),
  owner_name: optionalText(),
  priority: priority(),
  project_id: text(),
  since: time(),
  reason: text(),
});

export const archivedTask = record<ArchivedTask>()("ArchivedTask", {
  id: text(),
  title: text(),
  type: oneOf(TASK_TYPES),
  priority: priority(),
  project_id: text(),
  project_name: optionalText(),
  mission_id: optionalText(),
  sprint_id: optionalText(),
  owner: optionalText(),
  owner_name: optionalText(),
  labels: texts(),
  story_points: Type.Unsafe<number | null>({ enum: [...STORY_POINTS, null] }),
  comments: count(),
  done_at: time(),
  archived_seq: count("The entry that archived it."),
});

export const exceptionDashboard = record<ExceptionDashboard>()("ExceptionDashboard", {
  blocked: Type.Array(exception),
  needs_approval: Type.Array(exception),
  stale: Type.Array(exception),
  overdue: Type.Array(exception),
  total: count(),
});
