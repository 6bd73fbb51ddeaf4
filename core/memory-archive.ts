/**
 * The archive of the journal in memory. Neighbours: `memory-journal.ts`; `journal/archive.ts`, which
 * passes the same contract suite. Invariant: rows come in the order of the port, newest first.
 */
import type {
  ArchiveChange,
  ArchivedRow,
  ArchivedWhat,
  ArchiveKind,
  ArchivePage,
  ArchiveQuery,
  ArchiveRow,
} from "./ports.ts";
import { compareIds } from "./table.ts";

interface MemoryArchive {
  apply(seq: number, change: ArchiveChange): void;
  find(kind: ArchiveKind, ids: readonly string[], what?: ArchivedWhat): ArchivedRow[];
  list(query: ArchiveQuery): ArchivePage;
}

export function createMemoryArchive(): MemoryArchive {
  const rows = new Map<string, ArchiveRow & { seq: number }>();
  const toArchived = ({ id, seq, at, json }: ArchiveRow & { seq: number }) => ({
    id,
    seq,
    at,
    json,
  });
  return {
    apply(seq, { clear, take, put }) {
      if (clear) rows.clear();
      for (const id of take) rows.delete(id);
      for (const row of put) rows.set(row.id, { ...row, seq });
    },
    find(kind, ids, what) {
      const found = ids.flatMap((id) => rows.get(id) ?? []).filter((row) => row.kind === kind);
      const all = found.map(toArchived);
      return what === "present" ? all.map((row) => ({ ...row, json: "" })) : all;
    },
    list({ kind, words, project, owner, before, after, limit }) {
      const found = [...rows.values()]
        .filter((row) => row.kind === kind)
        .filter((row) => words.every((word) => row.text.includes(word)))
        .filter((row) => project === undefined || row.project === project)
        .filter((row) => owner === undefined || row.owner === owner)
        .filter((row) => before === undefined || row.at < before)
        .filter((row) => !after || compare(row, after) > 0)
        .sort(compare);
      const page = found.slice(0, limit);
      const last = page.at(-1);
      const more = found.length > page.length && last;
      return { rows: page.map(toArchived), next: more ? { at: last.at, id: last.id } : null };
    },
  };
}

type Place = Pick<ArchiveRow, "at" | "id">;

/** Larger first. */
function compare(a: Place, b: Place): number {
  if (a.at !== b.at) return a.at > b.at ? -1 : 1;
  return compareIds(b.id, a.id);
}
