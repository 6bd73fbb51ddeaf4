/**
 * Searches of the archive: each may cost the journal many looks, so only a few are under way, a few more
 * wait, and the rest is told to come again. Neighbours: `engine.ts` gives readers this instead of the
 * journal, `places.ts` shares the places out. Invariants: a place is freed when its search ends, however it ends;
 * who is gone waits no more; whoever has fewer under way comes first.
 */
import { Refusal, refuse, rejection } from "./errors.ts";
import { createPlaces } from "./places.ts";
import type { ArchiveReader } from "./state/archive/archive.ts";

const UNDER_WAY = 2;
/** At the longest search each, of a large archive, that is a few seconds. */
const WAITING = 16;

const BUSY = "too many searches of the archive are under way; try again in a moment";
const GONE = "the caller is gone";

interface Waiting {
  who: string;
  start(): void;
  refuse(why: string): void;
}

/** @returns the archive for somebody, whose searches are told from others' */
export function createSearches(archive: ArchiveReader): (who: string) => ArchiveReader {
  /** Of each who has any. */
  const underWay = new Map<string, number>();
  /** In the order in which they came. */
  const waiting = new Set<Waiting>();
  const places = createPlaces<Waiting>();
  let count = 0;

  function begin(who: string): void {
    count++;
    underWay.set(who, (underWay.get(who) ?? 0) + 1);
  }

  function end(who: string): void {
    count--;
    const left = (underWay.get(who) ?? 0) - 1;
    if (left > 0) underWay.set(who, left);
    else underWay.delete(who);
    let next: Waiting | undefined;
    for (const one of waiting) {
      const fewest = next ? (underWay.get(next.who) ?? 0) : Number.POSITIVE_INFINITY;
      if ((underWay.get(one.who) ?? 0) < fewest) next = one;
    }
    next?.start();
  }

  function untilDue(who: string, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        waiting.delete(mine);
        places.leave(mine);
        signal?.removeEventListener("abort", gone);
      };
      const mine: Waiting = {
        who,
        start() {
          leave();
          // Here: nobody who comes meanwhile is before who waits.
          begin(who);
          resolve();
        },
        refuse(why) {
          leave();
          reject(new Refusal(rejection("unavailable", why)));
        },
      };
      const gone = () => mine.refuse(GONE);
      waiting.add(mine);
      places.add(who, mine);
      signal?.addEventListener("abort", gone);
    });
  }

  return (who) => ({
    findArchived: (kind, ids, what) => archive.findArchived(kind, ids, what),
    async listArchived(query, signal) {
      if (signal?.aborted) refuse("unavailable", GONE);
      if (count < UNDER_WAY) begin(who);
      else {
        if (places.size() >= WAITING)
          (places.takeFor(who) ?? refuse("unavailable", BUSY)).refuse(BUSY);
        await untilDue(who, signal);
      }
      try {
        return await archive.listArchived(query, signal);
      } finally {
        end(who);
      }
    },
  });
}
