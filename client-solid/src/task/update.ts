/**
 * How a view changes one task: decided on what was shown where the change lets something through (`decide.ts`), with
 * its way back. Neighbours: panel, board, dashboard, approvals and calendar change tasks by it, `bulk.ts` many at once.
 * Invariant: the way back lets nothing through but what the change itself was answered with.
 */
import type { ReplyOf } from "../../../core/registry.ts";
import type { Task } from "../../../core/state/tasks/task.ts";
import { usePage } from "../page.ts";
import { type UndoBy, useAct } from "../parts/act.ts";
import { type Decided, useDecide } from "./decide.ts";
import { isDecision, seenOf } from "./seen.ts";
import { type TaskChange, undoOf } from "./undo.ts";

export function useUpdate() {
  const { mirror, toasts } = usePage();
  const { act, busy } = useAct();
  const decision = useDecide();

  /** @returns whether it went through */
  async function update(
    id: string,
    change: TaskChange,
    told: Omit<Decided, "undo">,
  ): Promise<boolean> {
    const task = mirror.wire.tasks[id];
    const back = task && undoOf(task, change);
    const undo: UndoBy<ReplyOf<"tasks/update">> = (reply) =>
      back ? () => void takeBack(reply.task as Task, back) : null;
    return put(task, id, change, { ...told, undo });
  }

  async function takeBack(answered: Task, back: TaskChange): Promise<void> {
    await put(answered, answered.id, back, { label: `Undo ${answered.id}` });
  }

  /** @param shown the task as the person goes by it */
  async function put(
    shown: Task | undefined,
    id: string,
    change: TaskChange,
    told: Decided,
  ): Promise<boolean> {
    const now = mirror.wire.tasks[id];
    if (shown && (isDecision(shown, change) || (now && isDecision(now, change))))
      return decision.decide(seenOf(shown, change), change, told);
    const { label, done, undo } = told;
    const refused = ({ message }: { message: string }) =>
      told.refused ? told.refused(message, null) : toasts.show("refused", message);
    const reply = await act(
      "tasks/update",
      { ...change, task_id: id },
      { label, refused, ...(done && { done }), ...(undo && { undo }) },
    );
    return reply !== null;
  }

  return { update, unread: decision.unread, busy: () => busy() || decision.busy() };
}
