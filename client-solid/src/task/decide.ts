/**
 * A decision about a task, sent with the version that was shown: what is approved is what one saw, also where the
 * decision waited for the network. Neighbours: `update.ts` decides where a change of a task is one, `bulk.ts` for many;
 * `seen.ts` has the words. Invariant: what was changed meanwhile, or this moment, is not decided, and the person is
 * told by what; what a decision is not about holds it up for a few tries only.
 */
import { createSignal } from "solid-js";
import type { ReplyOf } from "../../../core/registry.ts";
import type { Task } from "../../../core/state/tasks/task.ts";
import { usePage } from "../page.ts";
import { type Told, useAct } from "../parts/act.ts";
import type { ApiResult } from "../sync/api.ts";
import { isAsSeen, type Seen, whatChanged } from "./seen.ts";
import type { TaskChange } from "./undo.ts";

export interface Decided extends Pick<Told<ReplyOf<"tasks/update">>, "undo"> {
  /** What it is, while it waits: `Approve T-203`. */
  label: string;
  done?: string;
  /** Says the no; a toast where it is absent. @param seen what was decided on, where that was changed meanwhile */
  refused?(message: string, seen: Seen | null): void;
}

type No = Extract<ApiResult<object>, { ok: false }>;

/** So often a decision is sent again where only what it is not about was changed. */
export const MAX_AGAIN = 3;

/** The task as it is by now, where a decision may be sent again on it: of what was seen nothing is another. */
export function againOn(seen: Seen, { code, current }: No): Task | null {
  const task = current as Task | undefined;
  return code === "stale" && isAsSeen(seen, task) ? task : null;
}

/** Waits for the person's own writes on a task: until they are in it, its version is foretold; `busy` meanwhile. */
export function useAnswered() {
  const { api, mirror } = usePage();
  const isOpen = (id: string) =>
    api.writes.isPending("tasks", id) || mirror.effects.isForetold("tasks", id);
  const [waiting, setWaiting] = createSignal(0);
  return {
    isOpen,
    busy: () => waiting() > 0,
    until(id: string) {
      setWaiting((count) => count + 1);
      return new Promise<void>((resolve) => {
        const look = () => {
          if (isOpen(id)) return;
          end();
          resolve();
        };
        const end = mirror.onChange(look);
        look();
      }).finally(() => setWaiting((count) => count - 1));
    },
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
    let now: Task | undefined = mirror.wire.tasks[id];
    if (!isAsSeen(seen, now)) {
      say(whatChanged(seen, now), seen);
      return false;
    }
    for (let again = 0; ; again++) {
      let no: No | null = null;
      const reply = await act(
        "tasks/update",
        { ...change, task_id: id, expected_version: now.version },
        {
          label,
          ...(done && { done }),
          ...(undo && { undo }),
          refused(said) {
            no = said;
          },
        },
      );
      if (reply) return true;
      const said = no as No | null;
      now = (again < MAX_AGAIN && said && againOn(seen, said)) || undefined;
      if (now) continue;
      const current = (said?.current as Task | undefined) ?? mirror.wire.tasks[id];
      if (said?.code === "stale") say(whatChanged(seen, current), seen);
      else say(said?.message ?? "refused", null);
      return false;
    }
  }
  return { decide, unread, busy: () => busy() || answered.busy() };
}
