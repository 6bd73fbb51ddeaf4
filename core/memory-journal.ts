/**
 * The journal in memory: for specs, for embedding, for a company that need not outlive its process.
 * Neighbour: `journal/sqlite.ts`, which passes the same contract suite. Entries are kept as text, so
 * that what is not true JSON shows here as it would on disk.
 */
import { type Journal, type JournalRecord, JournalRefusal, type RecoveryReport } from "./ports.ts";

export function createMemoryJournal(id = "memory"): Journal {
  let records: JournalRecord[] = [];
  let floor = 0;
  let closed = false;
  const snapshots: { seq: number; createdAt: string; parts: string[] }[] = [];
  const head = () => records.at(-1)?.seq ?? floor;

  const recovery: RecoveryReport = {
    recovered_at: "",
    source: "empty",
    journal: id,
    snapshot_seq: null,
    head_seq: 0,
    entries_replayed: 0,
    cut_off: null,
    refused: [],
    backups: [],
  };

  return {
    id,
    recovery,
    head,
    floor: () => floor,
    async append(expectedSeq, added) {
      if (closed) throw new JournalRefusal("closed", "the journal is closed");
      if (expectedSeq !== head()) {
        throw new JournalRefusal("conflict", `expected head ${expectedSeq}, found ${head()}`);
      }
      records.push(...added);
    },
    async read(after, limit) {
      const start = Math.max(0, after - floor);
      return records.slice(start, start + limit);
    },
    async findByKey(key) {
      return records.find((record) => record.key === key) ?? null;
    },
    async saveSnapshot(seq, createdAt, parts) {
      snapshots.push({ seq, createdAt, parts: [...parts] });
    },
    async loadSnapshot() {
      const newest = snapshots.at(-1);
      return newest ? { seq: newest.seq, parts: newest.parts } : null;
    },
    async prune(seq) {
      const limit = Math.min(seq, snapshots.at(-1)?.seq ?? 0);
      if (limit <= floor) return;
      records = records.filter((record) => record.seq > limit);
      floor = limit;
    },
    async close() {
      closed = true;
    },
  };
}
