/**
 * The archive that the entries lead to, held against the rows that are there. Neighbours: `verify.ts`
 * feeds it entry by entry, `archive.ts` wrote the rows. Invariant: rows of entries that are gone are
 * taken as they stand, but for their number, which a snapshot knows.
 */
import { createHash } from "node:crypto";
import type Database from "libsql";
import type { ArchiveChange, ArchiveKind, ArchiveRow } from "../core/index.ts";
import { rowsAsOf } from "./archive.ts";

export interface ArchiveLedger {
  apply(seq: number, change: ArchiveChange): void;
  /** Tells what the table has otherwise, as of the last entry. */
  compare(head: number, floor: number): void;
}

interface Line {
  kind: ArchiveKind;
  id: string;
  seq: number;
  /** The entry that took it. */
  taken: number | null;
  /** Null where the entry that wrote it is gone. */
  digest: string | null;
}

/**
 * @param from the entry after which all are applied
 * @param counts how many archived records the state of that entry counts
 */
export function createArchiveLedger(
  db: Database.Database,
  from: number,
  counts: Readonly<Record<ArchiveKind, number>>,
  tell: (problem: string) => void,
): ArchiveLedger {
  const lines = new Map<string, Line>();
  /** What is in the archive, by the id. */
  const present = new Map<string, Line>();
  const add = (line: Line) => {
    lines.set(nameOf(line), line);
    if (line.taken === null) present.set(line.id, line);
  };
  for (const { row } of rowsAsOf(db, from)) {
    add({ kind: row.kind, id: row.id, seq: row.seq, taken: row.taken, digest: null });
  }
  for (const [kind, count] of Object.entries(counts)) {
    const found = [...present.values()].filter((line) => line.kind === kind).length;
    if (found === count) continue;
    tell(`the archive holds ${found} ${kind}s of the ${count} that there were at entry ${from}`);
  }

  function take(id: string, seq: number): void {
    const line = present.get(id);
    if (line) line.taken = seq;
    present.delete(id);
  }

  return {
    apply(seq, { clear, take: ids, put }) {
      for (const id of clear ? [...present.keys()] : ids) take(id, seq);
      for (const row of put) {
        add({ kind: row.kind, id: row.id, seq, taken: null, digest: digestOf(row) });
      }
    },
    compare(head, floor) {
      for (const { row } of rowsAsOf(db, Number.MAX_SAFE_INTEGER)) {
        const line = lines.get(nameOf(row));
        lines.delete(nameOf(row));
        const where = `archived ${row.id} of entry ${row.seq}`;
        if (!line) tell(`${where}: no entry up to ${head} put it there`);
        else if (line.digest !== null && line.digest !== digestOf(row)) {
          tell(`${where} is not what that entry put there`);
        } else if (line.taken !== row.taken) {
          tell(
            `${where} was taken by ${toText(line.taken)}, the archive says ${toText(row.taken)}`,
          );
        }
      }
      for (const { id, seq, taken } of lines.values()) {
        if (taken === null || taken > floor) tell(`archived ${id} of entry ${seq} is missing`);
      }
    },
  };
}

function nameOf({ id, seq }: { id: string; seq: number }): string {
  return `${seq} ${id}`;
}

function digestOf({ kind, at, project, owner, text, json }: Omit<ArchiveRow, "id">): string {
  return createHash("sha256")
    .update(JSON.stringify([kind, at, project, owner, text, json]))
    .digest("hex");
}

function toText(taken: number | null): string {
  return taken === null ? "nobody" : `entry ${taken}`;
}
