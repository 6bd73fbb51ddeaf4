/**
 * What the feed reads of the journal for those who are behind. Neighbours: `feed.ts` asks, `pace.ts` spreads
 * the work. Invariants: a few readings are under way at a time; who is in the same portion of the history
 * shares a reading, wherever in it, and who has read one goes on where all others do who read it.
 */
import type { Entry } from "./entry.ts";
import type { Pace } from "./pace.ts";
import type { JournalRecord } from "./ports.ts";

export interface HistoryOptions {
  /** The last entry that was published. */
  head(): number;
  read(after: number, limit: number): Promise<readonly JournalRecord[]>;
  pace: Pace;
  /** How many entries are given at once. */
  maxBatch: number;
}

export interface History {
  /** Some of the entries after the cursor, which is before the head; others where those are gone. */
  after(cursor: number): Promise<readonly Entry[]>;
}

/** What comes from the journal is held by those alone who asked for it, and an entry may be as large as a body. */
const PORTION = 64;
const PORTION_CHARS = 256 * 1024;
const UNDER_WAY = 2;
/** Text that is parsed in one go. */
const PARSED_CHARS = 64 * 1024;

const NOTHING: Promise<readonly Entry[]> = Promise.resolve([]);

/** The entries after `from` up to `to`; until it is begun it may still begin earlier. */
interface Reading {
  from: number;
  to: number;
  begun: boolean;
  entries: Promise<readonly Entry[]>;
}

export function createHistory({ head, read, pace, maxBatch }: HistoryOptions): History {
  /** By the end of their portion, the latest of each. */
  const readings = new Map<number, Reading>();
  let underWay = 0;
  const waiting: (() => void)[] = [];
  /** How many entries are about as much as may be read at once, by what the last ones were. */
  let portion = PORTION;

  async function run(reading: Reading, end: number): Promise<Entry[]> {
    if (underWay < UNDER_WAY) underWay++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      // No further than was published: the journal may hold an entry whose append is not answered yet.
      reading.to = Math.min(end, head());
      reading.begun = true;
      const records = await read(reading.from, reading.to - reading.from);
      // Large ones come in several readings.
      reading.to = Math.min(reading.to, records.at(-1)?.seq ?? reading.to);
      measure(records);
      return await parse(records.filter(({ seq }) => seq <= reading.to));
    } finally {
      const next = waiting.shift();
      if (next) next();
      else underWay--;
      if (readings.get(end) === reading) readings.delete(end);
    }
  }

  /** By halves, so that portions of one size begin where those of another do. */
  function measure(records: readonly JournalRecord[]): void {
    const chars = records.reduce((sum, { json }) => sum + json.length, 1);
    portion = PORTION;
    while (portion > 1 && portion * chars > PORTION_CHARS * records.length) portion /= 2;
  }

  async function parse(records: readonly JournalRecord[]): Promise<Entry[]> {
    const entries: Entry[] = [];
    let chars = PARSED_CHARS;
    for (const { json } of records) {
      chars += json.length;
      const due = chars > PARSED_CHARS ? pace() : null;
      if (due) await due;
      if (chars > PARSED_CHARS) chars = 0;
      entries.push(JSON.parse(json) as Entry);
    }
    return entries;
  }

  function open(cursor: number, end: number): Reading {
    const reading: Reading = { from: cursor, to: end, begun: false, entries: NOTHING };
    readings.set(end, reading);
    reading.entries = run(reading, end);
    return reading;
  }

  function readingAt(cursor: number): Reading {
    const size = Math.min(maxBatch, portion);
    const end = (Math.floor(cursor / size) + 1) * size;
    const reading = readings.get(end);
    if (!reading) return open(cursor, end);
    if (!reading.begun) reading.from = Math.min(reading.from, cursor);
    else if (cursor < reading.from || cursor >= reading.to) return open(cursor, end);
    return reading;
  }

  return {
    async after(cursor) {
      for (;;) {
        const entries = await readingAt(cursor).entries;
        const due = pace();
        if (due) await due;
        const [first, last] = [entries[0], entries.at(-1)];
        if (!first || !last || first.seq > cursor) return entries;
        // It ended before this reader's place, which nobody knew when it joined.
        if (last.seq > cursor) return entries.slice(cursor + 1 - first.seq);
      }
    },
  };
}
