/**
 * Walking the exceptions by key: the next and the previous row, and the focus that stays in the list
 * when its row is settled. Neighbour: the dashboard binds the keys. Invariants: the focus is never lost; it goes to
 * another row by the person's own doing only, or a key would settle what they did not look at.
 */
import type { ExceptionBucket } from "../../../../core/state/tasks/views.ts";

export interface Rows {
  /** Moves the focus by so many rows, over all buckets; from outside, to the first. */
  step(by: 1 | -1): void;
  /** The exception that has the focus. */
  current(): { id: string; bucket: ExceptionBucket } | null;
  /** Notes where the focus is, for `restore`. */
  note(): void;
  /** The person settles the row that has the focus, or had it last. @returns takes it back */
  settle(): () => void;
  /**
   * After rows moved or went away, when the focus went with them: back to its row, where that is still there; to the
   * one in its place, where the person settled it; else to none of them, and the next step is to that one.
   */
  restore(): void;
}

export function createRows(container: () => HTMLElement): Rows {
  let at = -1;
  let key = "";
  const settled = new Set<string>();
  const links = () => [...container().querySelectorAll<HTMLElement>(".exception-link")];
  const keyOf = (link: Element | undefined) => {
    const bucket = link?.closest<HTMLElement>("[data-bucket]")?.dataset.bucket;
    return `${bucket} ${link?.closest<HTMLElement>("[data-exception]")?.dataset.exception}`;
  };
  const indexNow = () =>
    links().findIndex((link) => link.closest("li")?.contains(document.activeElement));
  return {
    step(by) {
      const all = links();
      const now = indexNow();
      const from = now < 0 ? Math.max(0, at) : now + by;
      all[Math.min(all.length - 1, Math.max(0, from))]?.focus();
    },
    current() {
      const row = document.activeElement?.closest<HTMLElement>("[data-exception]");
      const bucket = row?.closest<HTMLElement>("[data-bucket]")?.dataset.bucket;
      const id = row?.dataset.exception;
      return id && bucket ? { id, bucket: bucket as ExceptionBucket } : null;
    },
    note() {
      const now = indexNow();
      if (now >= 0) {
        at = now;
        key = keyOf(links()[now]);
      }
      // Elsewhere by the person's own will: nothing to give back.
      else if (document.activeElement !== document.body) at = -1;
    },
    settle() {
      const own = key;
      settled.add(own);
      return () => void settled.delete(own);
    },
    restore() {
      if (at < 0 || (document.activeElement && document.activeElement !== document.body)) return;
      const all = links();
      const same = all.find((link) => keyOf(link) === key);
      const own = settled.delete(key) ? all[Math.min(at, all.length - 1)] : undefined;
      (same ?? own ?? document.querySelector<HTMLElement>("main"))?.focus();
    },
  };
}
