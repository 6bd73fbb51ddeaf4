/**
 * Searches of the archive: each may cost the journal many looks, so only a few are under way, a few more
 * wait, and the rest is told to come again. Neighbours: `engine.ts` gives readers this instead of the
 * journal. Invariants: a place is freed when its search ends, however it ends; who is gone waits no more.
 */
import { Refusal, refuse, rejection } from "./errors.ts";
import type { ArchiveReader } from "./state/archive/archive.ts";

const UNDER_WAY = 2;
/** At the longest search each, of a large archive, that is a few seconds. */
const WAITING = 16;

const BUSY = "too many searches of the archive are under way; try again in a moment";
const GONE = "the caller is gone";

export function createSearches(archive: ArchiveReader): ArchiveReader {
  let underWay = 0;
  /** In the order in which they came. */
  const waiting = new Set<() => void>();

  function untilDue(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = () => {
        waiting.delete(start);
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        waiting.delete(start);
        signal?.removeEventListener("abort", leave);
        reject(new Refusal(rejection("unavailable", GONE)));
      };
      waiting.add(start);
      signal?.addEventListener("abort", leave);
    });
  }

  return {
    findArchived: (kind, ids, what) => archive.findArchived(kind, ids, what),
    async listArchived(query, signal) {
      if (signal?.aborted) refuse("unavailable", GONE);
      if (underWay < UNDER_WAY) underWay++;
      else if (waiting.size < WAITING) await untilDue(signal);
      else refuse("unavailable", BUSY);
      try {
        return await archive.listArchived(query, signal);
      } finally {
        const [next] = waiting;
        // The place is handed on, not freed: nobody who comes meanwhile is before who waits.
        if (next) next();
        else underWay--;
      }
    },
  };
}
