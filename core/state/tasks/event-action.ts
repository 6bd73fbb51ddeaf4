/**
 * The shorthand of an agent's day: what happened to a task, as one action that moves it, comments and
 * records. Neighbours: `rules.ts` holds what it does; openclaw/publish means the same by its outcomes.
 */
import { Type } from "typebox";
import { type Context, defineAction } from "../../action.ts";
import { refuse } from "../../errors.ts";
import { id, oneOf, source, text } from "../../schema.ts";
import { get } from "../../table.ts";
import { checkVersion, find, findActiveAgent, touch } from "../lookup.ts";
import type { State } from "../state.ts";
import { addComment } from "./comments.ts";
import { expectedVersion, leaseToken } from "./fields.ts";
import { gather } from "./gathered.ts";
import { checkLease } from "./leases.ts";
import { applyBlocking, moveTask, track } from "./moves.ts";
import { isNamed, taskIds } from "./naming.ts";
import type { Task, TaskStatus } from "./task.ts";
import { viewTask } from "./views.ts";

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
    applyTaskEvent(task, payload.type, agent.id, payload.note, context);
    // Who starts it has it, and with it the room of those who do.
    const comment = addComment(task, agent.id, said, context, "event");
    const { id } = task;
    const over = payload.type === "needs-validation" || payload.type === "done";
    if (over && agent.current_task_id === id) {
      agent.current_task_id = null;
      if (agent.status === "working") agent.status = "idle";
    }
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
    if (reason) gather(task, "blockers", [reason], context);
    applyBlocking(task, { blocked: true }, agentId, context);
  }
  touch(task, context);
}

/**
 * Two agents must never work on one task: whoever starts a ready one has it, and from then on only those
 * it names may start it.
 */
function takeUp(task: Task, agentId: string, context: Context): void {
  const { owner, assignees, collaborators } = task;
  if (!owner || (task.status === "ready" && ![...assignees, ...collaborators].includes(agentId))) {
    track(task, "owner", agentId, agentId, context);
  }
  if (task.status === "in_progress" && !isNamed(task, agentId)) {
    refuse("conflict", `${task.id} is in progress with ${owner}; set owner to hand it over`);
  }
}

export const eventActions = [eventTask] as const;
