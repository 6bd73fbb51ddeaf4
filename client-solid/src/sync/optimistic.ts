/**
 * Shows the effects of the page's own writes before the server's answer: the core's reducers run on
 * what the server has said, and what they foretell lies on top until the write's own entry arrives.
 * With each entry of the server the effects are reduced again on the new ground, and only what then
 * differs from what is shown is written. Neighbours: `records.ts` is what is shown, `reducer.ts`
 * foretells, `store.ts` brings entries, the write queue brings writes and answers.
 * Invariant: what is shown is the server's state with the effects of the unanswered writes, in order, but of none that
 * is meant for another company.
 */
import {
  applyPatches,
  fromPointer,
  type Patch,
  type Touched,
  touchedBy,
} from "../../../core/patch.ts";
import type { Relations } from "../../../core/relations.ts";
import {
  fromWireState,
  type State,
  type TableName,
  type WireState,
} from "../../../core/state/state.ts";
import { get, put, remove, type Table } from "../../../core/table.ts";
import { isTable, type Records, SINGLES, type Single } from "./records.ts";
import type { WireEvent } from "./wire.ts";
import { type Ask, recordsOf } from "./write.ts";

export type Reducer = typeof import("./reducer.ts");

/** One action whose effect is shown: one of a bulk edit, or the only one. */
interface Step {
  ask: Ask;
  /** Of its entry, once the server has answered. */
  seq: number | null;
  /** Of the entry that is taken for its own until the answer says. */
  presumed: number | null;
  /** What its entry would be called, as reduced last. */
  event: Pick<WireEvent, "title" | "details"> | null;
}

interface Effect {
  key: string;
  /** By the server's clock, in milliseconds; the same each time, so that nothing shown moves. */
  at: number;
  seq: number;
  /** The journal of the company that it is meant for; none for any. */
  journal: string | undefined;
  steps: Step[];
}

export interface Effects {
  /** Reducers are there: what was written before shows its effect now. */
  useReducer(reducer: Reducer): void;
  /** Shows a write, where it is meant for this company; one with a known key replaces it. */
  add(effect: {
    key: string;
    asks: readonly Ask[];
    at: number;
    seq: number;
    journal?: string | undefined;
  }): void;
  /**
   * The server has answered: the entry of each action, null for one that was refused. An effect ends
   * when its entry is in the state.
   */
  answered(key: string, seqs: readonly (number | null)[], seq: number): void;
  /**
   * The server's entries up to `seq`, in order.
   * @returns the patches that are of no write of the page's own
   * @throws Error when a patch does not fit
   */
  commit(
    entries: readonly { event: WireEvent; patches: readonly Patch[] }[],
    seq: number,
  ): readonly Patch[];
  /** The server's whole state as of `seq` of its journal; `anew` when numbers count from another beginning. */
  replace(
    state: Parameters<Records["replaceAll"]>[0],
    events: readonly WireEvent[],
    of: { seq: number; journal: string; anew: boolean },
  ): void;
  /** Whether something else is shown of this record than the server has said. */
  isForetold(table: TableName, id: string): boolean;
  /** How many writes have an effect to show. */
  size(): number;
}

export function createEffects(records: Records): Effects {
  const { raw } = records;
  let effects: Effect[] = [];
  let journal: string | null = null;
  const isHere = (effect: Effect) => effect.journal === undefined || effect.journal === journal;
  let reducer: Reducer | null = null;
  /** The server's own records where something else is shown. */
  const kept = new Map<string, { table: TableName; id: string; record: unknown }>();
  /** The server's company, counters and so on, while effects are shown. */
  let keptSingles: Pick<WireState, Single> | null = null;
  /** The server's state for the reducers, made at the first effect and carried on since. */
  let ground: { state: State; relations: Relations } | null = null;

  const keyOf = (table: string, id: string) => `${table}/${id}`;
  const rowsOf = (table: TableName) => raw[table] as Record<string, unknown>;
  const shownOf = (table: TableName, id: string) =>
    Object.hasOwn(rowsOf(table), id) ? rowsOf(table)[id] : undefined;
  const serverOf = (table: TableName, id: string) => {
    const own = kept.get(keyOf(table, id));
    return own ? own.record : shownOf(table, id);
  };

  function makeGround({ createRelations }: Reducer): NonNullable<typeof ground> {
    const state = fromWireState({ ...raw, ...keptSingles });
    for (const { table, id, record } of kept.values()) place(state, table, id, record);
    return { state, relations: createRelations(state) };
  }

  function place(state: State, table: TableName, id: string, record: unknown): void {
    const rows = state[table] as Table<unknown>;
    if (record === undefined) remove(rows, id);
    else put(rows, id, record);
  }

  /** Plays a patch of the server where its record is: among the kept ones, or among those shown. */
  function play(patch: Patch): void {
    const [table, id] = fromPointer(patch.path);
    const own = id !== undefined && isTable(table) ? kept.get(keyOf(table, id)) : undefined;
    if (own && isTable(table) && id !== undefined) {
      const rows = own.record === undefined ? {} : { [id]: own.record };
      applyPatches({ [table]: rows }, [patch]);
      own.record = rows[id];
    } else if (keptSingles && !isTable(table)) {
      applyPatches(keptSingles, [patch]);
    } else {
      records.applyPatch(patch);
    }
  }

  /** The server's records before and after patches, for what is carried along with the state. */
  function carry(patches: readonly Patch[]): void {
    const touched = touchedBy(patches);
    if ([...touched.values()].includes("all")) {
      restore();
      ground = null;
      for (const patch of patches) play(patch);
      return;
    }
    const before = ground && copiesOf(touched);
    for (const patch of patches) play(patch);
    if (!ground || !before) return;
    for (const [table, ids] of touched) {
      for (const id of ids) place(ground.state, table, id, serverOf(table, id));
    }
    // On the whole state: a look-up that is asked for later is made of it.
    ground.relations.advance(before, ground.state, touched);
  }

  /** The touched records that look-ups are made of, as they are before they change in place. */
  function copiesOf(touched: Touched): State {
    const tables: Partial<Record<TableName, object>> = {};
    for (const table of ["tasks", "agents", "notifications"] as const) {
      const rows: Record<string, unknown> = {};
      for (const id of touched.get(table) ?? []) {
        const record = serverOf(table, id);
        if (record !== undefined) rows[id] = structuredClone(record);
      }
      tables[table] = rows;
    }
    return tables as unknown as State;
  }

  /** Shows what the server says and nothing else. */
  function restore(): void {
    for (const { table, id, record } of kept.values()) records.put(table, id, record);
    if (keptSingles) for (const name of SINGLES) records.putSingle(name, keptSingles[name]);
    kept.clear();
    keptSingles = null;
  }

  /** Reduces what has no entry yet on the server's state, and shows the outcome. */
  function show(): void {
    const here = effects.filter(isHere);
    const steps = here.flatMap((effect) => effect.steps.map((step) => ({ effect, step })));
    const open = steps.filter(({ step }) => step.presumed === null);
    if (!reducer || open.length === 0) {
      if (kept.size > 0 || keptSingles) settleGround(restore);
      return;
    }
    ground ??= makeGround(reducer);
    keptSingles ??= structuredClone(pickSingles(raw));
    const { relations } = ground;
    let state: State = { ...ground.state, ...structuredClone(keptSingles) };
    const trail: { before: State; after: State; touched: Touched }[] = [];
    const touched = new Map<string, readonly [TableName, string]>();
    for (const { effect, step } of open) {
      const { key: actionId, at, seq } = effect;
      const result = reducer.foretell(state, step.ask, { at, seq, actionId }, relations);
      step.event = result?.event ?? step.event;
      if (!result) continue;
      relations.advance(state, result.state, result.touched);
      trail.push({ before: state, after: result.state, touched: result.touched });
      state = result.state;
      for (const [table, ids] of result.touched) {
        for (const id of ids) touched.set(keyOf(table, id), [table, id]);
      }
    }
    // Back to the server's state, before what is shown changes in place.
    for (const { before, after, touched: changed } of trail.reverse()) {
      relations.advance(after, before, changed);
    }
    for (const [key, { table, id, record }] of kept) {
      if (touched.has(key)) continue;
      records.put(table, id, record);
      kept.delete(key);
      place(ground.state, table, id, shownOf(table, id));
    }
    for (const [key, [table, id]] of touched) {
      if (!kept.has(key)) {
        const record = structuredClone(shownOf(table, id));
        kept.set(key, { table, id, record });
        place(ground.state, table, id, record);
      }
      records.put(table, id, structuredClone(get(state[table] as Table<unknown>, id)));
    }
    for (const name of SINGLES) records.putSingle(name, structuredClone(state[name]));
  }

  /** Runs what makes kept records shown ones again, and has the ground follow. */
  function settleGround(run: () => void): void {
    const before = [...kept.values()];
    run();
    if (!ground) return;
    for (const { table, id } of before) place(ground.state, table, id, shownOf(table, id));
  }

  /** Lets go of what is in the state. */
  function settle(seq: number): void {
    for (const effect of effects) {
      effect.steps = effect.steps.filter((step) => step.seq === null || step.seq > seq);
    }
    effects = effects.filter(({ steps }) => steps.length > 0);
  }

  /** Whether an entry is of a write of the page's own, as far as can be told. */
  function isOwn(event: WireEvent): boolean {
    return effects.filter(isHere).some(({ steps }) =>
      steps.some((step) => {
        if (step.seq !== null || step.presumed !== null) {
          return (step.seq ?? step.presumed) === event.id;
        }
        // Not foretold, so not known by its name either.
        const { action, body } = step.ask;
        const about = body.task_id ?? event.meta.task_id;
        return !step.event && event.meta.action === action && event.meta.task_id === about;
      }),
    );
  }

  /** Writes are done in order: is this the entry of the first that has neither answer nor entry? */
  function presume(event: WireEvent): void {
    const isOpen = (step: Step) => step.seq === null && step.presumed === null;
    const waiting = effects.find((effect) => isHere(effect) && effect.steps.some(isOpen));
    const mine = waiting?.steps.find((step) => isOpen(step) && isLike(step, event));
    if (mine) mine.presumed = event.id;
  }

  return {
    useReducer(given) {
      reducer = given;
      // Costs a pass over the state: better now, while nobody waits, than at the first write.
      ground ??= makeGround(reducer);
      show();
    },
    add({ key, asks, at, seq, journal: meant }) {
      const steps = asks.map((ask) => ({ ask, seq: null, presumed: null, event: null }));
      const known = effects.find((effect) => effect.key === key);
      if (!known) effects.push({ key, at, seq, journal: meant, steps });
      else if (known.journal === meant) known.steps = steps;
      else Object.assign(known, { at, seq, journal: meant, steps });
      show();
    },
    answered(key, seqs, seq) {
      const effect = effects.find((one) => one.key === key);
      if (!effect) return;
      // Its entry is in another journal, and does not come here.
      if (!isHere(effect)) effect.steps = [];
      effect.steps = effect.steps.filter((step, index) => {
        const own = seqs[index] ?? null;
        step.seq = own;
        // Taken for its own or not: now it is known, and one that is still to come is shown till then.
        if (own !== null && own > seq) step.presumed = null;
        return own !== null;
      });
      settle(seq);
      show();
    },
    commit(entries, seq) {
      const others: Patch[] = [];
      for (const { event, patches } of entries) {
        presume(event);
        if (!isOwn(event)) others.push(...patches);
        carry(patches);
      }
      settle(seq);
      if (effects.length > 0 || keptSingles) show();
      return others;
    },
    replace(state, events, { seq, journal: given, anew }) {
      journal = given;
      ground = null;
      kept.clear();
      keptSingles = null;
      if (anew) {
        for (const step of effects.flatMap(({ steps }) => steps)) {
          step.presumed = null;
          if (step.seq !== null) step.seq = 0;
        }
      }
      for (const event of events) presume(event);
      settle(seq);
      records.replaceAll(state);
      show();
    },
    isForetold: (table, id) => kept.has(keyOf(table, id)),
    size: () => effects.length,
  };
}

function pickSingles(state: WireState): Pick<WireState, Single> {
  return Object.fromEntries(SINGLES.map((name) => [name, state[name]])) as Pick<WireState, Single>;
}

/**
 * Whether an entry is called what a step foretold. Ids that the server gives out are not compared: of
 * a new record only what was said of it.
 */
function isLike({ ask, event: foretold }: Step, event: WireEvent): boolean {
  if (!foretold || event.meta.action !== ask.action) return false;
  const isNew = recordsOf({ asks: [ask] }).length === 0;
  return foretold.details === event.details && (isNew || foretold.title === event.title);
}
