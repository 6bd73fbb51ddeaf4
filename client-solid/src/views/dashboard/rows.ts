/**
 * Walking the exceptions by key: the next and the previous row, and the focus that stays in the list
 * when its row is settled. Neighbour: the dashboard binds the keys. Invariant: the focus is never lost.
 */
import type { ExceptionBucket } from "../../../../core/state/tasks/views.ts";

export interface Rows {
  /** Moves the focus by so many rows, over all buckets; from outside, to the first. */
  step(by: 1 | -1): void;
  /** The exception that has the focus. */
  current(): { id: string; bucket: ExceptionBucket } | null;
  /** Notes where the focus is, for `restore`. */
  note(): void;
  /** After rows went away: when the focus went with them, to the one in their place. */
  restore(): void;
}

export function createRows(container: () => HTMLElement): Rows {
  let at = -1;
  const links = () => [...container().querySelectorAll<HTMLElement>(".exception-link")];
  const indexNow = () =>
    links().findIndex((link) => link.closest("li")?.contains(document.activeElement));
  return {
    step(by) {
      const all = links();
      const now = indexNow();
      const next = now < 0 ? 0 : Math.min(all.length - 1, Math.max(0, now + by));
      all[next]?.focus();
    },
    current() {
      const row = document.activeElement?.closest<HTMLElement>("[data-exception]");
      const bucket = row?.closest<HTMLElement>("[data-bucket]")?.dataset.bucket;
      const id = row?.dataset.exception;
      return id && bucket ? { id, bucket: bucket as ExceptionBucket } : null;
    },
    note() {
      const now = indexNow();
      if (now >= 0) at = now;
      // Elsewhere by the person's own will: nothing to give back.
      else if (document.activeElement !== document.body) at = -1;
    },
    restore() {
      if (at < 0 || (document.activeElement && document.activeElement !== document.body)) return;
      const all = links();
      (all[Math.min(at, all.length - 1)] ?? document.querySelector<HTMLElement>("main"))?.focus();
    },
  };
}
