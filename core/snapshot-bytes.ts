/**
 * The snapshot as bytes, of which only what changed since the last one is made anew: the JSON of a page of
 * tasks is kept for as long as the page and all that its tasks' views show of others are the same, and so is
 * a row of pages with its tally. A state is immutable, so a page that is the same object says the same.
 * Neighbours: `snapshot.ts` has the document, `mission-bytes.ts` does the same for missions, `queries.ts`
 * declares it, transport-http sends the pieces.
 * Invariant: the pieces together are the JSON of `toSnapshot`, byte for byte; between two steps little is done.
 */
import { COMMA, encoder, joined, toFields } from "./bytes.ts";
import type { StreamEvent } from "./entry.ts";
import { createMissionBytes } from "./mission-bytes.ts";
import { afterMissions, agentsIn, beforeMissions, loadsOf } from "./snapshot.ts";
import { isPresent } from "./state/agents/views.ts";
import type { Mission } from "./state/missions/mission.ts";
import type { State } from "./state/state.ts";
import type { Task } from "./state/tasks/task.ts";
import {
  hasUnresolvedBlockers,
  type Moment,
  namedBlockersOf,
  overdueFrom,
  staleFrom,
  toMoment,
  toTaskView,
} from "./state/tasks/views.ts";
import type { Steps } from "./steps.ts";
import { type Leaf, rowsOf, values } from "./table.ts";
import { type Tally, toTally } from "./tally.ts";

export type ToPieces = (
  state: State,
  seq: number,
  now: number,
  events: readonly StreamEvent[],
) => Steps<Uint8Array[]>;

/** Of tasks as they were last shown, beside the tasks themselves: what holds for as long as all of this does. */
interface Basis {
  /** What is shown of agents and projects. */
  others: object;
  /** The moments, in milliseconds, between which no task becomes stale or overdue. */
  from: number;
  until: number;
  /** Those that name blockers, and whether they were held up. */
  waiting: readonly Task[];
  held: string;
}

/** A page of tasks. */
interface Shown extends Basis {
  bytes: Uint8Array;
}

/** Pages that lie together, as one piece. */
interface Row extends Basis {
  bytes: Uint8Array;
  tally: Tally;
}

/** One that gathered so much is a step by itself; in bytes. */
const LARGE_TASK = 64 * 1024;

/** For which state and moment it is made. */
interface Asked {
  state: State;
  now: number;
  others: object;
  moment: Moment;
}

/**
 * @param onShown told of each task whose view is made, for specs
 * @param onMission the same of missions
 */
export function createSnapshotBytes(
  onShown: (task: Task) => void = () => {},
  onMission: (mission: Mission) => void = () => {},
): ToPieces {
  const shown = new WeakMap<object, Shown>();
  const rows = new WeakMap<object, Row>();
  const othersOf = createOthers();
  const toMissionPieces = createMissionBytes(onMission);

  function* toShown(tasks: readonly Task[], { state, now, others }: Asked): Steps<Shown> {
    let [from, until] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    const views: Uint8Array[] = [];
    for (const task of tasks) {
      onShown(task);
      for (const turn of [staleFrom(task), overdueFrom(task)]) {
        if (turn <= now) from = Math.max(from, turn);
        else if (turn > now) until = Math.min(until, turn);
      }
      const view = encoder.encode(JSON.stringify(toTaskView(state, task, now)));
      views.push(view);
      if (view.length > LARGE_TASK) yield;
    }
    const waiting = tasks.filter((task) => namedBlockersOf(task).length > 0);
    return { bytes: joined(views), others, from, until, waiting, held: heldOf(state, waiting) };
  }

  function* pageOf(leaf: Leaf<Task>, asked: Asked): Steps<Shown> {
    const known = shown.get(leaf);
    if (known && isStill(known, asked)) return known;
    const page = yield* toShown(Object.values(leaf), asked);
    shown.set(leaf, page);
    return page;
  }

  function* toRow(leaves: readonly Leaf<Task>[], asked: Asked): Steps<Row> {
    const { state, now, others, moment } = asked;
    const pages: Shown[] = [];
    for (const leaf of leaves) {
      const page = yield* pageOf(leaf, asked);
      if (page.bytes.length > 0) pages.push(page);
      yield;
    }
    const bytes = joined(pages.map((page) => page.bytes));
    // The pages become parts of the row, so that nothing is kept twice.
    let at = 0;
    for (const page of pages) {
      page.bytes = bytes.subarray(at, at + page.bytes.length);
      at += page.bytes.length + 1;
    }
    const tasks = leaves.flatMap((leaf) => Object.values(leaf));
    return {
      bytes,
      tally: toTally(state, tasks, now, moment),
      others,
      from: pages.reduce((from, page) => Math.max(from, page.from), Number.NEGATIVE_INFINITY),
      until: pages.reduce((until, page) => Math.min(until, page.until), Number.POSITIVE_INFINITY),
      waiting: pages.flatMap(({ waiting }) => waiting),
      held: pages.map(({ held }) => held).join(""),
    };
  }

  function* rowOf(key: object, leaves: readonly Leaf<Task>[], asked: Asked): Steps<Row> {
    const known = rows.get(key);
    if (known && isStill(known, asked)) return known;
    const row = yield* toRow(leaves, asked);
    rows.set(key, row);
    return row;
  }

  return function* toPieces(state, seq, now, events) {
    const asked = { state, now, others: othersOf(state), moment: toMoment(state, now) };
    const tasks: Uint8Array[] = [];
    const tallies: Tally[] = [];
    for (const { key, leaves } of rowsOf(state.tasks)) {
      const { bytes, tally } = yield* rowOf(key, leaves, asked);
      tallies.push(tally);
      if (bytes.length === 0) continue;
      if (tasks.length > 0) tasks.push(COMMA);
      tasks.push(bytes);
      yield;
    }
    const loads = loadsOf(state, tallies);
    const tasksOf = (id: string) => tallies.flatMap(({ missions }) => missions.get(id) ?? []);
    yield;
    const agents = yield* toFields({ agents: agentsIn(state, loads) });
    const before = yield* toFields(beforeMissions(state, events));
    const missions = yield* toMissionPieces(state, now, tallies, asked.others);
    const rest = yield* afterMissions(state, seq, now, { tallies, tasksOf, loads });
    yield;
    const after = yield* toFields(rest);
    return [
      encoder.encode("{"),
      ...agents,
      encoder.encode(',"tasks":['),
      ...tasks,
      encoder.encode("],"),
      ...before,
      encoder.encode(',"missions":['),
      ...missions,
      encoder.encode("],"),
      ...after,
      encoder.encode("}"),
    ];
  };
}

function isStill(basis: Basis, { state, now, others }: Asked): boolean {
  if (basis.others !== others || now < basis.from || now >= basis.until) return false;
  return basis.waiting.length === 0 || heldOf(state, basis.waiting) === basis.held;
}

function heldOf(state: State, waiting: readonly Task[]): string {
  return waiting.map((task) => (hasUnresolvedBlockers(state, task) ? 1 : 0)).join("");
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
