/**
 * How long the lines of managers are, from an agent up to the CEO. Neighbours: `rules.ts` and `roster-actions.ts` refuse
 * what would make one too long, `hand-over.ts` goes round it, an import asks. Invariant: a look passes each agent once,
 * also where a state that was restored from elsewhere has circles.
 */
import { refuse } from "../../errors.ts";
import { values } from "../../table.ts";
import type { State } from "../state.ts";

/** Agents of a line below the CEO: whoever follows it, follows so many. */
export const MAX_LINE = 100;

type Moved = readonly (readonly [agent: string, manager: string])[];

/** @param managers by agent; whom it does not hold stands at the top */
export function longestLine(managers: ReadonlyMap<string, string>): number {
  const depths = new Map<string, number>();
  let longest = 0;
  for (const start of managers.keys()) {
    const way = new Set<string>();
    let at: string | undefined = start;
    while (at !== undefined && !depths.has(at) && !way.has(at)) {
      const above = managers.get(at);
      if (above !== undefined) way.add(at);
      at = above;
    }
    let depth = (at !== undefined && depths.get(at)) || 0;
    for (const id of [...way].reverse()) depths.set(id, ++depth);
    longest = Math.max(longest, depth);
  }
  return longest;
}

export function managersIn(agents: Iterable<{ id: string; manager: string }>): Map<string, string> {
  return new Map(Array.from(agents, ({ id, manager }) => [id, manager]));
}

/** How long a line would be that is longer than may be, and than any was before; null for none. */
export function lineBeyond({ agents }: State, moved: Moved): number | null {
  const length = longestLine(new Map([...managersIn(values(agents)), ...moved]));
  if (length <= MAX_LINE) return null;
  return length > longestLine(managersIn(values(agents))) ? length : null;
}

/** Refuses managers under whom a line would be too long. */
export function checkLines(state: State, moved: Moved): void {
  const length = moved.length > 0 ? lineBeyond(state, moved) : null;
  if (length !== null) refuseLine(length);
}

export function refuseLine(length: number): never {
  const why = `a line of ${length} agents would lead up to the CEO, and one may have ${MAX_LINE}`;
  refuse("conflict", `${why}; choose a manager further up`, { field: "manager" });
}
