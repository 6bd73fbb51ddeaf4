/** What a person added to a list and took out of it, done to the list as it is by now. Neighbour: `Texts.tsx`. */

/**
 * @param opened the list that was edited
 * @param mine what the person made of it
 * @param theirs what it is by now
 */
export function mergeLines(
  opened: readonly string[],
  mine: readonly string[],
  theirs: readonly string[],
): string[] {
  if (isSame(opened, theirs)) return [...mine];
  const kept = new Set(mine);
  const removed = new Set(opened.filter((line) => !kept.has(line)));
  const merged = theirs.filter((line) => !removed.has(line));
  const known = new Set([...opened, ...merged]);
  for (const [at, line] of mine.entries()) {
    if (known.has(line)) continue;
    // Behind what it stood behind, where that is still there.
    const before = mine.slice(0, at).findLast((one) => merged.includes(one));
    if (before === undefined && at > 0) merged.push(line);
    else merged.splice(before === undefined ? 0 : merged.lastIndexOf(before) + 1, 0, line);
    known.add(line);
  }
  return merged;
}

export function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((line, at) => line === others[at]);
}
