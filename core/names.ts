/**
 * Names as people read them: what is seen of one, and who bears it. Neighbours: `permissions.ts` asks
 * before an agent's token is heard, `state/agents/rules.ts` before an id is given to a new agent.
 * Invariant: what a change of one agent costs here does not grow with the number of agents.
 */
import type { Agent } from "./state/agents/agent.ts";
import { type Leaf, rowsOf, type Table } from "./table.ts";

/**
 * Beside what Unicode says is to be ignored, and what is no character of its own, which many fonts draw as nothing: an
 * object's place, a note without a head, a filler.
 */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Cn}\p{Co}\p{Cs}\ufffc\u{1d159}\u{16fe4}]/gu;
/**
 * All that looks like a blank, which may be as thin as a hair; the pattern of Braille without a dot is none to Unicode.
 */
const BLANKS = /[\s\u0085\u2800]+/g;
const CONTROLS = /[\p{Cc}\p{Cf}]/gu;

/** What is seen of a name: what nobody sees makes no other one. */
export function toPlain(name: string): string {
  return (
    name
      .replaceAll(UNSEEN, "")
      .replaceAll(CONTROLS, "")
      // At last: what stood unseen between a letter and its mark kept them from being put together.
      .normalize("NFKC")
      .replaceAll(BLANKS, "")
      .toLowerCase()
  );
}

const plainNames = new Map<string, string>();
const MAX_KEPT = 10_000;
const MAX_KEPT_LENGTH = 300;

/** The same of who is shown: a snapshot asks for a few names, each once for every task. */
export function toPlainKept(name: string): string {
  const known = plainNames.get(name);
  if (known !== undefined) return known;
  const plain = toPlain(name);
  if (plainNames.size >= MAX_KEPT) plainNames.clear();
  if (name.length <= MAX_KEPT_LENGTH) plainNames.set(name, plain);
  return plain;
}

type Bearers = ReadonlyMap<string, readonly string[]>;

/** By row of the table: it stays the same as long as no agent in it changes. */
const rows = new WeakMap<object, Bearers>();
const tables = new WeakMap<object, readonly Bearers[]>();

/** @returns plain id or name → the ids of the agents in these leaves that are called so */
function bearersIn(leaves: readonly Leaf<Agent>[]): Bearers {
  const bearers = new Map<string, string[]>();
  for (const { id, name } of leaves.flatMap((leaf) => Object.values(leaf))) {
    for (const plain of new Set([toPlain(id), toPlain(name)])) {
      const others = bearers.get(plain);
      if (others) others.push(id);
      else bearers.set(plain, [id]);
    }
  }
  return bearers;
}

function bearersOf(agents: Table<Agent>): readonly Bearers[] {
  // A flat one is a page's, which changes it in place.
  if (!Array.isArray(agents)) return [bearersIn([agents])];
  const known = tables.get(agents);
  if (known) return known;
  const found: Bearers[] = [];
  for (const { key, leaves } of rowsOf(agents)) {
    const bearers = rows.get(key) ?? bearersIn(leaves);
    rows.set(key, bearers);
    if (bearers.size > 0) found.push(bearers);
  }
  tables.set(agents, found);
  return found;
}

/**
 * The agent beside this one whose id or name is seen as that; undefined for none.
 * @param agents of a plain state, which nobody changes any more
 * @param by "id" where a name does not count
 */
export function bearerBeside(
  agents: Table<Agent>,
  plain: string,
  self: string,
  by: "id" | "id or name" = "id or name",
) {
  for (const bearers of bearersOf(agents)) {
    const other = bearers
      .get(plain)
      ?.find((id) => id !== self && (by !== "id" || toPlain(id) === plain));
    if (other !== undefined) return other;
  }
  return undefined;
}
