/**
 * Holds a journal against itself: the hash chain, the digests of its snapshots, and every entry decided
 * again from the oldest snapshot on, with the same patches, events, states and archive. Neighbours:
 * `recover.ts` knows the digests, `archive-ledger.ts` the archive's rows, the core decides, the command line copies a journal for it and tells.
 * Invariant: nothing is written; whatever does not agree is told, and the look goes on.
 */
import { dequal } from "dequal/lite";
import Database from "libsql";
import {
  type Action,
  actions,
  byRecord,
  countsOf,
  createRelations,
  createState,
  type Entry,
  fromParts,
  haveSameEffect,
  patched,
  type Reduction,
  reduce,
  type State,
  toArchiveChange,
  toWireState,
  type WireState,
} from "../core/index.ts";
import { createArchiveLedger } from "./archive-ledger.ts";
import { filesIn, readMark } from "./files.ts";
import { APPLICATION_ID, checkSchema, FORMAT_VERSION, pragma } from "./format.ts";
import { createPager } from "./pages.ts";
import { inspect } from "./recover.ts";
import type { SnapshotRow } from "./store.ts";

export interface Verification {
  journal: string;
  /** Entries up to this one are gone, on purpose. */
  floor: number;
  head: { seq: number; hash: string };
  /** Decided again, after this entry. */
  from: number;
  reduced: number;
  /** Taken at their word: no action of this release made them (an import), or its rules would refuse them. */
  taken: number;
  snapshots: number;
  /** One sentence each; empty when all agrees. */
  problems: string[];
  /** What does not agree with the rules of today, and may have with those of its day. */
  notes: string[];
}

const PAGE = 500;
/** After so many the rest says nothing new. */
const MAX_PROBLEMS = 20;

export interface VerifyOptions {
  /** An entry with its hash, noted earlier: it must still be there. */
  known?: { seq: number; hash: string } | undefined;
  /** Looks at the state that all entries lead to; a sentence is told as a note. */
  look?: (state: WireState) => string | null;
}

/**
 * @param dir a folder with a copy of the database that nobody else uses
 * @throws Error when it is no journal, or cannot be read at all
 */
export function verifyJournal(dir: string, options: VerifyOptions = {}): Verification {
  const files = filesIn(dir);
  const db = new Database(files.db, { timeout: 0 });
  try {
    if (pragma(db, "application_id") !== APPLICATION_ID) throw new Error("it is no journal");
    const format = Number(pragma(db, "user_version"));
    if (format > FORMAT_VERSION) {
      throw new Error(`it has format ${format}, this release reads up to ${FORMAT_VERSION}`);
    }
    checkSchema(db);
    return verify(db, readMark(files), options);
  } finally {
    db.close();
  }
}

function verify(
  db: Database.Database,
  mark: ReturnType<typeof readMark>,
  { known, look }: VerifyOptions,
): Verification {
  const found = inspect(db, mark);
  const problems: string[] = [];
  const notes: string[] = [];
  const into = (list: string[]) => (sentence: string) => {
    if (list.length < MAX_PROBLEMS) list.push(sentence);
  };
  const tell = into(problems);
  if (found.damage) tell(`after entry ${found.damage.after_seq}: ${found.damage.reason}`);
  for (const { seq, reason } of found.refused) tell(`the snapshot at ${seq}: ${reason}`);
  if (known && hashAt(db, known.seq) !== known.hash) {
    tell(`entry ${known.seq} is not the one whose hash was noted`);
  }
  const refused = new Set(found.refused.map(({ id }) => id));
  const good = found.snapshots.filter(
    ({ id, seq }) => !refused.has(id) && seq >= found.floor.seq && seq <= found.head.seq,
  );
  // The newest first, as they are kept.
  const oldest = found.floor.seq === 0 ? undefined : good.at(-1);
  const from = oldest?.seq ?? 0;
  const start = oldest ? stateOf(db, oldest) : createState();
  const { seq: floor } = found.floor;
  const stretch = { from, to: found.head.seq, floor, start, snapshots: good };
  const { state, ...counts } = replay(db, stretch, { tell, note: into(notes) });
  const seen = look?.(toWireState(state));
  if (seen) notes.push(seen);
  const { seq, hash } = found.head;
  return {
    journal: found.id,
    floor: found.floor.seq,
    head: { seq, hash: hash.toString("hex") },
    from,
    ...counts,
    snapshots: good.length,
    problems,
    notes,
  };
}

interface Telling {
  tell(problem: string): void;
  note(sentence: string): void;
}

interface Stretch {
  from: number;
  to: number;
  /** What was taken out of the archive up to this entry is forgotten. */
  floor: number;
  start: State;
  snapshots: readonly SnapshotRow[];
}

function replay(
  db: Database.Database,
  { from, to, floor, start, snapshots }: Stretch,
  telling: Telling,
): { reduced: number; taken: number; state: State } {
  const select = db.prepare("SELECT seq, json FROM entries WHERE seq > ? ORDER BY seq LIMIT ?");
  const countWithin = createPager(db);
  const kept = new Map(snapshots.map((row) => [row.seq, row]));
  const { tell } = telling;
  const ledger = createArchiveLedger(db, from, countsOf(start.archive), tell);
  let state = start;
  let relations = createRelations(state);
  let reduced = 0;
  let taken = 0;
  for (let seq = from; seq < to; ) {
    const rows = select.all(seq, countWithin(seq, Math.min(PAGE, to - seq))) as {
      seq: number;
      json: string;
    }[];
    if (rows.length === 0) break;
    for (const row of rows) {
      seq = row.seq;
      const entry = JSON.parse(row.json) as Entry;
      if (entry.archive) ledger.apply(seq, toArchiveChange(entry.archive));
      const again = decideAgain(entry, state, relations, telling);
      if (again) {
        relations.advance(state, again.state, again.touched);
        state = again.state;
        reduced++;
      } else {
        state = patched(state, entry.patches);
        relations = createRelations(state);
        taken++;
      }
      const snapshot = kept.get(seq);
      if (snapshot && !isState(db, snapshot, state)) {
        tell(`the snapshot at ${seq} is not the state that its entries lead to`);
      }
    }
  }
  ledger.compare(to, floor);
  return { reduced, taken, state };
}

/** The reduction, where it says what the entry says; null where the entry has to be taken at its word. */
function decideAgain(
  entry: Entry,
  state: State,
  relations: ReturnType<typeof createRelations>,
  { tell, note }: Telling,
) {
  const { seq, action } = entry;
  const declaration = actions.get(action.name);
  if (!declaration) return null;
  const decide = (one: Action) => reduce(state, declaration, one, relations);
  const again = decide(action);
  if (!again.ok) {
    const what = `entry ${seq} (${action.name})`;
    note(`${what} would be refused by the rules of this release: ${again.message}`);
    return null;
  }
  if (saysTheSame(entry, again, state)) return again;
  const asOrdered = inItsOrder(entry, again);
  const ordered = asOrdered ? decide(asOrdered) : null;
  if (ordered?.ok && saysTheSame(entry, ordered, state)) return ordered;
  tell(`entry ${seq} (${action.name}) does not say what its action does`);
  return null;
}

function saysTheSame({ patches, event, archive }: Entry, again: Reduction, state: State): boolean {
  const { id: _id, ...said } = event;
  // As the journal keeps it: what JSON leaves out is not there.
  const plain = JSON.parse(
    JSON.stringify({ patches: again.patches, event: again.event, archive: again.archive }),
  ) as Pick<Entry, "patches">;
  const kept = { patches, event: said, ...(archive && { archive }) };
  return (
    dequal({ ...plain, patches: null }, { ...kept, patches: null }) &&
    // An older release may have said the same change in other steps.
    (dequal(byRecord(plain.patches), byRecord(patches)) ||
      isSameChange(state, plain.patches, patches))
  );
}

/**
 * The action of an older sweep, which named nobody, with those whom its event names, in the order in which it came to
 * them: that was the order of a table, and tables are laid out otherwise now. Null where it came to others.
 */
function inItsOrder({ action, event }: Entry, again: Reduction): Action | null {
  const payload = action.payload as { due?: unknown };
  const { agent_ids: silent, task_ids: due } = event.meta;
  const now = again.event.meta.agent_ids;
  if (action.name !== "system/sweep" || payload.due !== undefined) return null;
  if (!Array.isArray(silent) || !Array.isArray(due) || !Array.isArray(now)) return null;
  if (!dequal([...silent].sort(), [...now].sort())) return null;
  return { ...action, payload: { ...payload, silent, due, until: action.stamp.at } };
}

function isSameChange(state: State, ...lists: [Entry["patches"], Entry["patches"]]): boolean {
  try {
    return haveSameEffect(state, ...lists);
  } catch {
    // What does not even fit the state says something else.
    return false;
  }
}

function stateOf(db: Database.Database, { id }: SnapshotRow): State {
  const rows = db
    .prepare("SELECT json FROM snapshot_parts WHERE snapshot = ? ORDER BY part")
    .all(id) as { json: string }[];
  return fromParts(rows.map(({ json }) => json));
}

function isState(db: Database.Database, row: SnapshotRow, state: State): boolean {
  const plain: unknown = JSON.parse(JSON.stringify(toWireState(state)));
  return dequal(toWireState(stateOf(db, row)), plain);
}

function hashAt(db: Database.Database, seq: number): string | null {
  const [row] = db.prepare("SELECT hex(hash) AS hash FROM entries WHERE seq = ?").all(seq) as {
    hash: string;
  }[];
  return row ? row.hash.toLowerCase() : null;
}
