/**
 * What some tasks add to that which is derived from all of them: workloads, missions, exceptions.
 * Neighbours: the selectors of the slices count and put together; `snapshot.ts` takes the tallies of
 * all tasks, `snapshot-bytes.ts` keeps one for each row of them.
 */
import { countLoads, type LoadCounts } from "./state/agents/views.ts";
import { tasksByMission } from "./state/missions/views.ts";
import type { State } from "./state/state.ts";
import type { Task } from "./state/tasks/task.ts";
import { type FoundException, findExceptions, type Moment } from "./state/tasks/views.ts";

export interface Tally {
  loads: ReadonlyMap<string, LoadCounts>;
  missions: ReadonlyMap<string, readonly Task[]>;
  exceptions: readonly FoundException[];
}

/** @param moment `toMoment(state, now)` */
export function toTally(state: State, tasks: readonly Task[], now: number, moment: Moment): Tally {
  return {
    loads: countLoads(tasks),
    missions: tasksByMission(tasks),
    exceptions: findExceptions(state, tasks, now, moment),
  };
}
