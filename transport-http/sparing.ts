/**
 * What anybody can bring about as often as they like is said once a minute: a log must not grow by a flood,
 * nor cost more than what it tells of. Neighbours: `app.ts` and the server ask before they log. Invariant: a
 * bounded number of lines a minute, whatever comes; the next line says how many were not said.
 */

const MINUTE_MS = 60_000;
const MAX_LINES = 100;

/**
 * @param what such as a status, an address and a route together
 * @returns facts for the line, or null when it is not to be said
 */
export type Sparing = (what: string) => { unsaid?: number } | null;

/** @param clock milliseconds */
export function createSparing(clock: () => number): Sparing {
  const said = new Set<string>();
  let since = clock();
  let unsaid = 0;
  return (what) => {
    const ageMs = clock() - since;
    // A clock set back must not keep anything unsaid for long.
    if (ageMs >= MINUTE_MS || ageMs < 0) {
      since += ageMs;
      said.clear();
    }
    if (said.has(what) || said.size >= MAX_LINES) {
      unsaid++;
      return null;
    }
    said.add(what);
    const facts = unsaid > 0 ? { unsaid } : {};
    unsaid = 0;
    return facts;
  };
}
