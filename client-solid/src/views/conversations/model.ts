/**
 * Threads as the list shows them: who wrote last, what is unread. Neighbours: the views beside; the
 * marks of what was read are kept in the preferences. Invariant: pure; a message of one's own is read.
 */
import type { Message } from "../../../../core/state/conversations/thread.ts";
import type { WireState } from "../../../../core/state/state.ts";
import { compareIds } from "../../../../core/table.ts";

export interface ThreadRow {
  id: string;
  last: Message | null;
}

export interface Threads {
  /** The latest first. */
  rows: ThreadRow[];
  /** The ids of the messages of each thread, the oldest first. */
  messages: ReadonlyMap<string, readonly string[]>;
}

export type ReadMarks = Readonly<Record<string, number>>;

/** Messages count; so does what was read. */
export function numberOf(id: string): number {
  return Number(/\d+$/.exec(id)?.[0] ?? 0);
}

/** Everything of this thread up to this message is read. */
export function markRead(marks: ReadMarks, threadId: string, messageId: string): ReadMarks {
  const number = numberOf(messageId);
  return number > seenOf(marks, threadId) ? { ...marks, [threadId]: number } : marks;
}

function seenOf(marks: ReadMarks, threadId: string): number {
  return Math.max(marks[threadId] ?? 0, marks[""] ?? 0);
}

/** How many of these messages, oldest first, are by others and not read yet. */
export function unreadOf(
  messages: WireState["messages"],
  threadId: string,
  ids: readonly string[],
  marks: ReadMarks,
  self: string,
): number {
  const seen = seenOf(marks, threadId);
  let unread = 0;
  for (let at = ids.length - 1; at >= 0; at--) {
    const message = messages[ids[at] ?? ""];
    if (!message || numberOf(message.id) <= seen) break;
    if (message.sender !== self) unread++;
  }
  return unread;
}

/** All threads in one pass over the messages. */
export function threadsOf({ threads, messages }: Pick<WireState, "threads" | "messages">): Threads {
  const byThread = new Map<string, string[]>();
  for (const { id, thread_id } of Object.values(messages)) {
    const ids = byThread.get(thread_id);
    if (ids) ids.push(id);
    else byThread.set(thread_id, [id]);
  }
  for (const ids of byThread.values()) ids.sort(compareIds);
  const rows = Object.keys(threads).map((id): ThreadRow => {
    const ids = byThread.get(id) ?? [];
    return { id, last: messages[ids.at(-1) ?? ""] ?? null };
  });
  rows.sort((a, b) => {
    const [first, second] = [timeOf(a), timeOf(b)];
    return first === second
      ? compareIds(b.last?.id ?? b.id, a.last?.id ?? a.id)
      : first < second
        ? 1
        : -1;
  });
  return { rows, messages: byThread };

  function timeOf({ id, last }: ThreadRow): string {
    return last?.timestamp ?? threads[id]?.updated_at ?? "";
  }
}
