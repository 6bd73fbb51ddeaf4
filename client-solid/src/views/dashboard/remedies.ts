/**
 * What can be done about an exception: its name, its key, and the write behind it where it takes no
 * words. Neighbours: `ExceptionRow` shows the buttons, `Dashboard` binds the keys, `RemedyDialog` asks
 * for the rest. Invariant: the first of a bucket is what one most likely wants.
 */
import CalendarClock from "lucide-solid/icons/calendar-clock";
import Check from "lucide-solid/icons/check";
import LockOpen from "lucide-solid/icons/lock-open";
import MessageSquare from "lucide-solid/icons/message-square";
import Undo2 from "lucide-solid/icons/undo-2";
import UserRoundCog from "lucide-solid/icons/user-round-cog";
import type { Task } from "../../../../core/state/tasks/task.ts";
import type { ExceptionBucket } from "../../../../core/state/tasks/views.ts";
import type { Icon } from "../../parts/Button.tsx";
import type { useUpdate } from "../../task/update.ts";

export type RemedyName = "unblock" | "approve" | "return" | "message" | "reassign" | "due";

export const REMEDIES: Record<RemedyName, { name: string; keys: string; icon: Icon }> = {
  unblock: { name: "Unblock", keys: "u", icon: LockOpen },
  approve: { name: "Approve", keys: "a", icon: Check },
  return: { name: "Return", keys: "r", icon: Undo2 },
  message: { name: "Message the owner", keys: "m", icon: MessageSquare },
  reassign: { name: "Reassign", keys: "o", icon: UserRoundCog },
  due: { name: "Move the due date", keys: "d", icon: CalendarClock },
};

/** What the button in the row says, where the whole name would not fit. */
export const SHORT: Partial<Record<RemedyName, string>> = { message: "Nudge", due: "Move date" };

/** What is done about the task itself, not said about it. */
export const DECIDES: ReadonlySet<RemedyName> = new Set(["unblock", "approve", "return"]);

export const REMEDIES_OF: Record<ExceptionBucket, readonly RemedyName[]> = {
  blocked: ["unblock", "message", "reassign", "due"],
  needs_approval: ["approve", "return", "message"],
  stale: ["message", "reassign", "due"],
  overdue: ["due", "message", "reassign"],
};

type Update = ReturnType<typeof useUpdate>["update"];

/** Does what needs no words, with its way back: whether it went through; null when it needs some. */
export function remedyAtOnce(
  name: RemedyName,
  task: Task,
  update: Update,
): Promise<boolean> | null {
  const { id, blocked, needs_human } = task;
  if (name === "approve") {
    return update(id, { status: "done" }, { label: `Approve ${id}`, done: `${id} approved` });
  }
  if (name !== "unblock") return null;
  const change = {
    ...(blocked && { blockers: [] }),
    ...(needs_human && { needs_human: false }),
  };
  return update(id, change, { label: `Unblock ${id}`, done: `${id} unblocked` });
}
