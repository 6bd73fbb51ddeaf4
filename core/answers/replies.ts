/**
 * What each action and each read answers, as schemas, beside `ok`. Neighbours: `records.ts` has the
 * records, `openapi.ts` publishes them. Invariant: a reply that does not say the same as the reducer's
 * own does not compile; the specs hold all of them against the live server, and miss one that is not here.
 */
import { type Static, type TObject, type TProperties, Type } from "typebox";
import { batch } from "../batch.ts";
import type { agentContract } from "../contract.ts";
import { ROLES } from "../permissions.ts";
import type { ActionName, ReplyOf } from "../registry.ts";
import { AGENT_STATUSES } from "../state/agents/agent.ts";
import { CATEGORIES } from "../state/conversations/thread.ts";
import { OUTCOMES } from "../state/runs/run.ts";
import { TASK_EVENTS } from "../state/tasks/event-action.ts";
import { PRIORITIES, SYMMETRIC_LINKS, TASK_STATUSES } from "../state/tasks/task.ts";
import {
  count,
  flag,
  oneOf,
  optionalText,
  orNull,
  type Same,
  text,
  texts,
  time,
} from "./fields.ts";
import { records } from "./records.ts";

const { agent, lease, task } = records;
const linkType = oneOf(Object.keys(SYMMETRIC_LINKS) as (keyof typeof SYMMETRIC_LINKS)[]);

const contract = Type.Object(
  {
    version: text(),
    system_prompt: text("For the agent's own prompt."),
    auth: Type.Object({ header: text(), body_field: text(), applies_to: text() }),
    heartbeat_seconds: count(),
    agent_statuses: Type.Array(oneOf(AGENT_STATUSES)),
    task_statuses: Type.Array(oneOf(TASK_STATUSES)),
    task_transitions: Type.Object(
      Object.fromEntries(TASK_STATUSES.map((from) => [from, Type.Array(oneOf(TASK_STATUSES))])),
    ),
    priorities: Type.Array(oneOf(PRIORITIES)),
    run_outcomes: Type.Array(oneOf(OUTCOMES)),
    message_categories: Type.Array(oneOf(CATEGORIES)),
    schemas: Type.Record(Type.String(), text()),
    stream: text(),
    socket: text(),
    contract: text(),
  },
  { title: "Contract" },
);

/** The reply of an action; it must say exactly what the reducer's type says. */
const of = <N extends ActionName, P extends TProperties>(
  name: N,
  fields: P & Same<Static<TObject<P>>, ReplyOf<N>>,
): readonly [string, TObject] => [name, Type.Object(fields as P)];

const left = Type.Optional(
  count("What names it and is handed over behind this: more than one change may touch."),
);

const declared: (readonly [string, TObject])[] = [
  of("agents/register", {
    agent,
    org_card: records.orgCard,
    org_structure: records.orgStructure,
    registration: Type.Object({
      operation: oneOf(["registered", "updated"]),
      registered_at: time(),
    }),
    // Its lists of words are tuples to the compiler, which no schema spells out.
    contract: Type.Unsafe<ReturnType<typeof agentContract>>(contract),
  }),
  of("agents/heartbeat", { agent, lease: Type.Optional(lease), warnings: Type.Optional(texts()) }),
  of("agents/update", { agent }),
  of("agents/decommission", {
    message: text(),
    agent_id: text(),
    reason: text(),
    tasks_unassigned: texts(),
    left,
  }),
  of("agents/retire", {
    message: text(),
    agent_id: text(),
    reason: text(),
    successor_id: optionalText(),
    tasks_transferred: texts(),
    left,
  }),
  of("agents/replace", {
    message: text(),
    old_agent_id: text(),
    new_agent_id: text(),
    reason: text(),
    tasks_transferred: texts(),
    left,
  }),
  of("agents/merge", {
    message: text(),
    source_agent_id: text(),
    target_agent_id: text(),
    tasks_transferred: texts(),
    left,
  }),
  of("agents/delete", { deleted: text() }),
  of("openclaw/roster_sync", {
    agents: Type.Array(agent),
    sync: Type.Object({
      added: texts(),
      updated: texts(),
      marked_offline: texts(),
      total: count(),
    }),
  }),
  of("tasks/create", { task }),
  of("tasks/update", { task }),
  of("tasks/delete", { task_id: text() }),
  of("tasks/comment", { task_id: text(), comment: records.comment }),
  of("tasks/link", {
    source_id: text(),
    target_id: text(),
    link_type: linkType,
    symmetric_type: linkType,
  }),
  of("tasks/event", { task, event_type: oneOf(TASK_EVENTS) }),
  of("tasks/claim", {
    task: orNull(task),
    lease: orNull(
      Type.Object({ holder: text(), expires_at: time(), token: count("Its fencing token.") }),
    ),
    message: Type.Optional(text("Why there is none.")),
  }),
  of("tasks/renew", { task, lease: orNull(lease) }),
  of("tasks/release", { task }),
  of("tasks/reopen", { task }),
  of("missions/plan", {
    mission: records.mission,
    mission_control: records.missionControl,
    operation: oneOf(["created", "updated"]),
  }),
  of("missions/delete", { mission_id: text() }),
  of("sprints/create", { sprint: records.sprint }),
  of("sprints/update", { sprint: records.sprint }),
  of("sprints/delete", { sprint_id: text() }),
  of("projects/configure", { project: records.project }),
  of("projects/delete", { project_id: text() }),
  of("conversations/message", { thread: records.thread, message: records.message }),
  of("ceo/directive", { directive: records.directive, task: Type.Optional(task) }),
  of("openclaw/publish", {
    run: records.run,
    agent,
    task: orNull(task),
    duplicate: Type.Optional(Type.Literal(true)),
  }),
  of("notifications/dismiss", {
    dismissed: count(),
    left: Type.Optional(count("Not dismissed yet, where all were to be: say it again.")),
  }),
  of("org/configure", { company: records.company, chief_agent_id: optionalText() }),
  of("blank/reset", { reset: Type.Literal(true), mode: Type.Literal("blank") }),
  of("demo/reset", { reset: Type.Literal(true), mode: Type.Literal("demo") }),
  of("webhooks/configure", {
    webhook: records.webhook,
    secret: Type.Optional(text("Shown this once, where the server made it.")),
  }),
  of("webhooks/delete", { webhook_id: text() }),
  // One of the two, as it was asked for: to the compiler that is a type for each.
  [
    "webhooks/redeliver",
    Type.Object({
      webhook_id: text(),
      seq: Type.Optional(count()),
      since: Type.Optional(count()),
    }),
  ],
  of("tokens/create", {
    grant: records.grant,
    token: Type.Optional(text("Shown this once; nobody can show it again.")),
  }),
  of("tokens/revoke", { revoked: text() }),
  [
    batch.name,
    Type.Object({
      results: Type.Array(
        Type.Union([
          Type.Object(
            {
              status: Type.Literal(200),
              ok: Type.Literal(true),
              seq: count("Of its entry."),
              left_out: Type.Optional(
                Type.Literal(true, {
                  description: "It was done; the results before hold all that one answer may.",
                }),
              ),
            },
            {
              description:
                "Done; what its own route answers stands beside, but for org_structure and contract " +
                "(agents/register) and mission_control (missions/plan).",
              additionalProperties: true,
            },
          ),
          Type.Object(
            { status: count("As its own route would have answered."), error: text(), code: text() },
            {
              description: "Refused; the other fields of a refusal stand beside.",
              additionalProperties: true,
            },
          ),
        ]),
        { description: "One for each action, in their order." },
      ),
    }),
  ],
  of("org/bootstrap", { agents_registered: texts(), projects: texts(), warnings: texts() }),
];

/** By the name of the write. */
export const replies: ReadonlyMap<string, TObject> = new Map(declared);

const snapshot = Type.Object({
  agents: Type.Array(Type.Object({ ...agent.properties, workload: records.workload })),
  tasks: Type.Array(task),
  projects: Type.Array(records.project),
  events: Type.Array(records.event),
  missions: Type.Array(records.mission),
  conversations: Type.Array(
    Type.Object({
      ...records.thread.properties,
      message_count: count(),
      messages: Type.Array(records.message),
    }),
  ),
  ui_settings: Type.Object({
    agent_statuses: Type.Array(oneOf(AGENT_STATUSES)),
    skill_catalog: Type.Array(Type.Object({ specialist: text(), name: text(), skills: texts() })),
    org_templates: Type.Array(Type.Object({ id: text(), name: text(), levels: texts() })),
    office_layout: Type.Object({
      zones: Type.Array(Type.Object({ id: text(), name: text(), holds: oneOf(AGENT_STATUSES) })),
    }),
  }),
  version: text(),
  timestamp: time(),
  seq: count("The state is as of this entry."),
  company: records.company,
  sprints: Type.Array(records.sprint),
  directives: Type.Array(records.directive),
  notifications: Type.Array(records.notification),
  notification_count: count(),
  recent_runs: Type.Array(records.run),
  org_structure: records.orgStructure,
  mission_control: records.missionControl,
  exception_dashboard: records.exceptionDashboard,
  agent_workload: Type.Array(records.workload),
});

const explanation = Type.Object({
  task_id: text(),
  eligible: flag(),
  summary: text("The same in one sentence."),
  reasons: Type.Array(records.reason, { description: "What keeps everybody." }),
  eligible_agents: texts(),
  eligible_agents_left_out: count(),
  candidates: Type.Array(
    Type.Object({
      agent_id: text(),
      name: text(),
      eligible: flag(),
      reasons: Type.Array(records.reason),
    }),
    { description: "At most 100, those that may start it first." },
  ),
  candidates_left_out: count("How many more there are."),
});

const reads: Record<string, TObject> = {
  health: Type.Object({
    time: time(),
    version: text(),
    booted_at: time(),
    role: text(),
    visualization_only: flag(),
    state_source: text("Where the state came from at the start."),
    restart_safe: flag(),
    agents: count(),
    tasks: count(),
    uptime_seconds: count(),
    seq: count("The last entry."),
  }),
  snapshot,
  "openclaw/contract": Type.Object({
    ...contract.properties,
    endpoints: Type.Array(
      Type.Object({ method: oneOf(["GET", "POST"]), path: text(), summary: text() }),
    ),
  }),
  "system/recovery": Type.Object({
    recovery: records.recovery,
    backups: records.recovery.properties.backups,
  }),
  "tasks/next": Type.Object({ task: orNull(task), message: Type.Optional(text()) }),
  "tasks/explain": explanation,
  "tasks/archive": Type.Object({
    tasks: Type.Array(records.archivedTask),
    next: orNull(text("The cursor of the next page; a page may be short and not the last.")),
    total: count("All that is archived."),
  }),
  "conversations/archive": Type.Object({
    messages: Type.Array(records.archivedMessage),
    next: orNull(text("The cursor of the next page; a page may be short and not the last.")),
    total: count("All that is archived, of the thread where one is named."),
  }),
  "directives/archive": Type.Object({
    directives: Type.Array(records.archivedDirective),
    next: orNull(text("The cursor of the next page; a page may be short and not the last.")),
    total: count("All that is archived."),
  }),
  "tasks/get": Type.Object({
    task,
    archived_seq: orNull(count("The entry that archived it; null for a task that is not.")),
  }),
  "webhooks/list": Type.Object({
    webhooks: Type.Array(
      Type.Object({
        ...records.webhook.properties,
        url: optionalText(),
        status: oneOf(["active", "inactive", "paused"]),
        paused: orNull(Type.Object({ at: time(), reason: text() })),
        cursor: orNull(count("Up to this entry it was told.")),
      }),
    ),
  }),
  "webhooks/deliveries": Type.Object({ deliveries: Type.Array(records.delivery) }),
  session: Type.Object({
    name: optionalText(),
    role: orNull(oneOf(ROLES)),
    agent_id: optionalText(),
    read_auth: Type.Boolean({ description: "Whether reading asks for a token." }),
  }),
  tokens: Type.Object({ tokens: Type.Array(records.grant) }),
  "tasks/templates": Type.Object({ templates: Type.Array(records.template) }),
};

/** By the query's name; a document that is a standard of its own is described by no schema here. */
export const answers: ReadonlyMap<string, TObject> = new Map(Object.entries(reads));
