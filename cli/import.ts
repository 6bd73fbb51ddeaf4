/**
 * `clawtasker import`: an export becomes the beginning of a new journal in an empty data folder.
 * Neighbours: `archive.ts` reads the file, the journal keeps the entries, the core replays them.
 * Kept: every record and the counters, so that no id is given out twice. Not kept: the old history and
 * its idempotency keys; versions and lease tokens become the number of the entry that brings the record,
 * as everywhere, and a lease that has run out is taken back when the server starts.
 * Invariant: all entries are written in one append, after they have been replayed in memory.
 */
import { randomUUID } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import {
  createMemoryJournal,
  type Entry,
  type JournalRecord,
  openEngine,
  type Patch,
  queries,
  TABLES,
  toPointer,
  toTime,
} from "../core/index.ts";
import { openSqliteJournal } from "../journal/index.ts";
import { parseConfig } from "../server/config.ts";
import { type Archive, fromText } from "./archive.ts";
import { CliFailure, EXIT } from "./failure.ts";
import { checkShapes, raiseCounters } from "./import-check.ts";
import { printJson, printLines } from "./output.ts";

const MAX_FILE_BYTES = 512 * 1024 * 1024;
const TOO_LARGE = "it is larger than 512 MiB";
/** An entry is about as large as those that servers write. */
const ENTRY_CHARS = 128 * 1024;

export interface ImportOptions {
  file: string;
  "data-dir"?: string | undefined;
  json: boolean;
}

export async function importCompany(options: ImportOptions): Promise<void> {
  const { file } = options;
  const dir = options["data-dir"] ?? dataDirOf(process.env);
  const archive = await readArchive(file);
  const records = await rehearsed(file, archive);
  const journal = await openSqliteJournal({ dir, now: Date.now });
  try {
    if (journal.head() > 0) {
      throw new CliFailure(
        EXIT.failed,
        `${dir} holds a company already; choose an empty folder with --data-dir`,
      );
    }
    await journal.append(0, records);
  } finally {
    await journal.close();
  }
  const { head } = archive;
  if (options.json)
    printJson({
      data_dir: dir,
      records: archive.records,
      from: head.journal,
      as_of: head.seq,
      seq: records.length,
    });
  else {
    printLines(
      `${archive.records} records of ${head.state.company.name} are in ${dir}, as they were at ${head.exported_at}.`,
      `Start it with: clawtasker serve --data-dir ${dir}`,
    );
  }
}

export function dataDirOf(env: NodeJS.ProcessEnv): string {
  const parsed = parseConfig([], { CLAWTASKER_DATA_DIR: env.CLAWTASKER_DATA_DIR });
  if (parsed.kind === "config") return parsed.config.dataDir;
  throw new CliFailure(EXIT.usage, "--data-dir is required");
}

async function readArchive(file: string): Promise<Archive> {
  try {
    return fromText(await readWhole(file));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "there is no such file" : message;
    throw new CliFailure(EXIT.failed, `${file} cannot be imported: ${why}`);
  }
}

/** A pipe under a name might have no writer, and a device has no end; stdin is somebody's word. */
async function readWhole(file: string): Promise<string> {
  if (file === "-") return readStdin();
  const found = statSync(file);
  if (!found.isFile()) throw new Error("it is no file; use - for stdin");
  if (found.size > MAX_FILE_BYTES) throw new Error(TOO_LARGE);
  return readFileSync(file, "utf8");
}

/** As far as its bound: what comes by a pipe has no size of its own. */
async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_FILE_BYTES) throw new Error(TOO_LARGE);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The state as patches on an empty one, in as many entries as their size asks for. */
function toRecords({ head, state }: Archive, at: number): JournalRecord[] {
  const records: JournalRecord[] = [];
  let patches: Patch[] = [];
  let chars = 0;
  const flush = () => {
    const entry = toEntry(head, records.length + 1, patches, at);
    records.push({ seq: entry.seq, json: JSON.stringify(entry), key: null });
    patches = [];
    chars = 0;
  };
  const add = (patch: Patch) => {
    patches.push(patch);
    chars += JSON.stringify(patch).length;
    if (chars >= ENTRY_CHARS) flush();
  };
  for (const [name, value] of Object.entries(head.state)) {
    add({ op: "replace", path: toPointer([name]), value });
  }
  for (const table of TABLES) {
    for (const [id, record] of Object.entries(state[table])) {
      const value = renumber(record, records.length + 1);
      add({ op: "add", path: toPointer([table, id]), value });
    }
  }
  if (patches.length > 0) flush();
  return records;
}

/** A version names the entry of the last change, a lease token that of the claim. */
function renumber(record: object, seq: number): object {
  const copy = { ...record } as { version?: unknown; lease?: object | null };
  if (typeof copy.version === "number") copy.version = seq;
  if (copy.lease) copy.lease = { ...copy.lease, token: seq };
  return copy;
}

function toEntry(head: Archive["head"], seq: number, patches: Patch[], at: number): Entry {
  const { journal, seq: asOf } = head;
  const meta = { action: "system/import", journal, seq: asOf };
  return {
    seq,
    action: {
      name: meta.action,
      payload: { journal, seq: asOf },
      stamp: { at, seq, actor: "system", by: "system", actionId: randomUUID() },
    },
    patches,
    event: {
      id: seq,
      timestamp: toTime(at),
      kind: "state_saved",
      title: `${head.state.company.name} imported`,
      details: `part ${seq}`,
      meta,
    },
  };
}

/** The entries, once every record has its shape, and they were replayed and shown in memory. */
async function rehearsed(file: string, archive: Archive): Promise<JournalRecord[]> {
  try {
    const now = Date.now();
    checkShapes(archive, now);
    raiseCounters(archive);
    const records = toRecords(archive, now);
    await rehearse(records);
    return records;
  } catch (error) {
    const why = (error as Error).message;
    throw new CliFailure(EXIT.failed, `${file} cannot be imported: ${why}; nothing was written`);
  }
}

/** Replays the entries in memory and builds the whole snapshot from them. */
async function rehearse(records: JournalRecord[]): Promise<void> {
  const journal = createMemoryJournal("rehearsal");
  await journal.append(0, records);
  const engine = await openEngine({ journal, clock: Date.now, newId: randomUUID });
  const view = engine.view();
  const now = Date.now();
  const recovery = engine.recovery();
  const { archive } = engine;
  queries.get("snapshot")?.answer({ view, now, events: [], recovery, bootedAt: now, archive }, {});
  await engine.close();
}
