/**
 * What changed in a list, in steps: Immer says of a list that was assigned anew the whole of it, however
 * little differs. Neighbour: `reduce.ts`, which makes the patches of an entry of what comes from here.
 * Invariants: the steps, played in order on the list before, give the list after; where they would say more
 * than the list itself, or it is short, the list stays as it was said.
 */
import type { Patch as ImmerPatch } from "immer";
import type { State } from "./state/state.ts";

type Path = ImmerPatch["path"];

/** Of a patch, beside its value, in characters; only to compare with. */
const STEP = 60;
/** A shorter list is said whole, which is plainer to read. */
const SHORT = 1_000;
/** What an item that is no text counts. */
const RECORD = 100;
/** In the paged form a record is at the fourth place of a path. */
const RECORD_AT = 3;

/** @param before the state that the patches are made for */
export function inSteps(patches: readonly ImmerPatch[], before: State): readonly ImmerPatch[] {
  if (!patches.some(replacesList)) return patches;
  return patches.flatMap((patch) => {
    const known = replacesList(patch) ? listAt(before, patch.path) : undefined;
    return known === undefined ? [patch] : stepsBetween(known, patch);
  });
}

/** Not a table, which is a list of pages. */
function replacesList({ op, path, value }: ImmerPatch): boolean {
  return op === "replace" && path.length > RECORD_AT + 1 && Array.isArray(value);
}

/** Undefined also within another list, whose items may stand elsewhere by then. */
function listAt(state: State, path: Path): readonly unknown[] | undefined {
  let at: unknown = state;
  for (const [depth, part] of path.entries()) {
    if (typeof at !== "object" || at === null) return undefined;
    if (depth > RECORD_AT && Array.isArray(at)) return undefined;
    at = (at as Record<string | number, unknown>)[part];
  }
  return Array.isArray(at) ? at : undefined;
}

function stepsBetween(before: readonly unknown[], whole: ImmerPatch): ImmerPatch[] {
  const after: readonly unknown[] = whole.value;
  const placeOf = createPlaces(before);
  const steps: ImmerPatch[] = [];
  let said = 0;
  let at = 0;
  const removeUpTo = (end: number, index: number) => {
    for (; at < end; at++) steps.push({ op: "remove", path: [...whole.path, index] });
  };
  for (const [index, item] of after.entries()) {
    const place = placeOf(item, at);
    if (place === undefined) {
      steps.push({ op: "add", path: [...whole.path, index], value: item });
      said += weightOf(item);
    } else {
      removeUpTo(place, index);
      at = place + 1;
    }
  }
  removeUpTo(before.length, after.length);
  const all = after.reduce((sum: number, item) => sum + weightOf(item), STEP);
  const worthwhile = all > SHORT && said + steps.length * STEP < all;
  return worthwhile || steps.length === 0 ? steps : [whole];
}

/** Where an item next stands in the list, from a place on that only grows; found by its hash, not by looking along. */
function createPlaces(items: readonly unknown[]) {
  const first = new Map<unknown, number>();
  const next: (number | undefined)[] = [];
  for (let index = items.length - 1; index >= 0; index--) {
    next[index] = first.get(items[index]);
    first.set(items[index], index);
  }
  return (item: unknown, from: number): number | undefined => {
    let place = first.get(item);
    while (place !== undefined && place < from) place = next[place];
    if (place !== undefined) first.set(item, place);
    return place;
  };
}

function weightOf(item: unknown): number {
  return typeof item === "string" ? item.length : RECORD;
}
