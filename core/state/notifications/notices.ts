/**
 * What follows from a change for the CEO: a notification is raised when a cause begins and closed
 * when it ends (routes.md, Notifications). Runs after every action on the records it touched, so no
 * reducer has to think of it. Neighbour: `reduce.ts`.
 * Invariant: at most one active notification for each cause.
 */
import type { Draft } from "immer";
import type { Context } from "../../action.ts";
import type { Touched } from "../../patch.ts";
import type { Relations } from "../../relations.ts";
import { get, list, put, remove, values } from "../../table.ts";
import { endOfDate } from "../../time.ts";
import { MAX_OPEN_TASKS } from "../agents/agent.ts";
import { numberIn, type State, takeId } from "../state.ts";
import { isOpen, type Task } from "../tasks/task.ts";
import { whyHuman } from "../tasks/views.ts";
import type { Notification } from "./notification.ts";

type Cause = Omit<Notification, "id" | "timestamp" | "dismissed" | "active">;
type Notice = { raise: Cause } | { close: string } | { hand: string; to: string | null };

/** Closed and dismissed notifications kept for history. */
const MAX_HISTORY = 500;
/** Of the reason that is told, which is in full with what it is about. */
const MAX_DETAIL = 2_000;

/** The causes that hold for a task; `null` for one that does not exist. */
function taskCauses(task: Task | undefined, at: number): Cause[] {
  if (!task || !isOpen(task)) return [];
  const subject = { task_id: task.id, agent_id: task.owner, mission_id: null };
  const causes: Cause[] = [];
  if (task.blocked) {
    const detail = shorten(task.blockers.join("; ")) || "No reason was given.";
    causes.push({ kind: "task_blocked", title: `${task.id} is blocked`, detail, ...subject });
  }
  if (task.status === "validation") {
    const detail = task.title;
    causes.push({
      kind: "approval_needed",
      title: `${task.id} waits for approval`,
      detail,
      ...subject,
    });
  }
  if (task.due_date && endOfDate(task.due_date) <= at) {
    const detail = `It was due on ${task.due_date}.`;
    causes.push({ kind: "task_overdue", title: `${task.id} is overdue`, detail, ...subject });
  }
  if (task.needs_human) {
    const detail = `It ${whyHuman(task)}; it is not handed out until that is settled.`;
    causes.push({ kind: "needs_human", title: `${task.id} needs a human`, detail, ...subject });
  } else if (task.lease_expiries > 0 && task.status === "ready") {
    const detail = "Its holder was not heard of in time; it is ready for another agent.";
    causes.push({ kind: "lease_lost", title: `${task.id} was taken back`, detail, ...subject });
  }
  return causes;
}

function shorten(text: string): string {
  return text.length > MAX_DETAIL ? `${text.slice(0, MAX_DETAIL - 1)}…` : text;
}

const TASK_KINDS = [
  "task_blocked",
  "approval_needed",
  "task_overdue",
  "lease_lost",
  "needs_human",
] as const;

/** What an action changed, and which tasks to look at beside those it touched. */
interface Change {
  before: State;
  after: State;
  touched: Touched;
  revisit: readonly string[];
}

/**
 * What to raise and what to close, given what an action changed.
 * @param relations as of before the action
 * @param at milliseconds; decides what is overdue
 */
export function noticesAfter(
  { before, after, touched, revisit }: Change,
  relations: Relations,
  at: number,
): Notice[] {
  const notices: Notice[] = [];
  const replaced = touched.get("notifications") === "all";

  function settle(cause: string, now: Cause | undefined): void {
    const active = replaced ? undefined : relations.activeNotification(cause);
    // One that this very action removed is not to be closed again.
    const standing = active !== undefined && get(after.notifications, active)?.active === true;
    if (now && !standing) notices.push({ raise: now });
    if (!now && standing) notices.push({ close: active });
    // The same cause, now somebody else's: it must not go on naming who left.
    const named = standing ? get(after.notifications, active)?.agent_id : undefined;
    if (now && standing && named !== now.agent_id) notices.push({ hand: active, to: now.agent_id });
  }

  const idsOf = (table: "tasks" | "agents" | "missions"): Iterable<string> => {
    const ids = touched.get(table) ?? [];
    return ids === "all" ? list<{ id: string }>(after[table]).map(({ id }) => id) : ids;
  };

  const owners = new Set<string>();
  const opened = new Map<string, number>();
  for (const id of new Set([...idsOf("tasks"), ...revisit])) {
    const old = get(before.tasks, id);
    const now = get(after.tasks, id);
    const causes = taskCauses(now, at);
    for (const kind of TASK_KINDS) {
      settle(
        `${kind}:${id}`,
        causes.find((cause) => cause.kind === kind),
      );
    }
    for (const [task, step] of [
      [old, -1],
      [now, 1],
    ] as const) {
      if (!task?.owner || !isOpen(task)) continue;
      owners.add(task.owner);
      opened.set(task.owner, (opened.get(task.owner) ?? 0) + step);
    }
  }

  const allTasks = touched.get("tasks") === "all" ? openCounts(after) : null;
  for (const id of idsOf("agents")) owners.add(id);
  for (const id of owners) {
    const agent = get(after.agents, id);
    const open = allTasks
      ? (allTasks.get(id) ?? 0)
      : relations.tasks("open", id).size + (opened.get(id) ?? 0);
    const subject = { task_id: null, agent_id: id, mission_id: null };
    settle(
      `agent_overloaded:${id}`,
      agent && agent.standing === "active" && open > MAX_OPEN_TASKS
        ? {
            kind: "agent_overloaded",
            title: `${agent.name} is overloaded`,
            detail: `More than ${MAX_OPEN_TASKS} open tasks.`,
            ...subject,
          }
        : undefined,
    );
    settle(
      `agent_silent:${id}`,
      agent && agent.standing === "active" && agent.silent
        ? {
            kind: "agent_silent",
            title: `${agent.name} fell silent`,
            detail: `Last heartbeat: ${agent.last_heartbeat ?? "never"}.`,
            ...subject,
          }
        : undefined,
    );
  }

  for (const id of idsOf("missions")) {
    const mission = get(after.missions, id);
    settle(
      `mission_blocked:${id}`,
      mission?.status === "blocked"
        ? {
            kind: "mission_blocked",
            title: `${mission.title} is blocked`,
            detail: shorten(mission.risks[0] ?? mission.objective),
            task_id: null,
            agent_id: mission.owner,
            mission_id: id,
          }
        : undefined,
    );
  }
  return notices;
}

function openCounts(state: State): Map<string, number> {
  const counts = new Map<string, number>();
  for (const task of values(state.tasks)) {
    if (task.owner && isOpen(task)) counts.set(task.owner, (counts.get(task.owner) ?? 0) + 1);
  }
  return counts;
}

/** Its place in the history went by while it lasted. */
function isPast({ counters }: State, id: string): boolean {
  return numberIn("notification", id) <= counters.notification - MAX_HISTORY;
}

/** Writes what `noticesAfter` found, and drops the oldest history beyond its bound. */
export function writeNotices(
  draft: Draft<State>,
  notices: readonly Notice[],
  context: Pick<Context, "time" | "rules">,
): void {
  for (const notice of notices) {
    if ("close" in notice) {
      const notification = get(draft.notifications, notice.close);
      if (notification && isPast(draft, notice.close)) remove(draft.notifications, notice.close);
      else if (notification) {
        notification.active = false;
        notification.dismissed = true;
      }
    } else if ("hand" in notice) {
      const notification = get(draft.notifications, notice.hand);
      if (notification) notification.agent_id = notice.to;
    } else {
      const id = takeId(draft, "notification", context);
      const record: Notification = {
        id,
        ...notice.raise,
        timestamp: context.time,
        dismissed: false,
        active: true,
      };
      put(draft.notifications, id, record);
      const oldest = `N-${String(draft.counters.notification - MAX_HISTORY).padStart(3, "0")}`;
      if (get(draft.notifications, oldest)?.active === false) remove(draft.notifications, oldest);
    }
  }
}
