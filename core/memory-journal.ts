/**
 * The journal in memory: for specs, for embedding, for a company that need not outlive its process.
 * Neighbour: `journal/sqlite.ts`, which passes the same contract suite. Entries are kept as text, so
 * that what is not true JSON shows here as it would on disk.
 */
import { createMemoryArchive } from "./memory-archive.ts";
import {
  type Journal,
  type JournalRecord,
  JournalRefusal,
  READ_CHARS,
  type RecoveryReport,
} from "./ports.ts";

const KEEP_SNAPSHOTS = 4;

export function createMemoryJournal(id = "memory"): Journal {
  let records: JournalRecord[] = [];
  const byKey = new Map<string, JournalRecord>();
  const archive = createMemoryArchive();
  let floor = 0;
  let closed = false;
  /** The newest first. */
  let snapshots: { seq: number; parts: string[]; backup: RecoveryReport["backups"][number] }[] = [];
  const head = () => records.at(-1)?.seq ?? floor;

  const recovery: RecoveryReport = {
    recovered_at: "",
    source: "empty",
    journal: id,
    snapshot_seq: null,
    head_seq: 0,
    entries_replayed: 0,
    verified_at: "",
    cut_off: null,
    refused: [],
    backups: [],
  };

  /** @throws JournalRefusal for records that do not continue the journal */
  function check(expectedSeq: number, added: readonly JournalRecord[]): void {
    if (closed) throw new JournalRefusal("closed", "the journal is closed");
    if (expectedSeq !== head()) {
      throw new JournalRefusal("conflict", `expected head ${expectedSeq}, found ${head()}`);
    }
    const keys = new Set<string>();
    for (const [index, { seq, key }] of added.entries()) {
      const due = expectedSeq + 1 + index;
      if (seq !== due) {
        throw new JournalRefusal("conflict", `a record is numbered ${seq}, due is ${due}`);
      }
      if (key === null) continue;
      if (byKey.has(key) || keys.has(key)) {
        throw new JournalRefusal("conflict", `the key ${key} is taken`);
      }
      keys.add(key);
    }
  }

  return {
    id,
    recovery,
    head,
    floor: () => floor,
    async append(expectedSeq, added) {
      check(expectedSeq, added);
      for (const record of added) {
        const { archive: archived, ...own } = record;
        records.push(own);
        if (own.key !== null) byKey.set(own.key, own);
        if (archived) archive.apply(own.seq, archived);
      }
    },
    async read(after, limit) {
      const start = Math.max(0, after - floor);
      let end = start;
      for (let chars = 0; end < start + limit && chars < READ_CHARS; end++) {
        const next = records[end];
        if (!next || (end > start && chars + next.json.length > READ_CHARS)) break;
        chars += next.json.length;
      }
      return records.slice(start, end);
    },
    async findByKey(key) {
      return byKey.get(key) ?? null;
    },
    findArchived: (kind, ids, what) => Promise.resolve(archive.find(kind, ids, what)),
    listArchived: (query) => Promise.resolve(archive.list(query)),
    async saveSnapshot(seq, createdAt, parts) {
      if (seq < floor || seq > head()) {
        throw new JournalRefusal("conflict", `the journal holds no entry ${seq}`);
      }
      const own = [...parts];
      const bytes = own.reduce((sum, part) => sum + part.length, 0);
      const snapshot = { seq, parts: own, backup: { seq, created_at: createdAt, bytes } };
      snapshots = [snapshot, ...snapshots.filter((other) => other.seq !== seq)]
        .sort((a, b) => b.seq - a.seq)
        .slice(0, KEEP_SNAPSHOTS);
      const { backups } = recovery;
      backups.splice(0, backups.length, ...snapshots.map(({ backup }) => backup));
    },
    async loadSnapshot() {
      const [newest] = snapshots;
      return newest ? { seq: newest.seq, parts: newest.parts } : null;
    },
    async prune(seq) {
      const limit = Math.min(seq, snapshots.at(-1)?.seq ?? 0);
      if (limit <= floor) return;
      for (const { key } of records.slice(0, limit - floor)) if (key !== null) byKey.delete(key);
      records = records.slice(limit - floor);
      floor = limit;
    },
    async close() {
      closed = true;
    },
  };
}
