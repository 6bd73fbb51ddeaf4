/**
 * What ties a task to others: links, and all that names it, which goes with it. Neighbours: the actions that link and
 * delete. Invariant: a link has its counterpart, and nothing names a task that is gone.
 */
import type { Context } from "../../action.ts";
import { refuse } from "../../errors.ts";
import { inOrder } from "../../relations.ts";
import { get, remove, values } from "../../table.ts";
import { revise, touch } from "../lookup.ts";
import { restOf, shareOf } from "../shares.ts";
import type { State } from "../state.ts";
import { recordActivity } from "./activity.ts";
import { isNamed } from "./naming.ts";
import { SYMMETRIC_LINKS, type Task } from "./task.ts";

/** Of one task. */
export const MAX_LINKS = 200;

/** Removes the task and every trace of it in other records. */
export function removeTask(state: State, task: Task, context: Context): void {
  for (const dependent of inOrder(context.relations.tasks("dependents", task.id))) {
    const other = get(state.tasks, dependent);
    if (!other) continue;
    other.depends_on = other.depends_on.filter((id) => id !== task.id);
    revise(other, context);
  }
  for (const { target_id } of task.links) {
    const other = get(state.tasks, target_id);
    if (!other) continue;
    other.links = other.links.filter((link) => link.target_id !== task.id);
    revise(other, context);
  }
  for (const { id, current_task_id } of values(context.before.agents)) {
    const agent = current_task_id === task.id ? get(state.agents, id) : undefined;
    if (agent) agent.current_task_id = null;
  }
  remove(state.tasks, task.id);
}

/** Adds the link and its counterpart. */
export function linkTasks(
  source: Task,
  target: Task,
  type: keyof typeof SYMMETRIC_LINKS,
  author: string,
  context: Context,
): void {
  const back = SYMMETRIC_LINKS[type];
  for (const [task, other, linkType] of [
    [source, target, type],
    [target, source, back],
  ] as const) {
    const known = task.links.some(
      (link) => link.target_id === other.id && link.link_type === linkType,
    );
    const isIn = isNamed(task, context.actor);
    const most = shareOf(MAX_LINKS, context, isIn);
    if (!known && task.links.length >= most) {
      const rest = restOf(MAX_LINKS, context, isIn);
      refuse("conflict", `${task.id} has ${most} links${rest}; group what it is linked to`);
    }
    if (!known) task.links.push({ link_type: linkType, target_id: other.id });
    recordActivity(
      task,
      { author, action: "linked", field: linkType, from: null, to: other.id },
      context,
    );
    touch(task, context);
  }
}
