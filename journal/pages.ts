/**
 * How many entries are taken at once: by what they hold, for one may be as large as a batch. Neighbours: the
 * store, and all who walk along the entries. Invariant: a page has one entry at least, where there is one.
 */
import type Database from "libsql";

/** What is looked at in one go, in bytes. */
const PAGE_BYTES = 4 * 1024 * 1024;

/** @returns how many of the entries after one have so many bytes together; their texts are not read for it */
export function createPager(
  db: Database.Database,
): (after: number, limit: number, most?: number) => number {
  // The size stands in the row's head: what comes after it stays where it is.
  const select = db.prepare(
    "SELECT octet_length(json) AS size FROM entries WHERE seq > ? ORDER BY seq LIMIT ?",
  );
  return (after, limit, most = PAGE_BYTES) => {
    let left = most;
    let count = 0;
    for (const { size } of select.all(after, limit) as { size: number }[]) {
      left -= size;
      if (left < 0 && count > 0) break;
      count++;
    }
    return count;
  };
}
