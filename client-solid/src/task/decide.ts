/**
 * A decision about a task, sent with the version that was shown: what is approved is what one saw, also where the
 * decision waited for the network. Neighbours: approvals, remedies, moves and the panel decide; `seen.ts` has the words.
 * Invariant: what was changed meanwhile, or this moment, is not decided, and the person is told by what.
 */
import type { Task } from "../../../core/state/tasks/task.ts";
import { usePage } from "../page.ts";
import { type Told, useAct } from "../parts/act.ts";
import { changedSince, type Seen, whatChanged } from "./seen.ts";
import type { TaskChange } from "./undo.ts";

export interface Decided extends Pick<Told<object>, "undo"> {
  /** What it is, while it waits: `Approve T-203`. */
  label: string;
  done: string;
  /** Says the no; a toast where it is absent. @param seen what was decided on, where that was changed meanwhile */
  refused?(message: string, seen: Seen | null): void;
}

/** Waits for the person's own writes on a task: until they are in it, its version is foretold. */
export function useAnswered() {
  const { api, mirror } = usePage();
  const isOpen = (id: string) =>
    api.writes.isPending("tasks", id) || mirror.effects.isForetold("tasks", id);
  return {
    isOpen,
    until: (id: string) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (isOpen(id)) return;
          end();
          resolve();
        };
        const end = mirror.onChange(look);
        look();
      }),
  };
}

export function useDecide() {
  const { mirror, toasts, fresh } = usePage();
  const answered = useAnswered();
  const { act, busy } = useAct();

  /** Whether others changed it this moment, which is said: it was not looked at as it is. */
  function unread(
    seen: Seen,
    say: (message: string) => void = (message) => toasts.show("refused", message),
  ): boolean {
    const parts = fresh.partsOf(seen.id);
    if (parts.length > 0) say(whatChanged(seen, mirror.wire.tasks[seen.id], parts));
    return parts.length > 0;
  }

  /** @returns whether it went through */
  async function decide(
    seen: Seen,
    change: TaskChange,
    { label, done, undo, refused }: Decided,
  ): Promise<boolean> {
    const { id } = seen;
    const say = (message: string, meant: Seen | null) =>
      refused ? refused(message, meant) : toasts.show("refused", message);
    if (unread(seen, (message) => say(message, null))) return false;
    if (answered.isOpen(id)) await answered.until(id);
    const now = mirror.wire.tasks[id];
    if (!now || now.status !== seen.status || changedSince(seen, now).length > 0) {
      say(whatChanged(seen, now), seen);
      return false;
    }
    const reply = await act(
      "tasks/update",
      { ...change, task_id: id, expected_version: now.version },
      {
        label,
        done,
        ...(undo && { undo }),
        refused: ({ code, message }) =>
          code === "stale"
            ? say(whatChanged(seen, mirror.wire.tasks[id]), seen)
            : say(message, null),
      },
    );
    return reply !== null;
  }
  return { decide, unread, busy };
}

/** Whether a change decides about the task: it leaves the place where it waits for approval. */
export function isDecision({ status }: Task, change: TaskChange): boolean {
  return status === "validation" && change.status !== undefined && change.status !== status;
}
