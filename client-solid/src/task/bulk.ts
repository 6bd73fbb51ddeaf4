/**
 * One change of many tasks, in one request, with one way back. Neighbours: `BulkBar`, `api.batch`.
 * Invariant: what was refused is said with the first reason; what went through stays; what was changed meanwhile is not decided.
 */
import type { Task } from "../../../core/state/tasks/task.ts";
import { usePage } from "../page.ts";
import { plural } from "../parts/words.ts";
import type { BatchAction } from "../sync/api.ts";
import { isDecision, useAnswered } from "./decide.ts";
import { changedSince, type Seen, seenOf, whatChanged } from "./seen.ts";
import { type TaskChange, undoOf } from "./undo.ts";

/** The most that one request takes. */
const MAX_ACTIONS = 500;

export function useBulk() {
  const { api, mirror, toasts, fresh } = usePage();
  const answered = useAnswered();

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

  /** As they are shown, once the person's own writes are in them: until then their versions are foretold. */
  async function untilAnswered(ids: readonly string[]): Promise<void> {
    const open = ids.filter(answered.isOpen);
    if (open.length > 0) await Promise.all(open.map(answered.until));
  }

  return {
    /** @param changeOf what becomes of each; null leaves it as it is */
    async update(ids: readonly string[], changeOf: (task: Task) => TaskChange | null) {
      const decided = new Map<string, Seen>();
      const unread = new Set<string>();
      for (const id of ids) {
        const task = mirror.wire.tasks[id];
        const change = task && changeOf(task);
        if (!change || !isDecision(task, change)) continue;
        const seen = seenOf(task);
        const parts = fresh.partsOf(id);
        if (parts.length > 0) {
          unread.add(id);
          toasts.show("refused", whatChanged(seen, task, parts));
        } else decided.set(id, seen);
      }
      if (decided.size > 0) await untilAnswered([...decided.keys()]);
      const actions: BatchAction[] = [];
      const changed: string[] = [];
      const undos: (BatchAction | null)[] = [];
      for (const id of ids) {
        const task = mirror.wire.tasks[id];
        const change = task && changeOf(task);
        if (!change || unread.has(id)) continue;
        const seen = decided.get(id);
        if (seen && (task.status !== seen.status || changedSince(seen, task).length > 0)) {
          toasts.show("refused", whatChanged(seen, task));
          continue;
        }
        changed.push(id);
        const back = undoOf(task, change);
        const version = seen && { expected_version: task.version };
        actions.push({ action: "tasks/update", body: { ...change, ...version, task_id: id } });
        undos.push(back && { action: "tasks/update", body: back });
      }
      const sent = await send(actions, `Change ${plural(actions.length, "task")}`);
      const results = sent.map((result, at) => {
        const seen = decided.get(changed[at] ?? "");
        if (result.ok || result.code !== "stale" || !seen) return result;
        return { ...result, message: whatChanged(seen, mirror.wire.tasks[seen.id]) };
      });
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
