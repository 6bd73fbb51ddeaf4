/**
 * Judges a recorded history of clients against the journal that was left: who was told what, when, and
 * what stands there. Neighbour: `history.spec.ts` records real ones, and plants bad ones.
 * Invariant: it knows nothing of the server but its journal; each violation is one sentence.
 */
import { applyPatches, createState, type Entry, table } from "../../core/index.ts";

interface Timed {
  /** Milliseconds on one clock for all clients. */
  invokedAt: number;
  /** When the answer was there; null when none came. */
  answeredAt: number | null;
}

export interface WriteOperation extends Timed {
  kind: "write";
  key: string;
  /** Without an answer it may have happened, once at most. */
  outcome: "acknowledged" | "refused" | "unknown";
}

export interface ReadOperation extends Timed {
  kind: "read";
  /** What the snapshot said it is as of. */
  seq: number;
  /** Of each task what `toSeen` takes. */
  tasks: Record<string, string>;
}

export type Operation = WriteOperation | ReadOperation;

/** What one stream showed: the text of each event, by its number, in the order it came. */
export interface Stream {
  name: string;
  shown: { seq: number; event: string; at: number }[];
}

export interface Task {
  id: string;
  title: string;
  status: string;
  progress: number;
}

export function toSeen({ title, status, progress }: Task): string {
  return JSON.stringify([title, status, progress]);
}

/** Every way in which the history could not have been. */
export function findViolations(
  operations: readonly Operation[],
  streams: readonly Stream[],
  entries: readonly Entry[],
): string[] {
  const seqs = new Map<string, number[]>();
  for (const { key, seq } of entries) {
    if (key !== undefined) seqs.set(key, [...(seqs.get(key) ?? []), seq]);
  }
  const writes = operations.filter((operation) => operation.kind === "write");
  const reads = operations.filter((operation) => operation.kind === "read");
  return [
    ...checkGaps(entries),
    ...writes.flatMap((write) => checkEffects(write, seqs.get(write.key) ?? [])),
    ...checkOrder(writes, reads, seqs),
    ...checkReads(reads, entries),
    ...streams.flatMap((stream) => checkStream(stream, entries)),
  ];
}

function checkGaps(entries: readonly Entry[]): string[] {
  const index = entries.findIndex(({ seq }, at) => seq !== at + 1);
  return index < 0 ? [] : [`the journal has ${entries[index]?.seq} where ${index + 1} is due`];
}

/** Acknowledged exactly once, unknown at most once, refused never. */
function checkEffects({ key, outcome }: WriteOperation, found: readonly number[]): string[] {
  const fits =
    outcome === "acknowledged"
      ? found.length === 1
      : found.length <= (outcome === "unknown" ? 1 : 0);
  return fits ? [] : [`${key} was ${outcome} and stands ${found.length} times in the journal`];
}

/** What was answered before something else was asked comes before it. */
function checkOrder(
  writes: readonly WriteOperation[],
  reads: readonly ReadOperation[],
  seqs: ReadonlyMap<string, readonly number[]>,
): string[] {
  const placed = [
    ...writes.flatMap((write) => {
      const [seq] = seqs.get(write.key) ?? [];
      return seq === undefined ? [] : [{ ...write, name: write.key, seq, isRead: false }];
    }),
    ...reads.map((read) => ({ ...read, name: `a read at ${read.seq}`, isRead: true })),
  ];
  const byAnswer = placed
    .filter(({ answeredAt }) => answeredAt !== null)
    .sort((a, b) => (a.answeredAt ?? 0) - (b.answeredAt ?? 0));
  const byInvocation = [...placed].sort((a, b) => a.invokedAt - b.invokedAt);
  const violations: string[] = [];
  let next = 0;
  let highest = { seq: 0, name: "the beginning" };
  for (const operation of byInvocation) {
    for (;;) {
      const answered = byAnswer[next];
      if (!answered || (answered.answeredAt ?? 0) >= operation.invokedAt) break;
      if (answered.seq > highest.seq) highest = answered;
      next++;
    }
    const fits = operation.isRead ? operation.seq >= highest.seq : operation.seq > highest.seq;
    if (!fits) {
      violations.push(
        `${operation.name} was asked after ${highest.name} was answered at ${highest.seq}, and is at ${operation.seq}`,
      );
    }
  }
  return violations;
}

/** A read at a number is what the journal up to there says. */
function checkReads(reads: readonly ReadOperation[], entries: readonly Entry[]): string[] {
  const violations: string[] = [];
  const state = createState();
  const sorted = [...reads].sort((a, b) => a.seq - b.seq);
  let next = 0;
  const compare = (seq: number) => {
    if (sorted[next]?.seq !== seq) return;
    const due = Object.fromEntries(
      table.list(state.tasks as table.Table<Task>).map((task) => [task.id, toSeen(task)]),
    );
    for (; sorted[next]?.seq === seq; next++) {
      const { tasks = {} } = sorted[next] ?? {};
      const ids = new Set([...Object.keys(due), ...Object.keys(tasks)]);
      const differs = [...ids].find((id) => due[id] !== tasks[id]);
      if (differs) {
        violations.push(
          `a read at ${seq} shows ${differs} as ${tasks[differs]}, the journal as ${due[differs]}`,
        );
      }
    }
  };
  compare(0);
  for (const { seq, patches } of entries) {
    applyPatches(state, structuredClone(patches));
    compare(seq);
  }
  for (; next < sorted.length; next++) {
    violations.push(`a read at ${sorted[next]?.seq}, which the journal does not have`);
  }
  return violations;
}

/** Each entry once, in order, as it stands in the journal: nothing that was shown was taken back. */
function checkStream({ name, shown }: Stream, entries: readonly Entry[]): string[] {
  const violations: string[] = [];
  for (const [index, { seq, event }] of shown.entries()) {
    const before = shown[index - 1]?.seq;
    if (before !== undefined && seq !== before + 1) {
      violations.push(`${name} was shown ${seq} after ${before}`);
    }
    const entry = entries[seq - 1];
    if (!entry) violations.push(`${name} was shown ${seq}, which the journal does not have`);
    else if (JSON.stringify(entry.event) !== event) {
      violations.push(`${name} was shown another event ${seq} than the journal has`);
    }
  }
  return violations;
}
