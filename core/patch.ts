/**
 * Patches: RFC 6902 operations on the wire form of the state (flat tables). `toWire` turns what
 * Immer recorded on the paged form into them, `applyPatches` plays them on either form.
 * Invariant: what is applied is true JSON, and no path reaches a prototype.
 */
import { dequal } from "dequal/lite";
import type { Patch as ImmerPatch } from "immer";
import { type State, TABLES, type TableName } from "./state/state.ts";
import { get, put, remove, type Table, toFlat, toPaged } from "./table.ts";
import { sizeOf, sizeOfPlace } from "./weight.ts";

/** RFC 6902 section 4; only the three operations that a state change needs. */
export type Patch =
  | { op: "add" | "replace"; path: string; value: unknown }
  | { op: "remove"; path: string };

/** No path and no id may hold one of these. */
export const FORBIDDEN: ReadonlySet<string> = new Set(["__proto__", "prototype", "constructor"]);
const tables: ReadonlySet<unknown> = new Set(TABLES);
const isTable = (key: unknown): key is TableName => tables.has(key);

/** RFC 6901 section 3. */
export function toPointer(path: readonly (string | number)[]): string {
  return below("", path, 0);
}

/** The pointer goes on by the parts of the path from that one on. */
function below(pointer: string, path: readonly (string | number)[], from: number): string {
  let on = pointer;
  for (let at = from; at < path.length; at++) {
    const part = path[at] as string | number;
    on += `/${typeof part === "string" && /[~/]/.test(part) ? part.replaceAll("~", "~0").replaceAll("/", "~1") : part}`;
  }
  return on;
}

export function fromPointer(pointer: string): string[] {
  if (pointer === "") return [];
  return pointer.slice(1).split("/").map(fromPart);
}

function fromPart(part: string): string {
  return part.includes("~") ? part.replaceAll("~1", "/").replaceAll("~0", "~") : part;
}

/**
 * Takes the two page numbers out of a path; a patch that makes a page becomes one for each record.
 * @param opposite the patches of the other direction: a page that is taken away again says there only
 *   which records were on it
 */
export function toWire(
  patches: readonly ImmerPatch[],
  opposite: readonly ImmerPatch[] = [],
): Patch[] {
  const wire: Patch[] = [];
  for (const { op, path, value } of patches) {
    const table = path[0];
    if (!isTable(table)) {
      wire.push(operation(op, toPointer(path), value));
    } else if (path.length === 1) {
      wire.push({ op: "replace", path: `/${table}`, value: toFlat(value as Table<unknown>) });
    } else if (path.length > 3) {
      wire.push(operation(op, below(`/${table}`, path, 3), value));
    } else {
      const records = recordsIn(value);
      for (const [id, record] of records) {
        wire.push({ op: "add", path: toPointer([table, id]), value: record });
      }
      if (records.length > 0) continue;
      const made = opposite.find((other) => samePath(other.path, path));
      for (const [id] of recordsIn(made?.value)) {
        wire.push({ op: "remove", path: toPointer([table, id]) });
      }
    }
  }
  return wire;
}

/**
 * The same patches, those of one record together and the records in the order of their ids: in which
 * order they are made hangs on the pages that happen to be in memory. To compare, not to apply.
 */
export function byRecord(patches: readonly Patch[]): Patch[] {
  const recordOf = ({ path }: Patch) => path.split("/", 3).join("/");
  return [...patches].sort((a, b) => {
    const [one, other] = [recordOf(a), recordOf(b)];
    return one < other ? -1 : one > other ? 1 : 0;
  });
}

function operation(op: ImmerPatch["op"], path: string, value: unknown): Patch {
  return op === "remove" ? { op, path } : { op, path, value };
}

function samePath(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((part, index) => part === b[index]);
}

function recordsIn(page: unknown): [string, unknown][] {
  if (page === null || page === undefined) return [];
  if (Array.isArray(page)) return page.flatMap(recordsIn);
  return Object.entries(page);
}

/** By how many characters these make a state longer, by what they put in and what those back put in again. */
export function growthBy(forth: readonly ImmerPatch[], back: readonly ImmerPatch[]): number {
  const put = (patches: readonly ImmerPatch[]) => {
    let characters = 0;
    for (const { op, path, value } of patches) {
      const last = path.at(-1);
      // Of a list that became shorter the opposite patches have the items.
      if (last === "length") continue;
      characters += sizeOf(value);
      if (op === "add") characters += sizeOfPlace(last);
    }
    return characters;
  };
  return put(forth) - put(back);
}

/** The records a list of patches touches, by table; `"all"` where a whole table was replaced. */
export type Touched = Map<TableName, Set<string> | "all">;

export function touchedBy(patches: readonly Patch[], into: Touched = new Map()): Touched {
  for (const { path } of patches) {
    const [table, id] = headOf(path);
    if (!isTable(table)) continue;
    const known = into.get(table);
    if (id === undefined) into.set(table, "all");
    else if (known === undefined) into.set(table, new Set([id]));
    else if (known !== "all") known.add(id);
  }
  return into;
}

/** What either of two lists touches; both are the caller's to give away. */
export function merge(one: Touched, other: Touched): Touched {
  if (one.size === 0) return other;
  for (const [table, ids] of other) {
    const known = one.get(table);
    if (known === undefined || ids === "all") one.set(table, ids);
    else if (known !== "all") for (const id of ids) known.add(id);
  }
  return one;
}

/** The first two parts of a pointer, without the rest of it. */
function headOf(pointer: string): [table: string, id: string | undefined] {
  const first = pointer.indexOf("/", 1);
  if (first < 0) return [pointer.slice(1), undefined];
  const second = pointer.indexOf("/", first + 1);
  const id = pointer.slice(first + 1, second < 0 ? undefined : second);
  return [pointer.slice(1, first), fromPart(id)];
}

/**
 * Applies patches in place to a state in either form; the caller owns it.
 * @throws Error when a path leads nowhere or to a prototype: the two sides have diverged, and the
 *   only way on is a new snapshot.
 */
export function applyPatches(state: object, patches: readonly Patch[]): void {
  for (const patch of patches) applyPatch(state as Record<string, unknown>, patch);
}

function applyPatch(state: Record<string, unknown>, patch: Patch): void {
  const path = fromPointer(patch.path);
  for (const part of path) {
    if (FORBIDDEN.has(part)) throw new Error(`patch path refused: ${patch.path}`);
  }
  const last = path.pop();
  if (last === undefined) throw new Error("a patch of the whole document is not used here");
  const [table, id] = path;
  if (isTable(table) && id === undefined) {
    const rows = state[table] as Table<unknown>;
    if (patch.op === "remove") remove(rows, last);
    else put(rows, last, patch.value);
    return;
  }
  if (path.length === 0 && isTable(last) && patch.op !== "remove") {
    const flat = patch.value as Table<unknown>;
    state[last] = Array.isArray(state[last]) ? toPaged(flat) : flat;
    return;
  }
  let target: unknown = state;
  let depth = 0;
  if (isTable(table) && id !== undefined) {
    target = get(state[table] as Table<unknown>, id);
    depth = 2;
  }
  for (; depth < path.length; depth++) {
    const part = path[depth] as string;
    target = isContainer(target) && Object.hasOwn(target, part) ? target[part] : undefined;
  }
  if (!isContainer(target)) throw new Error(`patch path leads nowhere: ${patch.path}`);
  if (Array.isArray(target)) applyToArray(target, last, patch);
  else if (patch.op === "remove") delete target[last];
  else target[last] = patch.value;
}

function applyToArray(target: unknown[], last: string, patch: Patch): void {
  const index = last === "-" ? target.length : Number(last);
  const end = patch.op === "add" ? target.length : target.length - 1;
  if (!Number.isInteger(index) || index < 0 || index > end) {
    throw new Error(`patch index out of range: ${patch.path}`);
  }
  if (patch.op === "remove") target.splice(index, 1);
  else if (patch.op === "add") target.splice(index, 0, patch.value);
  else target[index] = patch.value;
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/**
 * Whether two lists of patches make the same of a state, which neither changes; costs what they touch.
 * @throws Error where one does not fit the state
 */
export function haveSameEffect(
  state: State,
  one: readonly Patch[],
  other: readonly Patch[],
): boolean {
  const both = [...one, ...other];
  const touched = touchedBy(both);
  const sections = new Set(both.map(({ path }) => fromPointer(path)[0] ?? ""));
  const madeBy = (patches: readonly Patch[]) => {
    const part: Record<string, unknown> = {};
    for (const name of sections) part[name] = excerptOf(state, name, touched);
    applyPatches(part, structuredClone(patches));
    return part;
  };
  return dequal(madeBy(one), madeBy(other));
}

/** A copy of the records that are touched, or of a section that is no table. */
function excerptOf(state: State, name: string, touched: Touched): unknown {
  const section = state[name as keyof State];
  if (!isTable(name)) return structuredClone(section);
  const rows = section as Table<unknown>;
  const ids = touched.get(name) ?? [];
  const known =
    ids === "all" ? Object.entries(toFlat(rows)) : [...ids].map((id) => [id, get(rows, id)]);
  return structuredClone(Object.fromEntries(known.filter(([, record]) => record !== undefined)));
}
