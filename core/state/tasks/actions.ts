/**
 * The actions of a task's life: create, update, comment, link, event, delete. Neighbours: `rules.ts`
 * holds what they do, `fields.ts` what they may say.
 */
import { Type } from "typebox";
import { type Context, defineAction } from "../../action.ts";
import { refuse } from "../../errors.ts";
import {
  flag,
  id,
  line,
  lines,
  longText,
  oneOf,
  requiredText,
  source,
  text,
} from "../../schema.ts";
import { get } from "../../table.ts";
import { checkPerson, checkVersion, find, findActiveAgent, nameOf, touch } from "../lookup.ts";
import type { State } from "../state.ts";
import { expectedVersion, leaseToken, progress, status, taskFields } from "./fields.ts";
import { checkLease } from "./leases.ts";
import {
  addComment,
  addTask,
  applyBlocking,
  applyFields,
  gather,
  linkTasks,
  moveTask,
  recordActivity,
  removeTask,
  settleLeases,
  track,
} from "./rules.ts";
import { SYMMETRIC_LINKS, type Task, type TaskStatus } from "./task.ts";
import { viewTask } from "./views.ts";

const { title: _title, ...optionalFields } = taskFields;

const createTask = defineAction({
  name: "tasks/create",
  summary: "Create a task. Without an owner it goes to the best agent for its specialist.",
  body: Type.Object({
    title: requiredText("What is to be done."),
    ...optionalFields,
    status,
    progress,
    blocked: flag("Whether it is held up."),
    blockers: lines("What holds it up."),
    author: line("Who creates it; ceo when absent."),
    agent_id: line("The agent that creates it."),
    note: text("A remark, for the record."),
    source,
  }),
  kind: "task_updated",
  forms: { envelope: "task" },
  examples: [
    {
      title: "Implement OAuth login",
      description: "Add Google OAuth support to the login page",
      project_id: "atlas-core",
      owner: "codex",
      specialist: "code",
      priority: "P1",
      status: "backlog",
      story_points: 5,
      type: "story",
      reporter: "alice",
      acceptance_criteria: ["User can log in with Google", "Session persists across page reloads"],
      definition_of_done: ["Implementation complete", "Tests passing", "Reviewed"],
    },
  ],
  actor: ({ agent_id, author }) => agent_id || author,
  reduce(draft, payload, context) {
    checkPerson(draft, payload.agent_id);
    const author = payload.agent_id || payload.author || "ceo";
    const task = addTask(draft, payload, payload.status ?? "backlog", author, context);
    applyBlocking(task, payload, author, context);
    task.activity = [];
    const { id, status } = task;
    return {
      title: `${nameOf(draft, author)} created ${id}`,
      details: `${status}: ${payload.title}`,
      ids: taskIds(task),
      reply: (after, at) => ({ task: viewTask(after, id, at) }),
    };
  },
});

const updateTask = defineAction({
  name: "tasks/update",
  summary: "Change a task's status, progress, notes, artifacts or any other field.",
  body: Type.Object({
    task_id: id("The task."),
    agent_id: line("The agent that reports."),
    author: line("Who writes, when it is no agent."),
    ...taskFields,
    status,
    progress,
    blocked: flag("Whether it is held up; wins over blockers."),
    blockers: lines("What holds it up; an empty list clears it."),
    note: text("What happened, for the activity."),
    needs_human: flag("Whether it waits for a human; false lets it be claimed again."),
    lease_token: leaseToken,
    expected_version: expectedVersion,
    source,
  }),
  kind: "task_updated",
  forms: { envelope: "task", id: "task_id" },
  examples: [
    {
      agent_id: "codex",
      task_id: "T-203",
      status: "validation",
      progress: 95,
      note: "Filters working across all views. Handing to Ralph.",
      blockers: [],
      artifacts: ["company/projects/ceo-console/web/app.js"],
    },
  ],
  actor: ({ agent_id, author }) => agent_id || author,
  reduce(draft, payload, context) {
    checkPerson(draft, payload.agent_id);
    const task = find(draft, "tasks", payload.task_id);
    const before = { status: task.status, owner: task.owner, blocked: task.blocked };
    const author = payload.agent_id || payload.author || "ceo";
    checkVersion(get(context.before.tasks, task.id), payload.expected_version);
    checkLease(task, { agent_id: agentOf(draft, author), lease_token: payload.lease_token });
    applyFields(draft, task, payload, author, context);
    applyBlocking(task, payload, author, context);
    if (payload.status) moveTask(task, payload.status, author, context);
    if (payload.note) note(task, payload.note, author, context);
    if (payload.needs_human === false) settleLeases(task);
    else if (payload.needs_human && !task.needs_human) task.needs_human = true;
    if (task.status === "done" && task.progress !== 100) task.progress = 100;
    touch(task, context);
    const { id } = task;
    return {
      title: `${nameOf(draft, author)} updated ${id}`,
      details: changesSince(before, task, payload),
      ids: taskIds(task),
      reply: (after, at) => ({ task: viewTask(after, id, at) }),
    };
  },
});

/** The author, where it is an agent: people and scripts write for the CEO. */
function agentOf(state: State, author: string): string | null {
  return get(state.agents, author) ? author : null;
}

/** The event's details: what moved first, then which other fields were sent. */
function changesSince(
  before: Pick<Task, "status" | "owner" | "blocked">,
  task: Task,
  payload: object,
): string {
  const parts: string[] = [];
  if (task.status !== before.status) parts.push(`status→${task.status}`);
  if (task.owner !== before.owner) parts.push(`owner→${task.owner ?? "nobody"}`);
  if (task.blocked !== before.blocked) parts.push(`blocked→${task.blocked}`);
  if (parts.length === 0) {
    const said = ["task_id", "agent_id", "author", "source", "lease_token", "expected_version"];
    parts.push(...Object.keys(payload).filter((field) => !said.includes(field)));
  }
  return parts.join(", ");
}

function note(task: Task, said: string, author: string, context: Context): void {
  recordActivity(task, { author, action: "note", field: null, from: null, to: said }, context);
}

function taskIds(task: Task): Record<string, string> {
  return {
    task_id: task.id,
    project_id: task.project_id,
    ...(task.owner && { agent_id: task.owner }),
  };
}

const deleteTask = defineAction({
  name: "tasks/delete",
  summary: "Delete a task for good, with every mention of it in other tasks.",
  body: Type.Object({
    task_id: id("The task."),
    agent_id: line("The agent that deletes it; ceo when absent."),
    lease_token: leaseToken,
    expected_version: expectedVersion,
    source,
  }),
  kind: "task_updated",
  forms: { envelope: "task", id: "task_id" },
  examples: [{ task_id: "T-214" }],
  actor: ({ agent_id }) => agent_id,
  reduce(draft, { task_id, agent_id, lease_token, expected_version }, context) {
    checkPerson(draft, agent_id);
    const task = find(draft, "tasks", task_id);
    checkVersion(get(context.before.tasks, task_id), expected_version);
    checkLease(task, { agent_id, lease_token });
    const { title } = task;
    removeTask(draft, task, context);
    return {
      title: `${task_id} deleted`,
      details: title,
      ids: { task_id },
      reply: () => ({ task_id }),
    };
  },
});

const commentTask = defineAction({
  name: "tasks/comment",
  summary: "Append a comment to a task.",
  body: Type.Object({
    task_id: id("The task."),
    text: longText("The comment; Markdown."),
    author: line("Who writes; ceo when absent."),
    agent_id: line("The agent that writes."),
    source,
  }),
  kind: "task_updated",
  forms: { envelope: "task", id: "task_id" },
  examples: [
    {
      task_id: "T-203",
      text: "Verified on staging — all filter combinations work correctly.",
      author: "ralph",
    },
  ],
  actor: ({ agent_id, author }) => author || agent_id,
  reduce(draft, payload, context) {
    const task = find(draft, "tasks", payload.task_id);
    const author = payload.author || payload.agent_id || "ceo";
    const comment = addComment(task, author, payload.text, context);
    const { id } = task;
    return {
      title: `${nameOf(draft, author)} commented on ${id}`,
      details: payload.text.slice(0, 120),
      ids: { ...taskIds(task), comment_id: comment.id },
      reply: () => ({ task_id: id, comment }),
    };
  },
});

const linkTask = defineAction({
  name: "tasks/link",
  summary: "Link two tasks by name; the other one gets the counterpart.",
  body: Type.Object({
    source_id: id("The task the link starts from."),
    target_id: id("The task it points to."),
    link_type: requiredText(`One of ${Object.keys(SYMMETRIC_LINKS).join(", ")}.`),
    author: line("Who links; ceo when absent."),
    source,
  }),
  kind: "task_updated",
  examples: [{ source_id: "T-208", target_id: "T-203", link_type: "relates-to" }],
  actor: ({ author }) => author,
  // The refusals and their order are the reference's, word for word.
  reduce(draft, { source_id, target_id, link_type, author = "ceo" }, context) {
    if (!isLinkType(link_type)) {
      refuse("unknown_field_value", `invalid link_type: ${link_type}`, {
        field: "link_type",
        allowed: Object.keys(SYMMETRIC_LINKS),
      });
    }
    if (source_id === target_id) refuse("conflict", "cannot link a task to itself");
    const from = find(draft, "tasks", source_id, "source task");
    const to = find(draft, "tasks", target_id, "target task");
    if (from.links.some((link) => link.target_id === target_id && link.link_type === link_type)) {
      refuse("conflict", `link already exists: ${source_id} ${link_type} ${target_id}`);
    }
    linkTasks(from, to, link_type, author, context);
    return {
      title: `${nameOf(draft, author)} linked ${source_id}`,
      details: `${source_id} ${link_type} ${target_id}`,
      ids: { task_id: source_id, target_id },
      reply: () => ({
        source_id,
        target_id,
        link_type,
        symmetric_type: SYMMETRIC_LINKS[link_type],
      }),
    };
  },
});

function isLinkType(type: string): type is keyof typeof SYMMETRIC_LINKS {
  return Object.hasOwn(SYMMETRIC_LINKS, type);
}

export const TASK_EVENTS = ["started", "blocked", "done", "needs-validation"] as const;
export type TaskEvent = (typeof TASK_EVENTS)[number];

const EVENT_STATUS: Record<TaskEvent, TaskStatus | null> = {
  started: "in_progress",
  blocked: null,
  done: "done",
  "needs-validation": "validation",
};

const eventTask = defineAction({
  name: "tasks/event",
  summary: "Say what happened to a task: moves it, comments and records the activity in one step.",
  body: Type.Object({
    type: oneOf(TASK_EVENTS, "What happened."),
    task_id: id("The task."),
    agent_id: id("The agent it happened to."),
    note: text("The text of the comment that is made."),
    lease_token: leaseToken,
    expected_version: expectedVersion,
    source,
  }),
  kind: "task_updated",
  forms: { envelope: "task", id: "task_id" },
  examples: [
    {
      type: "started",
      task_id: "T-208",
      agent_id: "codex",
      note: "Beginning implementation of auth module",
    },
  ],
  actor: ({ agent_id }) => agent_id,
  reduce(draft, payload, context) {
    const agent = findActiveAgent(draft, payload.agent_id);
    const task = find(draft, "tasks", payload.task_id);
    checkVersion(get(context.before.tasks, task.id), payload.expected_version);
    checkLease(task, payload);
    const said = payload.note || `${agent.name}: ${payload.type}`;
    const comment = addComment(task, agent.id, said, context);
    applyTaskEvent(task, payload.type, agent.id, payload.note, context);
    const { id } = task;
    return {
      title: `${agent.name} ${EVENT_VERBS[payload.type]} ${id}`,
      details: payload.type === "blocked" ? "blocked→true" : `status→${task.status}`,
      ids: { ...taskIds(task), agent_id: agent.id, comment_id: comment.id },
      reply: (after: State, at: number) => ({
        task: viewTask(after, id, at),
        event_type: payload.type,
      }),
    };
  },
});

const EVENT_VERBS: Record<TaskEvent, string> = {
  started: "started",
  blocked: "is blocked on",
  done: "finished",
  "needs-validation": "asks to validate",
};

/** What the event does to its task; openclaw/publish uses it for the outcomes of the same meaning. */
export function applyTaskEvent(
  task: Task,
  type: TaskEvent,
  agentId: string,
  reason: string | undefined,
  context: Context,
): void {
  if (type === "started") takeUp(task, agentId, context);
  const to = EVENT_STATUS[type];
  if (to) moveTask(task, to, agentId, context);
  if (type === "started") applyBlocking(task, { blocked: false }, agentId, context);
  if (type === "blocked") {
    const blockers = reason ? gather(task.blockers, reason) : task.blockers;
    applyBlocking(task, { blockers, blocked: true }, agentId, context);
  }
  touch(task, context);
}

/**
 * Two agents must never work on one task: whoever starts a ready one has it, and from then on only those
 * it names may start it.
 */
function takeUp(task: Task, agentId: string, context: Context): void {
  const { owner, validation_owner, assignees, collaborators } = task;
  if (!owner || (task.status === "ready" && ![...assignees, ...collaborators].includes(agentId))) {
    track(task, "owner", agentId, agentId, context);
  }
  const named = [task.owner, validation_owner, ...assignees, ...collaborators].includes(agentId);
  if (task.status === "in_progress" && !named) {
    refuse("conflict", `${task.id} is in progress with ${owner}; set owner to hand it over`);
  }
}

export const taskActions = [
  createTask,
  updateTask,
  deleteTask,
  commentTask,
  linkTask,
  eventTask,
] as const;
