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
  for (const id of managers.keys()) {
    const chain = new Set<string>();
    for (let at = id; at !== CEO; at = managers.get(at) ?? CEO) {
      if (chain.has(at)) managers.set(at, CEO);
      chain.add(at);
    }
  }
  return managers;
}

/** The rows that are shown, from the CEO down, each followed by those below it. */
export function toRows(
  reports: ReadonlyMap<string, readonly string[]>,
  closed: ReadonlySet<string>,
): Row[] {
  const below = countBelow(reports);
  const rows: Row[] = [];
  const visit = (id: string, parent: string | null, level: number, place: number, of: number) => {
    const team = reports.get(id) ?? [];
    const open = team.length > 0 && !closed.has(id);
    rows.push({
      id,
      parent,
      level,
      place,
      siblings: of,
      reports: team,
      below: below.get(id) ?? 0,
      open,
    });
    if (open)
      for (const [at, each] of team.entries()) visit(each, id, level + 1, at + 1, team.length);
  };
  visit(CEO, null, 1, 1, 1);
  return rows;
}

function countBelow(reports: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const counts = new Map<string, number>();
  const count = (id: string): number => {
    const total = (reports.get(id) ?? []).reduce((sum, each) => sum + 1 + count(each), 0);
    counts.set(id, total);
    return total;
  };
  count(CEO);
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

/** A branch with its manager's card at x = 0: the ends of each row of it, from the manager's down. */
interface Branch {
  at: Map<string, { x: number; row: number }>;
  left: number[];
  right: number[];
  stacked: Set<string>;
}

/** A tidy tree: managers over the middle of their reports, branches as close as their rows allow. */
export function toLayout(rows: readonly Row[]): Layout {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const root = rows[0];
  if (!root) return { places: new Map(), lines: [], width: 0, height: 0 };
  const branch = toBranch(root, byId);
  const shift = -Math.min(...branch.left);
  const places = new Map<string, Place>();
  for (const [id, { x, row }] of branch.at) places.set(id, { id, x: x + shift, y: row * DROP });
  const lines = rows.flatMap(({ id, parent }) => {
    const to = places.get(id);
    const from = parent === null ? undefined : places.get(parent);
    return to && from ? [{ id, d: lineOf(from, to, branch.stacked.has(id)) }] : [];
  });
  return {
    places,
    lines,
    width: Math.max(...branch.right) + shift,
    height: branch.left.length * DROP - CARD.gapY,
  };
}

function toBranch(row: Row, byId: ReadonlyMap<string, Row>): Branch {
  const shown = row.open ? row.reports.flatMap((id) => byId.get(id) ?? []) : [];
  const own = new Map([[row.id, { x: 0, row: 0 }]]);
  if (shown.length === 0) return { at: own, left: [0], right: [CARD.width], stacked: new Set() };
  const leaves = shown.every(({ open }) => !open);
  const team =
    leaves && shown.length >= MIN_STACKED
      ? toColumns(shown)
      : besideEachOther(shown.map((each) => toBranch(each, byId)));
  const middle = (teamLeft(team, shown) + teamRight(team, shown) - CARD.width) / 2;
  const at = own;
  for (const [id, place] of team.at) at.set(id, { x: place.x - middle, row: place.row + 1 });
  return {
    at,
    left: [0, ...team.left.map((x) => x - middle)],
    right: [CARD.width, ...team.right.map((x) => x - middle)],
    stacked: team.stacked,
  };
}

const edges = (team: Branch, shown: readonly Row[]) =>
  shown.map(({ id }) => team.at.get(id)?.x ?? 0);
const teamLeft = (team: Branch, shown: readonly Row[]) => Math.min(...edges(team, shown));
const teamRight = (team: Branch, shown: readonly Row[]) =>
  Math.max(...edges(team, shown)) + CARD.width;

/** Each branch as far left as every row of it allows. */
function besideEachOther(branches: readonly Branch[]): Branch {
  const team: Branch = { at: new Map(), left: [], right: [], stacked: new Set() };
  for (const { at, left, right, stacked } of branches) {
    let shift = 0;
    for (const [row, edge] of left.entries()) {
      const taken = team.right[row];
      if (taken !== undefined) shift = Math.max(shift, taken + CARD.gapX - edge);
    }
    if (team.at.size === 0) shift = 0;
    for (const [id, place] of at) team.at.set(id, { x: place.x + shift, row: place.row });
    for (const id of stacked) team.stacked.add(id);
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
function toColumns(shown: readonly Row[]): Branch {
  const columns = Math.ceil(shown.length / MAX_STACK);
  const height = Math.ceil(shown.length / columns);
  const team: Branch = { at: new Map(), left: [], right: [], stacked: new Set() };
  for (const [index, { id }] of shown.entries()) {
    const row = index % height;
    const x = Math.floor(index / height) * STEP;
    team.at.set(id, { x, row });
    team.stacked.add(id);
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
