/**
 * Tables: the collections of the state, records by id. A table is either flat (the wire form: one
 * plain record) or paged (the server's form: 128 × 128 leaves), and every function here takes both.
 * Why pages: copy-on-write copies each container on the way to the changed record, so a flat record
 * of 100,000 entries costs milliseconds per write (`npm run bench`). Neighbours: reducers write
 * through it, `patch.ts` hides the pages from the wire.
 * Invariants: a leaf, once made, stays, so that a page path never has to be removed by a patch; it has no
 * prototype, nor has a copy that Immer makes of it.
 */

export type Leaf<T> = Record<string, T>;
export type FlatTable<T> = Record<string, T>;
export type PagedTable<T> = (((Record<string, T> | null)[] | null) | null)[];
export type Table<T> = FlatTable<T> | PagedTable<T>;

const FAN_OUT_BITS = 7;
const FAN_OUT = 1 << FAN_OUT_BITS;
const MASK = FAN_OUT - 1;
/**
 * Consecutive numbers share a leaf, so that recent ids lie together. Only a few of them: a record with
 * keys of its own is the dearest copy on the way to a task, and what it keeps alive the longest.
 */
const LEAF_BITS = 2;

/**
 * Without a prototype V8 keeps it as a dictionary. For the first key of a plain object it makes a hidden class, and
 * remembers 1,536 of them: the leaves of 6,000 tasks used them up, and from then on every object that any code made
 * field by field had a class of its own. At 100,000 tasks a write cost half as much again.
 */
function createLeaf<T>(): Leaf<T> {
  return Object.create(null);
}

export function createTable<T>(): PagedTable<T> {
  return new Array<null>(FAN_OUT).fill(null);
}

/** Ids that count (`T-216`) go by their number, names (`codex`) by a hash. */
function pageOf(id: string): number {
  let end = id.length;
  let number = 0;
  let scale = 1;
  while (end > 0 && scale < 1e9) {
    const digit = id.charCodeAt(end - 1) - 48;
    if (digit < 0 || digit > 9) break;
    number += digit * scale;
    scale *= 10;
    end--;
  }
  if (scale > 1) return number >> LEAF_BITS;
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return hash >>> 8;
}

/** Where the record lives below its table: two page numbers and the id. */
export function pathOf(id: string): readonly [number, number, string] {
  const page = pageOf(id);
  return [(page >> FAN_OUT_BITS) & MASK, page & MASK, id];
}

function leafOf<T>(table: Table<T>, id: string): Record<string, T> | null | undefined {
  if (!Array.isArray(table)) return table;
  const [high, low] = pathOf(id);
  return table[high]?.[low];
}

export function get<T>(table: Table<T>, id: string): T | undefined {
  const leaf = leafOf(table, id);
  // Read before asked for: a reactive store tracks what is read, also where there is nothing yet.
  const record = leaf?.[id];
  // hasOwn: "constructor" asked for as an id must not find Object's.
  return record !== undefined && leaf && Object.hasOwn(leaf, id) ? record : undefined;
}

export function has<T>(table: Table<T>, id: string): boolean {
  return get(table, id) !== undefined;
}

/** Adds or replaces a record; the table is a draft or owned by the caller. */
export function put<T>(table: Table<T>, id: string, record: T): void {
  if (!Array.isArray(table)) {
    table[id] = record;
    return;
  }
  const [high, low] = pathOf(id);
  let row = table[high];
  if (!row) {
    table[high] = new Array<null>(FAN_OUT).fill(null);
    row = table[high] as (Record<string, T> | null)[];
  }
  if (!row[low]) row[low] = createLeaf();
  (row[low] as Leaf<T>)[id] = record;
}

/** Adds many records; those of one leaf together. */
export function putAll<T>(table: Table<T>, records: Record<string, T>): void {
  const ids = Object.keys(records);
  const [first] = ids;
  if (first === undefined) return;
  const leafNumber = (id: string) => pageOf(id) & (FAN_OUT * FAN_OUT - 1);
  const number = leafNumber(first);
  const isLeaf = Array.isArray(table) && ids.every((id) => leafNumber(id) === number);
  if (!isLeaf || leafOf(table, first)) {
    for (const [id, record] of Object.entries(records)) put(table, id, record);
    return;
  }
  const [high, low] = pathOf(first);
  const row = table[high] ?? new Array<null>(FAN_OUT).fill(null);
  table[high] = row;
  row[low] = Object.assign(createLeaf<T>(), records);
}

export function remove<T>(table: Table<T>, id: string): void {
  const leaf = leafOf(table, id);
  if (leaf) delete leaf[id];
}

/** All records; by page, so in the order of their numbers where ids count. */
export function values<T>(table: Table<T>): T[] {
  if (!Array.isArray(table)) return Object.values(table);
  // Not a generator: for a pass over all records its steps cost more than what is done in them.
  const found: T[] = [];
  for (const row of table) {
    if (!row) continue;
    for (const leaf of row) {
      if (leaf) for (const id in leaf) found.push(leaf[id] as T);
    }
  }
  return found;
}

/** The leaves of each row; the key is the same object for as long as nothing in the row changes. */
export function* rowsOf<T>(table: Table<T>): Generator<{ key: object; leaves: Leaf<T>[] }> {
  if (!Array.isArray(table)) {
    yield { key: table, leaves: [table] };
    return;
  }
  for (const row of table) {
    if (row) yield { key: row, leaves: row.filter((leaf) => leaf !== null) };
  }
}

/** The same, to be changed at will. */
export const list: <T>(table: Table<T>) => T[] = values;

export function size<T>(table: Table<T>): number {
  if (!Array.isArray(table)) return Object.keys(table).length;
  let count = 0;
  for (const row of table) {
    if (row) for (const leaf of row) if (leaf) count += Object.keys(leaf).length;
  }
  return count;
}

export function toFlat<T>(table: Table<T>): FlatTable<T> {
  if (!Array.isArray(table)) return table;
  const flat: FlatTable<T> = {};
  for (const row of table) {
    if (row) for (const leaf of row) if (leaf) Object.assign(flat, leaf);
  }
  return flat;
}

export function toPaged<T>(table: Table<T>): PagedTable<T> {
  if (Array.isArray(table)) return table;
  const paged = createTable<T>();
  for (const [id, record] of Object.entries(table)) put(paged, id, record);
  return paged;
}

/** Sorts ids the way people count: T-9 before T-10. */
export function compareIds(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
