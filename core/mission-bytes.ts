/**
 * The views of all missions as bytes, of which only those are made anew that changed since the last time:
 * a mission that is the same object, with the same tasks and the same people there for it, is seen the same.
 * Neighbours: `snapshot-bytes.ts` puts them in their place, `tally.ts` brings the tasks of each.
 * Invariant: the pieces with commas between are the JSON of `missionViews`, byte for byte.
 */
import { COMMA, encoder, joined } from "./bytes.ts";
import { type Takers, takersByWord } from "./state/agents/takers.ts";
import { nameOf } from "./state/lookup.ts";
import type { Mission } from "./state/missions/mission.ts";
import { partsByMission, toMissionView } from "./state/missions/views.ts";
import type { State } from "./state/state.ts";
import type { Task } from "./state/tasks/task.ts";
import type { Steps } from "./steps.ts";
import { get, rowsOf } from "./table.ts";
import type { Tally } from "./tally.ts";

type Parts = readonly (readonly Task[])[];
const NO_PARTS: Parts = [];
const NOBODY: readonly string[] = [];

/** What is shown with a mission and does not stand in its record. */
interface Around {
  /** One object for as long as names of agents and projects stay the same. */
  others: object;
  /** Its lists stay the same objects for as long as they say the same, and it with them. */
  takers: Takers;
  /** The same for as long as no task is another; those of a tally are made anew also when one is overdue. */
  parts: ReadonlyMap<string, Parts>;
}

interface Shown {
  parts: Parts;
  names: string;
  there: readonly (readonly string[])[];
  bytes: Uint8Array;
}

interface Row extends Around {
  bytes: Uint8Array;
}

export type MissionPieces = (
  state: State,
  now: number,
  tallies: readonly Tally[],
  others: object,
) => Steps<Uint8Array[]>;

/** @param onShown told of each mission whose view is made, for specs */
export function createMissionBytes(onShown: (mission: Mission) => void = () => {}): MissionPieces {
  const missions = new WeakMap<Mission, Shown>();
  const rows = new WeakMap<object, Row>();
  const takersOf = createKeptTakers();
  const partsOf = createKeptParts();

  function toShown(state: State, mission: Mission, now: number, { parts, takers }: Around): Shown {
    const own = parts.get(mission.id) ?? NO_PARTS;
    const there = thereFor(mission, takers);
    const names = namesOf(state, mission);
    const known = missions.get(mission);
    if (
      known &&
      known.names === names &&
      areSame(known.parts, own) &&
      areSame(known.there, there)
    ) {
      return known;
    }
    onShown(mission);
    const view = toMissionView(state, mission, own.flat(), now);
    const shown = { parts: own, names, there, bytes: encoder.encode(JSON.stringify(view)) };
    missions.set(mission, shown);
    return shown;
  }

  function* toRow(state: State, all: readonly Mission[], now: number, around: Around): Steps<Row> {
    const shown: Shown[] = [];
    for (const mission of all) {
      shown.push(toShown(state, mission, now, around));
      yield;
    }
    const bytes = joined(shown.map((one) => one.bytes));
    // They become parts of the row, so that nothing is kept twice.
    let at = 0;
    for (const one of shown) {
      one.bytes = bytes.subarray(at, at + one.bytes.length);
      at += one.bytes.length + 1;
    }
    return { ...around, bytes };
  }

  return function* toPieces(state, now, tallies, others) {
    const around = { others, takers: takersOf(state), parts: partsOf(tallies) };
    const pieces: Uint8Array[] = [];
    for (const { key, leaves } of rowsOf(state.missions)) {
      let row = rows.get(key);
      if (!row || !isAsBefore(row, around)) {
        const all = leaves.flatMap((leaf) => Object.values(leaf));
        row = yield* toRow(state, all, now, around);
        rows.set(key, row);
      }
      if (row.bytes.length === 0) continue;
      if (pieces.length > 0) pieces.push(COMMA);
      pieces.push(row.bytes);
    }
    return pieces;
  };
}

function isAsBefore(row: Around, { others, takers, parts }: Around): boolean {
  return row.others === others && row.takers === takers && row.parts === parts;
}

function namesOf(state: State, { owner, project_id }: Mission): string {
  const project = get(state.projects, project_id);
  return JSON.stringify([owner && nameOf(state, owner), project?.name]);
}

function thereFor({ required_specialists }: Mission, takers: Takers): (readonly string[])[] {
  return required_specialists.map((specialist) => takers.get(specialist) ?? NOBODY);
}

function areSame<T>(before: readonly T[], now: readonly T[]): boolean {
  return before.length === now.length && before.every((one, at) => one === now[at]);
}

function createKeptTakers(): (state: State) => Takers {
  let seen: Takers | null = null;
  let kept: Map<string, readonly string[]> = new Map();
  return ({ agents }) => {
    const takers = takersByWord(agents);
    if (takers === seen) return kept;
    seen = takers;
    const next = new Map<string, readonly string[]>();
    let same = takers.size === kept.size;
    for (const [specialist, ids] of takers) {
      const before = kept.get(specialist);
      const isSame = before !== undefined && areSame(before, ids);
      next.set(specialist, isSame ? before : ids);
      same &&= isSame;
    }
    if (!same) kept = next;
    return kept;
  };
}

function createKeptParts(): (tallies: readonly Tally[]) => ReadonlyMap<string, Parts> {
  let seen: readonly Tally[] = [];
  let kept: ReadonlyMap<string, Parts> = new Map();
  return (tallies) => {
    if (areSame(seen, tallies)) return kept;
    seen = tallies;
    kept = partsByMission(tallies.map(({ missions }) => missions));
    return kept;
  };
}
