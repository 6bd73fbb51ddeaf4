/**
 * From a journal to the state it stands for: the newest snapshot, then the patches of every entry
 * after it. Patches, not reducers, so that a journal of an older release reads on newer code.
 * Neighbours: the engine at its opening; `verify` runs the reducers instead.
 */
import type { Entry, StreamEvent } from "./entry.ts";
import { applyPatches } from "./patch.ts";
import type { Journal, RecoveryReport } from "./ports.ts";
import { fromParts } from "./snapshot-parts.ts";
import { createState, type State } from "./state/state.ts";
import { sizeOf } from "./weight.ts";

const PAGE = 1_000;
const RECENT = 200;

export interface Recovered {
  state: State;
  seq: number;
  snapshotSeq: number;
  /** The size of the entries after the snapshot. */
  tailBytes: number;
  /** Of the state as JSON, in characters. */
  size: number;
  /** The last ones. */
  events: StreamEvent[];
  report: RecoveryReport;
}

/** @throws Error when an entry is missing or does not apply */
export async function recover(journal: Journal): Promise<Recovered> {
  const snapshot = await journal.loadSnapshot();
  let size = 0;
  const state = snapshot ? fromParts(counted(snapshot.parts)) : createState();
  const snapshotSeq = snapshot?.seq ?? 0;
  let seq = snapshotSeq;
  let tailBytes = 0;
  while (seq < journal.head()) {
    const records = await journal.read(seq, PAGE);
    for (const { seq: next, json } of records) {
      if (next !== seq + 1) throw new Error(`the journal lacks entry ${seq + 1}`);
      applyPatches(state, (JSON.parse(json) as Entry).patches);
      seq = next;
      tailBytes += json.length;
    }
    if (records.length === 0) break;
  }
  if (seq !== journal.head())
    throw new Error(`replay ended at ${seq}, the head is ${journal.head()}`);
  if (!snapshot || seq > snapshotSeq) size = sizeOf(state);

  function* counted(parts: Iterable<string>): Generator<string> {
    for (const part of parts) {
      size += part.length;
      yield part;
    }
  }

  return {
    state,
    seq,
    snapshotSeq,
    tailBytes,
    size,
    events: await readEvents(journal, Math.max(journal.floor(), seq - RECENT)),
    report: { ...journal.recovery, entries_replayed: seq - snapshotSeq },
  };
}

/** Those after the entry; of a large one nothing else is held. */
async function readEvents(journal: Journal, after: number): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for (let seq = after; seq < journal.head(); ) {
    const records = await journal.read(seq, RECENT);
    const last = records.at(-1);
    if (!last) break;
    for (const { json } of records) events.push((JSON.parse(json) as Entry).event);
    seq = last.seq;
  }
  return events;
}
