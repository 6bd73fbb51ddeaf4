/**
 * The records that the page shows, as a Solid store of flat tables, and the few ways to change them so
 * that only what differs is told. Neighbours: `optimistic.ts` decides what is written, `task-index.ts`
 * learns from `takeTouched` what was. Invariant: equal values stay the objects they are, and with
 * them their signals and their rows on the page.
 */
import { dequal } from "dequal/lite";
import { $RAW, createStore, produce, reconcile, unwrap } from "solid-js/store";
import {
  applyPatches,
  FORBIDDEN,
  fromPointer,
  type Patch,
  type Touched,
} from "../../../core/patch.ts";
import {
  createState,
  TABLES,
  type TableName,
  toWireState,
  type WireState,
} from "../../../core/state/state.ts";

/** What stands beside the tables. */
export type Single = Exclude<keyof WireState, TableName>;
export const SINGLES = Object.keys(createState()).filter((key) => !isTable(key)) as Single[];

export interface Records {
  /** Reactive; to be read only. */
  readonly wire: WireState;
  /** The same without the signals, as it is at the moment; to be read only. */
  readonly raw: WireState;
  /** @throws Error when the patch does not fit or would reach a prototype */
  applyPatch(patch: Patch): void;
  /** Makes the record equal to the given one, which stays the caller's; `undefined` removes it. */
  put(table: TableName, id: string, record: unknown): void;
  putSingle(name: Single, value: unknown): void;
  /** Makes everything equal to the given state, which it takes over. */
  replaceAll(state: WireState): void;
  /** The records that changed since it was last called. */
  takeTouched(): Touched;
}

export function createRecords(): Records {
  const [wire, setWire] = createStore<WireState>(toWireState(createState()));
  const raw = unwrap(wire);
  let touched: Touched = new Map();

  function touch(table: TableName, id: string | undefined): void {
    const known = touched.get(table);
    if (id === undefined) touched.set(table, "all");
    else if (known === undefined) touched.set(table, new Set([id]));
    else if (known !== "all") known.add(id);
  }

  /** Whether it sets a field of a known record to what is no list and no object. */
  function isPlainField(
    patch: Patch,
    table: string | undefined,
    id: string | undefined,
    deeper: readonly string[],
  ): patch is Exclude<Patch, { op: "remove" }> {
    const [field, ...further] = deeper;
    if (patch.op === "remove" || field === undefined || further.length > 0) return false;
    if (!isTable(table) || id === undefined || !Object.hasOwn(raw[table], id)) return false;
    return (patch.value === null || typeof patch.value !== "object") && !FORBIDDEN.has(field);
  }

  return {
    wire,
    raw,
    applyPatch(patch) {
      const [table, id, ...deeper] = fromPointer(patch.path);
      const whole = patch.op !== "remove" && isTable(table) && deeper.length === 0;
      // A whole table or record that is sent again: what is equal in it keeps its signals.
      if (whole && id === undefined) {
        setWire(table as "tasks", reconcile(patch.value as WireState["tasks"]));
      } else if (whole && id !== undefined && Object.hasOwn(raw[table], id)) {
        setWire(table as "tasks", id, reconcile(patch.value as WireState["tasks"][string]));
      } else if (isPlainField(patch, table, id, deeper)) {
        // By far the most: without the proxies of a draft, which would stay with the record.
        setWire(table as "tasks", id as string, deeper[0] as "title", patch.value as string);
      } else {
        setWire(produce((draft) => applyPatches(draft, [patch])));
      }
      if (isTable(table)) touch(table, id);
    },
    put(table, id, record) {
      const rows = raw[table] as Record<string, unknown>;
      const before = Object.hasOwn(rows, id) ? rows[id] : undefined;
      const next = alike(before, record);
      if (next === before) return;
      touch(table, id);
      if (next === undefined) {
        setWire(
          produce((draft) => {
            delete draft[table][id];
          }),
        );
      } else {
        const value = next as WireState["tasks"][string];
        setWire(table as "tasks", id, before === undefined ? value : reconcile(value));
      }
    },
    putSingle(name, value) {
      const next = alike(raw[name], value);
      if (next === raw[name]) return;
      setWire(name as "company", reconcile(next as WireState["company"]));
    },
    replaceAll(state) {
      const isFirst = TABLES.every((table) => Object.keys(raw[table]).length === 0);
      // The first is taken as it is: there is nothing in it that could be equal to what is known.
      setWire(isFirst ? plain(state) : reconcile(plain(state)));
      for (const table of TABLES) touch(table, undefined);
    },
    takeTouched() {
      const taken = touched;
      touched = new Map();
      return taken;
    },
  };
}

/**
 * Says that the value holds no proxies. The store would otherwise look for them in all that it is
 * given, which for a state of 10,000 tasks is a pass over every field of every record.
 */
function plain(state: WireState): WireState {
  return { [$RAW]: state } as unknown as WireState;
}

export function isTable(name: unknown): name is TableName {
  return (TABLES as readonly unknown[]).includes(name);
}

/** A copy of `next` in which every part that is equal in `before` is the one of `before`. */
function alike(before: unknown, next: unknown): unknown {
  if (dequal(before, next)) return before;
  if (typeof next !== "object" || next === null) return next;
  const old = (typeof before === "object" && before !== null ? before : {}) as typeof parts;
  const parts = (Array.isArray(next) ? [] : {}) as Record<string, unknown>;
  for (const [key, part] of Object.entries(next)) parts[key] = alike(old[key], part);
  return parts;
}
