/**
 * One change of many tasks, in one request, with one way back. Neighbours: `BulkBar`, `api.batch`.
 * Invariant: what was refused is said with the first reason; what went through stays.
 */
import type { Task } from "../../../core/state/tasks/task.ts";
import { usePage } from "../page.ts";
import { plural } from "../parts/words.ts";
import type { BatchAction } from "../sync/api.ts";
import { type TaskChange, undoOf } from "./undo.ts";

/** The most that one request takes. */
const MAX_ACTIONS = 500;

export function useBulk() {
  const { api, mirror, toasts } = usePage();

  async function send(actions: readonly BatchAction[], label: string) {
    const results = [];
    for (let at = 0; at < actions.length; at += MAX_ACTIONS) {
      results.push(...(await api.batch(actions.slice(at, at + MAX_ACTIONS), { label })));
    }
    return results;
  }

  function tell(results: Awaited<ReturnType<typeof send>>, done: string, undo: BatchAction[]) {
    const refused = results.filter((result) => !result.ok);
    const count = results.length - refused.length;
    if (count > 0) {
      const run = () => void send(undo, "Undo").then((back) => tell(back, "taken back", []));
      const action = undo.length > 0 ? { label: "Undo", run } : undefined;
      toasts.show("done", `${plural(count, "task")} ${done}.`, action);
    }
    const [first] = refused;
    if (first && !first.ok) {
      const others = refused.length > 1 ? ` (and ${refused.length - 1} more)` : "";
      toasts.show(
        "refused",
        `${plural(refused.length, "task")} refused: ${first.message}${others}`,
      );
    }
  }

  return {
    /** @param changeOf what becomes of each; null leaves it as it is */
    async update(ids: Iterable<string>, changeOf: (task: Task) => TaskChange | null) {
      const actions: BatchAction[] = [];
      const undos: (BatchAction | null)[] = [];
      for (const id of ids) {
        const task = mirror.wire.tasks[id];
        const change = task && changeOf(task);
        if (!change) continue;
        const back = undoOf(task, change);
        actions.push({ action: "tasks/update", body: { ...change, task_id: id } });
        undos.push(back && { action: "tasks/update", body: back });
      }
      const results = await send(actions, `Change ${plural(actions.length, "task")}`);
      tell(
        results,
        "changed",
        undos.filter((undo, at): undo is BatchAction => undo !== null && !!results[at]?.ok),
      );
    },
    async remove(ids: readonly string[]) {
      const actions = ids.map((task_id) => ({
        action: "tasks/delete" as const,
        body: { task_id },
      }));
      tell(await send(actions, `Delete ${plural(ids.length, "task")}`), "deleted", []);
    },
  };
}
