/**
 * Places of which there are few, each held by somebody: streams, and searches that wait. Neighbours: the transports
 * and `searches.ts`, who know how many there are. Invariant: while one is free anybody has it; once none is, who has
 * fewer than another gets one of theirs, until all have as many, so that nobody has all and nobody none.
 */
export interface Places<T> {
  add(who: string, one: T): void;
  leave(one: T): void;
  size(): number;
  /**
   * For one more of somebody where none is free: takes away the latest place of who has the most.
   * @returns who held it, and is to be told; undefined where nobody has more than this one would
   */
  takeFor(who: string): T | undefined;
}

export function createPlaces<T>(): Places<T> {
  const holders = new Map<T, string>();
  const places = new Map<string, Set<T>>();

  function leave(one: T): void {
    const who = holders.get(one);
    if (who === undefined) return;
    holders.delete(one);
    const theirs = places.get(who);
    theirs?.delete(one);
    if (theirs?.size === 0) places.delete(who);
  }

  return {
    add(who, one) {
      holders.set(one, who);
      const theirs = places.get(who) ?? new Set();
      places.set(who, theirs.add(one));
    },
    leave,
    size: () => holders.size,
    takeFor(who) {
      let most: ReadonlySet<T> = new Set();
      for (const theirs of places.values()) if (theirs.size > most.size) most = theirs;
      if (most.size <= (places.get(who)?.size ?? 0) + 1) return undefined;
      const one = [...most].at(-1);
      if (one !== undefined) leave(one);
      return one;
    },
  };
}
