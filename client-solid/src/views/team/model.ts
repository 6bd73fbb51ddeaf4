/**
 * The org chart: who is under whom, and where each card stands. Neighbours: the drawn chart and the
 * indented tree show the same rows. Invariant: pure; every active agent is in it exactly once, whatever
 * its manager says, and no two cards overlap.
 */
import { type Agent, CEO } from "../../../../core/state/agents/agent.ts";

export type Reporting = Pick<Agent, "id" | "name" | "manager" | "standing">;

export interface Row {
  id: string;
  parent: string | null;
  /** 1 for the CEO, as aria-level counts. */
  level: number;
  /** 1 for the first under its manager, of `siblings`. */
  place: number;
  siblings: number;
  /** The ids right below, shown or not. */
  reports: readonly string[];
  /** How many are below it in all. */
  below: number;
  open: boolean;
}

/** Direct reports by manager, each list by name; who would hang in the air stands under the CEO. */
export function reportsOf(agents: Iterable<Reporting>): Map<string, string[]> {
  const active = new Map<string, Reporting>();
  for (const agent of agents) if (agent.standing === "active") active.set(agent.id, agent);
  const reports = new Map<string, string[]>([[CEO, []]]);
  for (const [id, manager] of managersOf(active)) {
    const team = reports.get(manager);
    if (team) team.push(id);
    else reports.set(manager, [id]);
  }
  const nameOf = (id: string) => (active.get(id)?.name ?? id).toLowerCase();
  for (const team of reports.values()) team.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  return reports;
}

function managersOf(active: ReadonlyMap<string, Reporting>): Map<string, string> {
  const managers = new Map<string, string>();
  for (const { id, manager } of active.values()) {
    managers.set(id, active.has(manager) ? manager : CEO);
  }
  // A circle would be shown nowhere: it is cut where it closes.
  const sound = new Set<string>([CEO]);
  for (const id of managers.keys()) {
    const chain = new Set<string>();
    for (let at = id; !sound.has(at); at = managers.get(at) ?? CEO) {
      if (chain.has(at)) managers.set(at, CEO);
      chain.add(at);
    }
    for (const each of chain) sound.add(each);
  }
  return managers;
}

interface Visited {
  id: string;
  parent: string | null;
  level: number;
  place: number;
  siblings: number;
}

/** From the CEO down, each followed by those below it; not by recursion, since a line may be longer than a stack. */
function* visit(
  reports: ReadonlyMap<string, readonly string[]>,
  isOpen: (id: string) => boolean,
): Generator<Visited> {
  const ahead: Visited[] = [{ id: CEO, parent: null, level: 1, place: 1, siblings: 1 }];
  for (let next = ahead.pop(); next; next = ahead.pop()) {
    yield next;
    const { id: parent, level } = next;
    if (!isOpen(parent)) continue;
    const team = reports.get(parent) ?? [];
    for (const [at, id] of [...team.entries()].reverse()) {
      ahead.push({ id, parent, level: level + 1, place: at + 1, siblings: team.length });
    }
  }
}

/** The rows that are shown, from the CEO down, each followed by those below it. */
export function toRows(
  reports: ReadonlyMap<string, readonly string[]>,
  closed: ReadonlySet<string>,
): Row[] {
  const below = countBelow(reports);
  return Array.from(
    visit(reports, (id) => !closed.has(id)),
    (row) => {
      const team = reports.get(row.id) ?? [];
      const open = team.length > 0 && !closed.has(row.id);
      return { ...row, reports: team, below: below.get(row.id) ?? 0, open };
    },
  );
}

function countBelow(reports: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const counts = new Map<string, number>();
  // The last first, so that all below one are counted before it.
  for (const { id, parent } of [...visit(reports, () => true)].reverse()) {
    const own = counts.get(id) ?? 0;
    counts.set(id, own);
    if (parent !== null) counts.set(parent, (counts.get(parent) ?? 0) + own + 1);
  }
  return counts;
}

/** In pixels at full size. */
export const CARD = { width: 216, height: 96, gapX: 24, gapY: 40 } as const;
const STEP = CARD.width + CARD.gapX;
const DROP = CARD.height + CARD.gapY;
/** Reports who have none themselves stand below each other from so many on: wide charts are hard to read. */
const MIN_STACKED = 2;
const MAX_STACK = 6;
/** Between the trunk of a column and its cards. */
const TRUNK = 14;

export interface Place {
  id: string;
  /** The left and upper edge. */
  x: number;
  y: number;
}

export interface Layout {
  places: Map<string, Place>;
  /** The lines from managers to reports, each as the `d` of a path. */
  lines: { id: string; d: string }[];
  width: number;
  height: number;
}

/** Branches below one card: where each begins, and the ends of each row of all, from the upper one down. */
interface Team {
  parts: { branch: Branch; x: number; row: number }[];
  left: number[];
  right: number[];
  /** One below the other, in columns. */
  stacked: boolean;
}

/** A branch with its manager's card at x = 0 in row 0. */
type Branch = Team & { id: string };

/** A tidy tree: managers over the middle of their reports, branches as close as their rows allow. */
export function toLayout(rows: readonly Row[]): Layout {
  const root = rows[0];
  const branch = root && toBranches(rows).get(root.id);
  if (!branch) return { places: new Map(), lines: [], width: 0, height: 0 };
  const shift = -leastOf(branch.left);
  const places = new Map<string, Place>();
  const stacked = new Set<string>();
  const ahead = [{ branch, x: shift, row: 0 }];
  for (let next = ahead.pop(); next; next = ahead.pop()) {
    const { branch: each, x, row } = next;
    places.set(each.id, { id: each.id, x, y: row * DROP });
    for (const part of [...each.parts].reverse()) {
      if (each.stacked) stacked.add(part.branch.id);
      ahead.push({ branch: part.branch, x: x + part.x, row: row + part.row });
    }
  }
  const lines = rows.flatMap(({ id, parent }) => {
    const to = places.get(id);
    const from = parent === null ? undefined : places.get(parent);
    return to && from ? [{ id, d: lineOf(from, to, stacked.has(id)) }] : [];
  });
  return {
    places,
    lines,
    width: mostOf(branch.right) + shift,
    height: branch.left.length * DROP - CARD.gapY,
  };
}

// Not Math.min of all of them: a call has no room for so many.
const leastOf = (all: readonly number[]) => all.reduce((least, each) => Math.min(least, each));
const mostOf = (all: readonly number[]) => all.reduce((most, each) => Math.max(most, each));

/** By id; the last row first, so that all below one are there before it. */
function toBranches(rows: readonly Row[]): Map<string, Branch> {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const branches = new Map<string, Branch>();
  for (const row of [...rows].reverse()) {
    const shown = row.open ? row.reports.flatMap((id) => byId.get(id) ?? []) : [];
    branches.set(row.id, toBranch(row.id, shown, branches));
  }
  return branches;
}

function toBranch(
  id: string,
  shown: readonly Row[],
  branches: ReadonlyMap<string, Branch>,
): Branch {
  if (shown.length === 0) return { id, parts: [], left: [0], right: [CARD.width], stacked: false };
  const below = shown.flatMap((row) => branches.get(row.id) ?? []);
  const leaves = shown.every(({ open }) => !open);
  const team = leaves && shown.length >= MIN_STACKED ? toColumns(below) : besideEachOther(below);
  const edges = team.parts.map(({ x }) => x);
  const middle = (leastOf(edges) + mostOf(edges)) / 2;
  return {
    id,
    parts: team.parts.map(({ branch, x, row }) => ({ branch, x: x - middle, row: row + 1 })),
    left: [0, ...team.left.map((x) => x - middle)],
    right: [CARD.width, ...team.right.map((x) => x - middle)],
    stacked: team.stacked,
  };
}

/** Each branch as far left as every row of it allows. */
function besideEachOther(branches: readonly Branch[]): Team {
  const team: Team = { parts: [], left: [], right: [], stacked: false };
  for (const branch of branches) {
    const { left, right } = branch;
    let shift = 0;
    for (const [row, edge] of left.entries()) {
      const taken = team.right[row];
      if (taken !== undefined) shift = Math.max(shift, taken + CARD.gapX - edge);
    }
    team.parts.push({ branch, x: shift, row: 0 });
    for (const [row, edge] of left.entries()) {
      team.left[row] = Math.min(team.left[row] ?? Number.POSITIVE_INFINITY, edge + shift);
      team.right[row] = Math.max(
        team.right[row] ?? Number.NEGATIVE_INFINITY,
        (right[row] ?? 0) + shift,
      );
    }
  }
  return team;
}

/** Columns of equal height, one card below the other. */
function toColumns(branches: readonly Branch[]): Team {
  const columns = Math.ceil(branches.length / MAX_STACK);
  const height = Math.ceil(branches.length / columns);
  const team: Team = { parts: [], left: [], right: [], stacked: true };
  for (const [index, branch] of branches.entries()) {
    const row = index % height;
    const x = Math.floor(index / height) * STEP;
    team.parts.push({ branch, x, row });
    team.left[row] = Math.min(team.left[row] ?? 0, -TRUNK);
    team.right[row] = x + CARD.width;
  }
  return team;
}

/** From the lower edge of the manager to the upper edge of the report; in a column to its side. */
function lineOf(from: Place, to: Place, stacked: boolean): string {
  const x = from.x + CARD.width / 2;
  const y = from.y + CARD.height;
  const turn = y + CARD.gapY / 2;
  if (stacked) {
    return `M${x} ${y}V${turn}H${to.x - TRUNK}V${to.y + CARD.height / 2}H${to.x}`;
  }
  return `M${x} ${y}V${turn}H${to.x + CARD.width / 2}V${to.y}`;
}

export type Walk = "next" | "previous" | "in" | "out" | "first" | "last";

/**
 * Where the keyboard goes from a row of the tree.
 * @returns the row to go to, or a branch to open or close; null at an edge
 */
export function walk(
  rows: readonly Row[],
  id: string,
  way: Walk,
): { go: string } | { open: string } | { close: string } | null {
  const at = rows.findIndex((row) => row.id === id);
  const row = rows[at];
  const to = (target: string | null | undefined) => (target ? { go: target } : null);
  if (!row) return to(rows[0]?.id);
  switch (way) {
    case "next":
      return to(rows[at + 1]?.id);
    case "previous":
      return to(rows[at - 1]?.id);
    case "first":
      return to(rows[0]?.id);
    case "last":
      return to(rows.at(-1)?.id);
    case "in":
      if (row.reports.length === 0) return null;
      return row.open ? to(row.reports[0]) : { open: id };
    case "out":
      return row.open ? { close: id } : to(row.parent);
  }
}
