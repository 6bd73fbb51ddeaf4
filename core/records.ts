/**
 * The records that answers are made of, as schemas: what the interfaces of the slices say to the
 * compiler, said to everybody else. Neighbours: `replies.ts` says which answer holds which, `openapi.ts`
 * publishes them by their titles. Invariant: a schema that does not say the same as its interface does
 * not compile, and the specs hold both against the live server.
 */
import { Type } from "typebox";
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
} from "./answer-fields.ts";
import type { RecoveryReport } from "./ports.ts";
import { StreamEventSchema } from "./protocol.ts";
import { AGENT_STATUSES, type AgentStatus, STANDINGS } from "./state/agents/agent.ts";
import type { AgentView, OrgCard, OrgStructure, Workload } from "./state/agents/views.ts";
import type { Company } from "./state/company/company.ts";
import { CATEGORIES, type Message, type Thread } from "./state/conversations/thread.ts";
import type { Directive } from "./state/directives/directive.ts";
import { MISSION_STATUSES, type Milestone, SEVERITIES } from "./state/missions/mission.ts";
import type { MissionControl, MissionView, Staffing } from "./state/missions/views.ts";
import { NOTIFICATION_KINDS, type Notification } from "./state/notifications/notification.ts";
import { PROJECT_STATUSES, type Project } from "./state/projects/project.ts";
import { OUTCOMES, type Run } from "./state/runs/run.ts";
import { SPRINT_STATUSES, type Sprint } from "./state/sprints/sprint.ts";
import { REASON_CODES, type Reason } from "./state/tasks/routing.ts";
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
} from "./state/tasks/task.ts";
import type { TaskTemplate } from "./state/tasks/templates.ts";
import type { ExceptionDashboard, ExceptionItem, TaskView } from "./state/tasks/views.ts";

const lease = record<Lease>()("Lease", {
  holder: text("The agent that works on it."),
  token: count("The sequence number of the claim; quote it as lease_token."),
  ttl_seconds: count(),
  expires_at: time(),
});

const link = record<TaskLink>()("TaskLink", {
  link_type: oneOf(Object.keys(SYMMETRIC_LINKS) as (keyof typeof SYMMETRIC_LINKS)[]),
  target_id: text(),
});

const comment = record<Comment>()("Comment", {
  id: text(),
  author: text(),
  text: text(),
  timestamp: time(),
});

const activityValue = () =>
  Type.Unsafe<ActivityValue>({ type: ["string", "number", "boolean", "null"] });

const activity = record<Activity>()("Activity", {
  id: text(),
  author: text(),
  action: oneOf(["created", "changed", "note", "linked", "event"]),
  field: optionalText(),
  from: activityValue(),
  to: activityValue(),
  timestamp: time(),
});

const priority = () => Type.Unsafe<Priority>({ type: "string", enum: [...PRIORITIES] });

const task = record<TaskView>()("Task", {
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
  lease_expiries: count("Leases lost since it last went on."),
  needs_human: flag(),
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

const agent = record<AgentView>()("Agent", {
  id: text(),
  name: text(),
  role: text(),
  status: oneOf(AGENT_STATUSES),
  standing: oneOf(STANDINGS),
  manager: text("An agent, or ceo."),
  home_specialist: optionalText(),
  specialists: texts(),
  skills: texts(),
  allowed_tools: texts(),
  project_id: optionalText(),
  emoji: optionalText(),
  profile_hue: Type.Unsafe<number | null>({ type: ["number", "null"] }),
  department: optionalText(),
  org_level: Type.Unsafe<string | number | null>({ type: ["string", "number", "null"] }),
  team_id: optionalText(),
  team_name: optionalText(),
  coordination_scope: optionalText(),
  manager_title: optionalText(),
  avatar_ref: optionalText(),
  note: text(),
  done_summary: text(),
  doing_summary: text(),
  next_summary: text(),
  blockers: texts(),
  collaborating_with: texts(),
  current_task_id: optionalText(),
  speaking: flag(),
  silent: flag(),
  last_heartbeat: optionalTime(),
  version: count("Quote it as If-Match or expected_version; heartbeats do not change it."),
  registered_at: time(),
  updated_at: time(),
  derived_status: Type.Unsafe<AgentStatus>({
    type: "string",
    enum: [...AGENT_STATUSES],
    description: "Offline for who is silent or gone.",
  }),
  manager_name: optionalText(),
  last_seen: time(),
});

const workload = record<Workload>()("Workload", {
  agent_id: text(),
  name: text(),
  open: count(),
  backlog: count(),
  ready: count(),
  in_progress: count(),
  validation: count(),
  done: count(),
  blocked: count(),
  overloaded: flag(),
});

const orgCard = record<OrgCard>()("OrgCard", {
  agent_id: text(),
  name: text(),
  role: text(),
  emoji: optionalText(),
  department: optionalText(),
  org_level: Type.Unsafe<string | number | null>({ type: ["string", "number", "null"] }),
  home_specialist: optionalText(),
  status: oneOf(AGENT_STATUSES),
  manager: text(),
  manager_name: optionalText(),
  is_chief: flag(),
  direct_reports: texts(),
});

const orgStructure = record<OrgStructure>()("OrgStructure", {
  ceo: Type.Object({ name: text(), role: text(), direct_reports: texts() }),
  chief_agent_id: optionalText(),
  cards: Type.Array(orgCard),
});

const milestone = record<Milestone>()("Milestone", {
  title: text(),
  due_date: optionalDate(),
  done: flag(),
});

const staffing = record<Staffing>()("Staffing", {
  specialist: text(),
  agents: texts(),
  covered: flag(),
});

const missionCounts = Type.Object({
  total: count(),
  open: count(),
  done: count(),
  blocked: count(),
  overdue: count(),
});

const mission = record<MissionView>()("Mission", {
  id: text(),
  title: text(),
  objective: text(),
  summary: text(),
  project_id: text(),
  owner: optionalText(),
  status: oneOf(MISSION_STATUSES),
  severity: oneOf(SEVERITIES),
  priority: priority(),
  horizon: text(),
  required_specialists: texts(),
  assigned_agents: texts(),
  next_actions: texts(),
  success_criteria: texts(),
  dependencies: texts(),
  risks: texts(),
  milestones: Type.Array(milestone),
  version: count("Quote it as If-Match or expected_version."),
  created_at: time(),
  updated_at: time(),
  task_ids: texts(),
  progress: Type.Number({ minimum: 0, maximum: 100, description: "Percent." }),
  owner_name: optionalText(),
  project_name: optionalText(),
  counts: missionCounts,
  staffing: Type.Array(staffing),
});

const missionControl = record<MissionControl>()("MissionControl", {
  total: count(),
  by_status: Type.Object({ planned: count(), active: count(), blocked: count(), done: count() }),
  focus: optionalText(),
  missions: Type.Array(
    Type.Object({
      id: text(),
      title: text(),
      status: oneOf(MISSION_STATUSES),
      progress: Type.Number(),
      counts: missionCounts,
      staffing: Type.Array(staffing),
    }),
  ),
});

const project = record<Project>()("Project", {
  id: text(),
  name: text(),
  description: text(),
  status: oneOf(PROJECT_STATUSES),
  created_at: time(),
  updated_at: time(),
});

const sprint = record<Sprint>()("Sprint", {
  id: text(),
  name: text(),
  goal: text(),
  project_id: optionalText(),
  status: oneOf(SPRINT_STATUSES),
  start_date: optionalDate(),
  end_date: optionalDate(),
  created_at: time(),
  updated_at: time(),
});

const thread = record<Thread>()("Thread", {
  id: text(),
  title: text(),
  participants: texts(),
  created_at: time(),
  updated_at: time(),
});

const message = record<Message>()("Message", {
  id: text(),
  thread_id: text(),
  sender: text(),
  target: optionalText(),
  text: text(),
  category: oneOf(CATEGORIES),
  project_id: optionalText(),
  timestamp: time(),
});

const directive = record<Directive>()("Directive", {
  id: text(),
  target: text(),
  text: text(),
  project_id: optionalText(),
  specialist: optionalText(),
  status: oneOf(["queued"]),
  task_id: optionalText(),
  timestamp: time(),
});

const notification = record<Notification>()("Notification", {
  id: text(),
  kind: oneOf(NOTIFICATION_KINDS),
  title: text(),
  detail: text(),
  agent_id: optionalText(),
  task_id: optionalText(),
  mission_id: optionalText(),
  timestamp: time(),
  dismissed: flag(),
  active: flag(),
});

const run = record<Run>()("Run", {
  id: text(),
  agent_id: text(),
  task_id: optionalText(),
  project_id: optionalText(),
  title: text(),
  outcome: oneOf(OUTCOMES),
  summary: text(),
  artifacts: texts(),
  session_key: optionalText(),
  run_id: optionalText(),
  collaborating_with: texts(),
  pr_status: optionalText(),
  issue_ref: optionalText(),
  note: text(),
  done_summary: text(),
  doing_summary: text(),
  next_summary: text(),
  timestamp: time(),
});

const company = record<Company>()("Company", {
  name: text(),
  ceo_name: text(),
  ceo_role: text(),
  chief_agent_id: optionalText(),
  mode: oneOf(["demo", "blank", "bootstrap"]),
});

const reason = record<Reason>()("Reason", {
  code: oneOf(REASON_CODES),
  blocking: flag(),
  text: text(),
  remedy: text("What would change that."),
});

const template = record<TaskTemplate>()("TaskTemplate", {
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

const exception = record<ExceptionItem>()("ExceptionItem", {
  task_id: text(),
  title: text(),
  owner: optionalText(),
  owner_name: optionalText(),
  priority: priority(),
  project_id: text(),
  since: time(),
  reason: text(),
});

const exceptionDashboard = record<ExceptionDashboard>()("ExceptionDashboard", {
  blocked: Type.Array(exception),
  needs_approval: Type.Array(exception),
  stale: Type.Array(exception),
  overdue: Type.Array(exception),
  total: count(),
});

const event = Type.Object(StreamEventSchema.properties, { title: "Event" });

const recovery = record<RecoveryReport>()("Recovery", {
  recovered_at: time(),
  source: oneOf(["empty", "journal", "snapshot"]),
  journal: text(),
  snapshot_seq: orNull(count()),
  head_seq: count(),
  entries_replayed: count(),
  cut_off: orNull(
    Type.Object({
      after_seq: count(),
      entries: count(),
      reason: text(),
      kept_in: optionalText(),
    }),
  ),
  refused: Type.Array(Type.Object({ seq: count(), reason: text() })),
  backups: Type.Array(Type.Object({ seq: count(), created_at: time(), bytes: count() })),
});

export const records = {
  activity,
  agent,
  comment,
  company,
  directive,
  event,
  exception,
  exceptionDashboard,
  lease,
  link,
  message,
  milestone,
  mission,
  missionControl,
  notification,
  orgCard,
  orgStructure,
  project,
  reason,
  recovery,
  run,
  sprint,
  staffing,
  task,
  template,
  thread,
  workload,
};
