/**
 * Where a card may go, said in words before it is let go. Neighbours: the board while a card is held,
 * the table of moves in the core. Invariant: pure; refuses nothing that the server would accept.
 */
import { nameOf } from "../../../../core/state/lookup.ts";
import type { State } from "../../../../core/state/state.ts";
import {
  TASK_STATUSES,
  type Task,
  type TaskStatus,
  TRANSITIONS,
} from "../../../../core/state/tasks/task.ts";
import { blockersOf } from "../../../../core/state/tasks/views.ts";

const NAMES: Record<TaskStatus, string> = {
  backlog: "Backlog",
  ready: "Ready",
  in_progress: "In progress",
  validation: "Validation",
  done: "Done",
};

export interface Verdict {
  allowed: boolean;
  /** Why not, or what to know before it is done; "" when there is nothing to say. */
  text: string;
}

/** What would come of moving the task there. */
export function toVerdict(state: State, task: Task, to: TaskStatus): Verdict {
  const { status: from, id, lease } = task;
  if (to === from) return { allowed: true, text: "" };
  if (!TRANSITIONS[from].includes(to)) {
    const ways = TRANSITIONS[from].map((status) => NAMES[status]).join(" or ");
    return { allowed: false, text: `From ${NAMES[from]} a task goes to ${ways}.` };
  }
  const notes: string[] = [];
  if (to === "in_progress" && task.blocked) {
    notes.push(`It is blocked: ${task.blockers.join("; ") || "no reason given"}.`);
  }
  const open = to === "in_progress" || to === "done" ? blockersOf(state, task) : [];
  if (open.length > 0) notes.push(`${id} still waits for ${open.join(", ")}.`);
  if (lease) notes.push(`${nameOf(state, lease.holder)} is working on it; the move ends that.`);
  return { allowed: true, text: notes.join(" ") };
}

/** The column beside this one; the same at the edge. */
export function columnBeside(status: TaskStatus, by: -1 | 1): TaskStatus {
  const at = TASK_STATUSES.indexOf(status) + by;
  return TASK_STATUSES[at] ?? status;
}
