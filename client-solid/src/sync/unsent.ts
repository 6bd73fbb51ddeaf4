/**
 * Writes that have no answer yet, kept for this tab over a reload. Neighbour: `write-queue.ts`.
 * Invariant: the token is not among what is kept; what is not a list of writes is not taken for one.
 */
import type { Write } from "./write.ts";

export type UnsentStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const STORED_AS = "clawtasker-unsent";

export function keepUnsent(storage: UnsentStorage | null, writes: readonly Write[]): void {
  try {
    if (writes.length === 0) storage?.removeItem(STORED_AS);
    else storage?.setItem(STORED_AS, JSON.stringify(writes));
  } catch {
    // Storage is full or forbidden: the writes last as long as the page.
  }
}

export function recallUnsent(storage: UnsentStorage | null): Write[] {
  try {
    const kept: unknown = JSON.parse(storage?.getItem(STORED_AS) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isWrite) : [];
  } catch {
    return [];
  }
}

function isWrite(kept: unknown): kept is Write {
  const { key, asks } = (kept ?? {}) as Partial<Write>;
  return typeof key === "string" && Array.isArray(asks) && asks.length > 0;
}
