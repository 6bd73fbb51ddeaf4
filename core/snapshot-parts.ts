/**
 * A state in pieces small enough to serialise one at a time, and back. Neighbours: the engine hands
 * the parts to the journal, which takes them at its own pace; a state is immutable, so it waits.
 */
import { createState, type State, TABLES, type TableName } from "./state/state.ts";
import { putAll, type Table } from "./table.ts";

/** Small leaves go together: each part costs the journal a row and a start a message. */
const PART_LENGTH = 48 * 1024;

/** Lazily, each part the JSON of a piece of the state: `{"tasks":[{…},{…}]}`, a record for each leaf. */
export function* toParts(state: State): Generator<string> {
  const singles = Object.entries(state).filter(([key]) => !isTable(key));
  yield JSON.stringify(Object.fromEntries(singles));
  for (const name of TABLES) {
    let leaves = "";
    for (const leaf of leavesOf(state[name])) {
      if (isEmpty(leaf)) continue;
      leaves += leaves ? `,${JSON.stringify(leaf)}` : JSON.stringify(leaf);
      if (leaves.length < PART_LENGTH) continue;
      yield `{"${name}":[${leaves}]}`;
      leaves = "";
    }
    if (leaves) yield `{"${name}":[${leaves}]}`;
  }
}

function* leavesOf(table: Table<unknown>): Generator<Record<string, unknown>> {
  if (!Array.isArray(table)) yield table;
  else for (const row of table) if (row) for (const leaf of row) if (leaf) yield leaf;
}

/** @throws SyntaxError when a part is no JSON */
export function fromParts(parts: Iterable<string>): State {
  const state = createState();
  for (const part of parts) {
    const piece = JSON.parse(part) as Record<string, unknown>;
    for (const [key, value] of Object.entries(piece)) {
      if (!isTable(key)) {
        Object.assign(state, { [key]: value });
        continue;
      }
      // Release 1.5.0 wrote a leaf by itself, without the list.
      const leaves = (Array.isArray(value) ? value : [value]) as Record<string, unknown>[];
      for (const leaf of leaves) putAll(state[key] as Table<unknown>, leaf);
    }
  }
  return state;
}

function isTable(key: string): key is TableName {
  return (TABLES as readonly string[]).includes(key);
}

/** A stretch of the text; a leaf of records is given as it is, the same object until a write touches it. */
export type WirePiece = string | { records: Record<string, unknown> };

/**
 * The text of the wire state in pieces, for a client that joins. The text of `records` is their JSON
 * without the braces; it is left to the caller, who may have it already.
 */
export function* toWirePieces(state: State): Generator<WirePiece> {
  const singles = Object.entries(state).filter(([key]) => !isTable(key));
  yield JSON.stringify(Object.fromEntries(singles)).slice(0, -1);
  for (const name of TABLES) {
    yield `,${JSON.stringify(name)}:{`;
    let first = true;
    for (const records of leavesOf(state[name])) {
      if (isEmpty(records)) continue;
      if (!first) yield ",";
      first = false;
      yield { records };
    }
    yield "}";
  }
  yield "}";
}

function isEmpty(records: object): boolean {
  for (const _ in records) return false;
  return true;
}
