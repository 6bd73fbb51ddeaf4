/**
 * Who is there to take work of a specialism. Neighbours: the missions' `views.ts` shows it, the tasks'
 * `rules.ts` gives tasks by it. Invariant: looked up once for each row of agents that changed, so that what
 * an answer costs grows with what it names and not with the number of agents.
 */
import { type Leaf, rowsOf, type Table } from "../../table.ts";
import type { Agent } from "./agent.ts";
import { isPresent } from "./views.ts";

/** Specialism → ids of present agents, in the order of the table. */
export type Takers = ReadonlyMap<string, readonly string[]>;

function add(found: Map<string, string[]>, specialist: string, ids: readonly string[]): void {
  const known = found.get(specialist);
  if (known) for (const id of ids) known.push(id);
  else found.set(specialist, [...ids]);
}

/** @param specialismsOf those of which an agent takes work */
function createIndex(specialismsOf: (agent: Agent) => Iterable<string>) {
  /** By row of the table: it stays the same as long as no agent in it changes. */
  const rows = new WeakMap<object, Takers>();
  const tables = new WeakMap<object, Takers>();

  function takersIn(leaves: readonly Leaf<Agent>[]): Map<string, string[]> {
    const found = new Map<string, string[]>();
    for (const agent of leaves.flatMap((leaf) => Object.values(leaf))) {
      if (!isPresent(agent)) continue;
      for (const specialist of new Set(specialismsOf(agent))) add(found, specialist, [agent.id]);
    }
    return found;
  }

  return (agents: Table<Agent>): Takers => {
    // A flat one is a page's, which changes it in place.
    if (!Array.isArray(agents)) return takersIn([agents]);
    const known = tables.get(agents);
    if (known) return known;
    const all = new Map<string, string[]>();
    for (const { key, leaves } of rowsOf(agents)) {
      const takers = rows.get(key) ?? takersIn(leaves);
      rows.set(key, takers);
      for (const [specialist, ids] of takers) add(all, specialist, ids);
    }
    tables.set(agents, all);
    return all;
  };
}

/** Those who say that they take work of it; of a plain state, which nobody changes any more, or a page's. */
export const takersByWord = createIndex(({ specialists }) => specialists);

/** The same, and those who are at home in it. */
export const takersOrHome = createIndex(({ home_specialist, specialists }) =>
  home_specialist === null ? specialists : [home_specialist, ...specialists],
);
