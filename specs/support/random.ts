/** A seeded source of chance (mulberry32), so that a failing run can be had again from its seed. */
export interface Random {
  /** From 0 up to, not including, `below`. */
  whole(below: number): number;
  pick<T>(items: readonly T[]): T;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }
  const whole = (below: number) => Math.floor(next() * below);
  return {
    whole,
    pick<T>(items: readonly T[]): T {
      const item = items[whole(items.length)];
      if (item === undefined) throw new Error("nothing to pick from");
      return item;
    },
  };
}

/** The seed of this run: `SEED` from the environment, else one of its own; print it on failure. */
export function seedOf(fallback: number): number {
  return process.env.SEED ? Number(process.env.SEED) : fallback;
}
