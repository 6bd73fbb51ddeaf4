/**
 * The file of an export: JSON Lines, a head, one line for each record, an end with a digest. Neighbours:
 * `export.ts` writes it, `import.ts` reads it. Invariant: a file that is cut short, changed or of a
 * newer form is refused as a whole.
 */
import { createHash } from "node:crypto";
import { createState, TABLES, type TableName, type WireState } from "../core/index.ts";
import type { Thread } from "../core/state/conversations/thread.ts";
import { toJson } from "./plain.ts";

const FORMAT = 1;

/** Everything of the state that is no table. */
type Singles = Omit<WireState, TableName>;

export interface ArchiveHead {
  /** The version of this form. */
  clawtasker_export: number;
  /** Of the server it came from. */
  version: string;
  exported_at: string;
  /** The journal it was taken from, and as of which entry. */
  journal: string;
  seq: number;
  state: Singles;
}

export interface Archive {
  head: ArchiveHead;
  records: number;
  state: WireState;
}

export type Origin = Omit<ArchiveHead, "clawtasker_export" | "state">;

export function* toLines(origin: Origin, state: WireState): Generator<string> {
  const digest = createHash("sha256");
  const line = (value: object) => {
    const text = `${toJson(value)}\n`;
    digest.update(text);
    return text;
  };
  const known: readonly string[] = TABLES;
  const singles = Object.entries(state).filter(([key]) => !known.includes(key));
  yield line({ clawtasker_export: FORMAT, ...origin, state: Object.fromEntries(singles) });
  let records = 0;
  for (const table of TABLES) {
    for (const [id, record] of Object.entries(state[table])) {
      records++;
      yield line({ table, id, record });
    }
  }
  yield `${JSON.stringify({ end: true, records, sha256: digest.digest("hex") })}\n`;
}

/** @throws Error with what is wrong with the text */
export function fromText(text: string): Archive {
  const end = text.trimEnd().lastIndexOf("\n") + 1;
  const { records, sha256, ...rest } = parse(text.slice(end)) as Record<string, unknown>;
  if (rest.end !== true) throw new Error("its end is missing");
  const body = text.slice(0, end);
  if (createHash("sha256").update(body).digest("hex") !== sha256) {
    throw new Error("it was changed after it was written");
  }
  const [first = "", ...lines] = body.split("\n");
  const head = parse(first) as ArchiveHead;
  if (head.clawtasker_export !== FORMAT) {
    throw new Error(`it has form ${head.clawtasker_export}, this release reads ${FORMAT}`);
  }
  for (const single of ["company", "counters"] as const) {
    if (typeof head.state?.[single] !== "object") throw new Error(`it lacks ${single}`);
  }
  // A release with further kinds of ids begins to count them.
  head.state.counters = { ...createState().counters, ...head.state.counters };
  // What is archived is no part of the state, so no part of an export.
  head.state.archive = createState().archive;
  const tables = new Map<string, [string, unknown][]>(TABLES.map((name) => [name, []]));
  let count = 0;
  for (const line of lines) {
    if (line === "") continue;
    const { table, id, record } = parse(line) as { table: string; id: string; record: unknown };
    const rows = tables.get(table);
    if (!rows) throw new Error(`this release knows no ${table}`);
    if (table === "threads") delete (record as Partial<Thread> | null)?.archived_messages;
    rows.push([id, record]);
    count++;
  }
  if (count !== records) throw new Error(`it holds ${count} of ${records} records`);
  const flat = Object.fromEntries(
    [...tables].map(([name, rows]) => [name, Object.fromEntries(rows)]),
  );
  return { head, records: count, state: { ...head.state, ...flat } as WireState };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error("it is no export of ClawTasker, or it is cut short");
  }
}
