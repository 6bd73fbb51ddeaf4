/**
 * The actions of a task's life: create, update, delete; `event-action.ts` and `link-actions.ts` have the
 * others. Neighbours: `rules.ts` holds what they do, `fields.ts` what they may say.
 */
import { Type } from "typebox";
import { type Context, defineAction, isSince } from "../../action.ts";
import { refuse } from "../../errors.ts";
import { flag, id, lines, optionalName, requiredText, source, text } from "../../schema.ts";
import { get } from "../../table.ts";
import { checkPerson, checkVersion, find, nameTold, touch } from "../lookup.ts";
import { recordActivity } from "./activity.ts";
import { checkApproved } from "./approved.ts";
import { expectedVersion, leaseToken, progress, status, taskFields } from "./fields.ts";
import { checkLease } from "./leases.ts";
import { applyBlocking, moveTask, settleLeases, track, waitForHuman } from "./moves.ts";
import { agentOf, isNamed, taskIds } from "./naming.ts";
import { removeTask } from "./references.ts";
import { addTask, applyFields } from "./rules.ts";
import type { Task } from "./task.ts";
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
    author: optionalName("Who creates it; ceo when absent."),
    agent_id: optionalName("The agent that creates it."),
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
    // The one thing of its beginning that says more than its reporter: whose word it is that it is done.
    if (status === "done" && isSince(context, 2)) {
      recordActivity(
        task,
        { author, action: "created", field: "status", from: null, to: status },
        context,
      );
    }
    return {
      title: `${nameTold(draft, author, context)} created ${id}`,
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
    agent_id: optionalName("The agent that reports."),
    author: optionalName("Who writes, when it is no agent."),
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
    // Who and what is named is looked up in the plain state: a draft costs a proxy for each step of the way.
    const { before: state } = context;
    checkPerson(state, payload.agent_id);
    const task = find(draft, "tasks", payload.task_id);
    const before = { status: task.status, owner: task.owner, blocked: task.blocked };
    const author = payload.agent_id || payload.author || "ceo";
    checkVersion(get(state.tasks, task.id), payload.expected_version);
    checkLease(task, { agent_id: agentOf(state, author), lease_token: payload.lease_token });
    checkApproved(find(state, "tasks", task.id), payload, payload.status ?? task.status, context);
    applyFields(state, task, payload, author, context);
    applyBlocking(task, payload, author, context);
    const agent = payload.status === "in_progress" ? get(state.agents, author) : undefined;
    const starter = agent?.standing === "active" ? agent.id : null;
    // Nobody's when it is started, it would be in progress with nobody, whose silence nobody would notice.
    if (
      context.rules &&
      starter &&
      task.status === "ready" &&
      payload.owner === undefined &&
      !task.owner
    )
      track(task, "owner", starter, author, context);
    if (payload.needs_human === false) {
      const said = {
        author,
        action: "changed",
        field: "needs_human",
        from: true,
        to: false,
      } as const;
      if (context.rules && task.needs_human) recordActivity(task, said, context);
      settleLeases(task, true);
    }
    if (payload.status) moveTask(task, payload.status, author, context);
    if (payload.note) note(task, payload.note, author, context);
    if (payload.needs_human && task.status === "done") {
      const text = `${task.id} is done and waits for nobody; reopen it first`;
      refuse("conflict", text, { field: "needs_human" });
    }
    if (payload.needs_human && !task.needs_human) {
      const said = {
        author,
        action: "changed",
        field: "needs_human",
        from: false,
        to: true,
      } as const;
      if (context.rules) recordActivity(task, said, context);
      waitForHuman(task, agentOf(state, author), context);
    }
    if (task.status === "done" && task.progress !== 100) task.progress = 100;
    touch(task, context);
    const { id, owner } = task;
    const isAnothers =
      starter !== null && before.status === "in_progress" && !isNamed(task, starter);
    const warnings = isAnothers
      ? [`${id} is in progress with ${owner ?? "nobody"} already; ask for work with tasks/claim`]
      : undefined;
    return {
      title: `${nameTold(state, author, context)} updated ${id}`,
      details: changesSince(before, task, payload),
      ids: taskIds(task),
      reply: (after, at) => ({ task: viewTask(after, id, at), ...(warnings && { warnings }) }),
    };
  },
});

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

const deleteTask = defineAction({
  name: "tasks/delete",
  summary: "Delete a task for good, with every mention of it in other tasks.",
  body: Type.Object({
    task_id: id("The task."),
    agent_id: optionalName("The agent that deletes it; ceo when absent."),
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

export const taskActions = [createTask, updateTask, deleteTask] as const;
