/**
 * The actions of a lease: claim, renew, release, and the expiry that a timer dispatches. Neighbours:
 * `leases.ts` has the rules, `routing.ts` picks. Invariant: of any number of callers one wins a task.
 */
import { Type } from "typebox";
import { type Context, defineAction } from "../../action.ts";
import { refuse } from "../../errors.ts";
import { inOrder } from "../../relations.ts";
import { id, optionalName, requiredText, source } from "../../schema.ts";
import { atOnce } from "../../steps.ts";
import { get } from "../../table.ts";
import { type Agent, CEO } from "../agents/agent.ts";
import { markAlive } from "../agents/rules.ts";
import { checkRef, find, findActiveAgent, nameTold, touch, unique } from "../lookup.ts";
import type { State } from "../state.ts";
import { leaseToken } from "./fields.ts";
import { expiredTasks, hasExpired } from "./lease-ends.ts";
import {
  checkLease,
  DEFAULT_TTL_SECONDS,
  grantLease,
  isTelling,
  MAX_TTL_SECONDS,
  renewLease,
  takeBack,
} from "./leases.ts";
import { moveTask, track, waitForHuman } from "./moves.ts";
import { agentReasons, holdsMost, pickTask, type Reason, taskReasons } from "./routing.ts";
import type { Lease, Task } from "./task.ts";
import { type TaskView, viewTask } from "./views.ts";

const MIN_TTL_SECONDS = 2;
const MAX_WAIT_SECONDS = 60;

const ttl = Type.Optional(
  Type.Integer({
    minimum: MIN_TTL_SECONDS,
    maximum: MAX_TTL_SECONDS,
    description: `How long the lease lasts without a sign of life; ${DEFAULT_TTL_SECONDS} when absent.`,
  }),
);

/** The task and its lease, or neither and why. */
export interface ClaimReply {
  task: TaskView | null;
  lease: Pick<Lease, "holder" | "expires_at" | "token"> | null;
  message?: string;
}

/** Makes codex the holder of T-208. */
const CLAIMED = [["tasks/claim", { agent_id: "codex", task_id: "T-208" }]] as const;

const claim = defineAction({
  name: "tasks/claim",
  summary: "Pick and start a task in one step; exactly one caller gets it, with a lease.",
  body: Type.Object({
    agent_id: id("The agent that wants to work."),
    task_id: Type.Optional(id("This task; the most urgent that suits the agent when absent.")),
    project: optionalName("Only a task of this project."),
    ttl_seconds: ttl,
    wait_seconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: MAX_WAIT_SECONDS,
        description: "Wait so long until there is something to claim; 0 when absent.",
      }),
    ),
    source,
  }),
  kind: "task_updated",
  examples: [{ agent_id: "codex" }],
  actor: ({ agent_id }) => agent_id,
  wait: {
    seconds: ({ task_id, wait_seconds = 0 }) => (task_id ? 0 : wait_seconds),
    isReady(state, relations, { agent_id, project }) {
      const agent = get(state.agents, agent_id);
      // Whoever is not known is refused at once.
      if (!agent) return true;
      return !holdsMost(relations, agent) && pickTask(relations, agent, project) !== null;
    },
  },
  reduce(draft, payload, context) {
    const { agent_id, project, ttl_seconds = DEFAULT_TTL_SECONDS } = payload;
    const agent = findActiveAgent(draft, agent_id);
    checkRef(draft, "projects", project);
    const { before, relations } = context;
    const asking = find(before, "agents", agent_id);
    // Before there were rules there was no bound.
    const full = context.rules === undefined ? null : holdsMost(relations, asking);
    const picked = () => (full ? null : pickTask(relations, asking, project));
    const task_id = payload.task_id
      ? named(before, payload.task_id, asking, full, context)
      : picked()?.id;
    if (task_id === undefined) {
      const message = full ? `no eligible tasks: ${full.text}` : "no eligible tasks";
      return {
        title: `${agent.name} found nothing to claim`,
        idle: true as const,
        reply: (): ClaimReply => ({ task: null, lease: null, message }),
      };
    }
    const task = find(draft, "tasks", task_id);
    track(task, "owner", agent_id, agent_id, context);
    moveTask(task, "in_progress", agent_id, context);
    const { holder, expires_at, token } = grantLease(task, agent_id, ttl_seconds, context);
    touch(task, context);
    agent.current_task_id = task_id;
    markAlive(agent, "working", context);
    return {
      title: `${agent.name} claimed ${task_id}`,
      details: `until ${expires_at}`,
      ids: { task_id, agent_id, project_id: task.project_id },
      reply: (after, at): ClaimReply => ({
        task: viewTask(after, task_id, at),
        lease: { holder, expires_at, token },
      }),
    };
  },
});

/**
 * The named task, if this agent may start it, or go on with it after a restart of its own.
 * @param full what keeps it from one more, where something does
 */
function named(
  state: State,
  taskId: string,
  agent: Agent,
  full: Reason | null,
  { relations }: Context,
): string {
  const task = find(state, "tasks", taskId);
  const goesOn =
    task.status === "in_progress" &&
    task.owner === agent.id &&
    (!task.lease || task.lease.holder === agent.id) &&
    !task.needs_human;
  // What it holds already makes none more.
  if (goesOn && (task.lease || !full)) return taskId;
  const own = agentReasons(state, relations, task, agent);
  const reasons = (goesOn ? own : [...taskReasons(state, task), ...own]).filter(
    ({ blocking, code }) => blocking && (full || code !== "leases"),
  );
  const [first] = reasons;
  if (!first) return taskId;
  const text = reasons.map((reason) => reason.text).join("; ");
  refuse(first.code === "held" ? "held" : "conflict", `${taskId} cannot be claimed: ${text}`, {
    ...(task.lease && { holder: task.lease.holder }),
  });
}

/** The lease of the task, if this agent holds it. */
function findHeld(task: Task, agentId: string, lease_token: number | undefined): void {
  checkLease(task, { agent_id: agentId, lease_token });
  if (task.lease?.holder === agentId) return;
  refuse("held", `${agentId} does not hold ${task.id}; claim it first`, {
    ...(task.lease && { holder: task.lease.holder }),
  });
}

/** The agent does not work on the task any more. */
function putDown(state: State, agentId: string, taskId: string): void {
  const agent = get(state.agents, agentId);
  if (agent?.current_task_id === taskId) agent.current_task_id = null;
}

const renew = defineAction({
  name: "tasks/renew",
  summary: "Extend the lease of a task; a heartbeat with it as current_task_id does the same.",
  body: Type.Object({
    task_id: id("The task."),
    agent_id: id("Its holder."),
    lease_token: leaseToken,
    ttl_seconds: ttl,
    source,
  }),
  kind: "task_updated",
  given: CLAIMED,
  examples: [{ task_id: "T-208", agent_id: "codex", ttl_seconds: 600 }],
  actor: ({ agent_id }) => agent_id,
  reduce(draft, { task_id, agent_id, lease_token, ttl_seconds }, context) {
    const agent = findActiveAgent(draft, agent_id);
    const task = find(draft, "tasks", task_id);
    findHeld(task, agent_id, lease_token);
    renewLease(task, context, ttl_seconds);
    markAlive(agent, undefined, context);
    return {
      title: `${agent.name} goes on with ${task_id}`,
      ids: { task_id, agent_id },
      reply: (after, at) => {
        const view = viewTask(after, task_id, at);
        return { task: view, lease: view.lease };
      },
    };
  },
});

const release = defineAction({
  name: "tasks/release",
  summary: "Give a task back before its lease ends; the CEO may take it from its holder.",
  body: Type.Object({
    task_id: id("The task."),
    agent_id: optionalName("Its holder; absent when the CEO takes it back."),
    lease_token: leaseToken,
    reason: requiredText("Why; kept in the activity."),
    source,
  }),
  kind: "task_updated",
  given: CLAIMED,
  examples: [
    { task_id: "T-208", agent_id: "codex", reason: "The design is not there yet." },
    { task_id: "T-208", reason: "Something else comes first." },
  ],
  actor: ({ agent_id }) => agent_id || CEO,
  reduce(draft, { task_id, agent_id, lease_token, reason }, context) {
    const author = agent_id || CEO;
    const task = find(draft, "tasks", task_id);
    if (author !== CEO) {
      findActiveAgent(draft, author);
      findHeld(task, author, lease_token);
    } else if (!task.lease) refuse("conflict", `nobody holds ${task_id}`);
    const holder = task.lease?.holder ?? author;
    takeBack(task, author, reason, context);
    putDown(draft, holder, task_id);
    return {
      title: `${nameTold(draft, author, context)} released ${task_id}`,
      details: reason,
      ids: { task_id, agent_id: holder },
      reply: (after, at) => ({ task: viewTask(after, task_id, at) }),
    };
  },
});

/** Tasks of one entry that loses leases. */
export const MAX_EXPIRED_AT_ONCE = 100;

const expire = defineAction({
  name: "system/expire",
  summary: "Take back the tasks whose leases have run out.",
  internal: true,
  body: Type.Object({
    max_expiries: Type.Integer({
      minimum: 1,
      description: "Lost leases after which a task waits for a human.",
    }),
    heard_from: Type.Optional(
      Type.Number({ description: "Since when agents could be heard, in milliseconds." }),
    ),
    task_ids: Type.Optional(
      Type.Array(id("A task."), {
        maxItems: MAX_EXPIRED_AT_ONCE,
        description: "These, as far as their leases have run out; all when absent.",
      }),
    ),
  }),
  kind: "task_updated",
  examples: [{ max_expiries: 3 }],
  actor: () => "system",
  reduce(draft, { max_expiries, heard_from, task_ids: named }, context) {
    const { before, relations, at } = context;
    const task_ids = named
      ? unique(named).filter((id) => hasExpired(get(before.tasks, id), at, heard_from, context))
      : inOrder(
          new Set(
            atOnce(expiredTasks(before, relations, at, heard_from, context)).map(({ id }) => id),
          ),
        );
    for (const task_id of task_ids) {
      const task = find(draft, "tasks", task_id);
      const holder = task.lease?.holder ?? "";
      const telling = isTelling(task, context);
      takeBack(task, "system", `the lease of ${nameTold(draft, holder, context)} ran out`, context);
      if (telling) task.lease_expiries += 1;
      if (task.lease_expiries >= max_expiries) waitForHuman(task, holder, context);
      putDown(draft, holder, task_id);
    }
    return {
      title: task_ids.length > 0 ? `${task_ids.join(", ")} taken back` : "No lease ran out",
      details: "the lease ran out",
      ids: { task_ids },
      reply: () => ({ task_ids }),
    };
  },
});

export const leaseActions = [claim, renew, release, expire] as const;
