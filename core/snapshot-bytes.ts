/**
 * The snapshot as bytes, of which only what changed since the last one is made anew: the JSON of a page of
 * tasks is kept for as long as the page and all that its tasks' views show of others are the same. A state is
 * immutable, so a page that is the same object says the same. Neighbours: `snapshot.ts` has the
 * document, `queries.ts` declares it, transport-http sends the pieces.
 * Invariant: the pieces together are the JSON of `toSnapshot`, byte for byte.
 */
import type { StreamEvent } from "./entry.ts";
import { aroundTasks } from "./snapshot.ts";
import { isPresent } from "./state/agents/views.ts";
import type { State } from "./state/state.ts";
import type { Task } from "./state/tasks/task.ts";
import {
  hasUnresolvedBlockers,
  namedBlockersOf,
  staleFrom,
  toTaskView,
} from "./state/tasks/views.ts";
import { type Leaf, rowsOf, values } from "./table.ts";

export type ToPieces = (
  state: State,
  seq: number,
  now: number,
  events: readonly StreamEvent[],
) => Uint8Array[];

/** A page of tasks as it was last shown. */
interface Shown {
  bytes: Uint8Array;
  /** What its views say of agents and projects. */
  others: object;
  /** The moments, in milliseconds, between which no task of it becomes stale. */
  from: number;
  until: number;
  /** Those that name blockers, and whether they were held up. */
  waiting: readonly Task[];
  held: string;
}

/** Pages that lie together, as one piece. */
interface Row {
  pages: readonly Shown[];
  bytes: Uint8Array;
}

const encoder = new TextEncoder();
const COMMA = encoder.encode(",");

/** @param onShown told of each task whose view is made, for specs */
export function createSnapshotBytes(onShown: (task: Task) => void = () => {}): ToPieces {
  const shown = new WeakMap<object, Shown>();
  const rows = new WeakMap<object, Row>();
  const othersOf = createOthers();

  function toShown(state: State, tasks: readonly Task[], others: object, now: number): Shown {
    let [from, until] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    const views = tasks.map((task) => {
      onShown(task);
      const stale = staleFrom(task);
      if (stale <= now) from = Math.max(from, stale);
      else until = Math.min(until, stale);
      return JSON.stringify(toTaskView(state, task, now));
    });
    const waiting = tasks.filter((task) => namedBlockersOf(task).length > 0);
    const bytes = encoder.encode(views.join());
    return { bytes, others, from, until, waiting, held: heldOf(state, waiting) };
  }

  function isStill(page: Shown, state: State, others: object, now: number): boolean {
    if (page.others !== others || now < page.from || now >= page.until) return false;
    return page.waiting.length === 0 || heldOf(state, page.waiting) === page.held;
  }

  function pageOf(state: State, leaf: Leaf<Task>, others: object, now: number): Shown {
    const known = shown.get(leaf);
    if (known && isStill(known, state, others, now)) return known;
    const page = toShown(state, Object.values(leaf), others, now);
    shown.set(leaf, page);
    return page;
  }

  function rowOf(key: object, pages: readonly Shown[]): Row {
    const known = rows.get(key);
    if (known?.pages.length === pages.length && pages.every((page, n) => page === known.pages[n])) {
      return known;
    }
    const bytes = joined(pages.map((page) => page.bytes));
    // The pages become parts of the row, so that nothing is kept twice.
    let at = 0;
    for (const page of pages) {
      page.bytes = bytes.subarray(at, at + page.bytes.length);
      at += page.bytes.length + 1;
    }
    const row = { pages, bytes };
    rows.set(key, row);
    return row;
  }

  return (state, seq, now, events) => {
    const others = othersOf(state);
    const { agents, ...rest } = aroundTasks(state, seq, now, events);
    const pieces: Uint8Array[] = [encoder.encode(`{"agents":${JSON.stringify(agents)},"tasks":[`)];
    for (const { key, leaves } of rowsOf(state.tasks)) {
      const pages = leaves
        .map((leaf) => pageOf(state, leaf, others, now))
        .filter(({ bytes }) => bytes.length > 0);
      if (pages.length === 0) continue;
      if (pieces.length > 1) pieces.push(COMMA);
      pieces.push(rowOf(key, pages).bytes);
    }
    pieces.push(encoder.encode(`],${JSON.stringify(rest).slice(1)}`));
    return pieces;
  };
}

function heldOf(state: State, waiting: readonly Task[]): string {
  return waiting.map((task) => (hasUnresolvedBlockers(state, task) ? 1 : 0)).join("");
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, parts.length - 1);
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    if (at > 0) bytes.set(COMMA, at++);
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** One object for as long as all that the view of a task shows of agents and projects is the same. */
function createOthers(): (state: State) => object {
  let last: Pick<State, "agents" | "projects" | "company"> | null = null;
  let text = "";
  let others = {};
  return ({ agents, projects, company }) => {
    if (last?.agents === agents && last.projects === projects && last.company === company) {
      return others;
    }
    last = { agents, projects, company };
    const now = JSON.stringify([
      company.ceo_name,
      values(agents).map((agent) => [agent.id, agent.name, isPresent(agent)]),
      values(projects).map(({ id, name }) => [id, name]),
    ]);
    if (now !== text) others = {};
    text = now;
    return others;
  };
}
