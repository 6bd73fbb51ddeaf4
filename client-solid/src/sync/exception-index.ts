/**
 * Which tasks need the CEO's eye, bucket by bucket, most urgent first. Neighbours: the core says what
 * an exception is, `store.ts` has this follow the records and the clock, `reading.ts` offers it to the
 * views. Invariant: the same ids in the same order as the core's `exceptionDashboard`.
 */
import type { Touched } from "../../../core/patch.ts";
import type { WireState } from "../../../core/state/state.ts";
import { type ExceptionBucket, exceptionsOf } from "../../../core/state/tasks/views.ts";
import { createSortedGroups, type Place } from "./sorted-groups.ts";
import type { TaskIndex } from "./task-index.ts";

export interface ExceptionIndex {
  /** Reactive: the ids of the tasks in a bucket. */
  ids(bucket: ExceptionBucket): readonly string[];
  /** Reactive: the same of one project. */
  idsOf(projectId: string, bucket: ExceptionBucket): readonly string[];
  /** Moves on to the records as they are now; after the task index has. */
  follow(touched: Touched): void;
  /** Time went on: what became stale or overdue by it. In milliseconds, by the server's clock. */
  tick(now: number): void;
}

type Grouping = "bucket" | "project";
const keyOf = (projectId: string, bucket: ExceptionBucket) => `${projectId}/${bucket}`;

export function createExceptionIndex(raw: WireState, tasks: TaskIndex): ExceptionIndex {
  const groups = createSortedGroups<Grouping>(["bucket", "project"]);
  let now = 0;

  function placeOf(id: string): Place<Grouping> | undefined {
    const task = Object.hasOwn(raw.tasks, id) ? raw.tasks[id] : undefined;
    const buckets = task ? exceptionsOf(raw, task, now).map(({ bucket }) => bucket) : [];
    if (!task || buckets.length === 0) return undefined;
    const project = buckets.map((bucket) => keyOf(task.project_id, bucket));
    return { rank: `${task.priority} ${task.updated_at}`, keys: { bucket: buckets, project } };
  }

  function rebuild(): void {
    const places = new Map<string, Place<Grouping>>();
    for (const id of Object.keys(raw.tasks)) {
      const place = placeOf(id);
      if (place) places.set(id, place);
    }
    groups.rebuild(places);
  }

  return {
    ids: (bucket) => groups.ids("bucket", bucket),
    idsOf: (projectId, bucket) => groups.ids("project", keyOf(projectId, bucket)),
    follow(touched) {
      const [changed, agents] = [touched.get("tasks"), touched.get("agents")];
      if (changed === "all" || agents === "all") rebuild();
      else {
        for (const id of changed ?? []) groups.move(id, placeOf(id));
        // Whether work is stale also hangs on whether its owner is there.
        for (const agent of agents ?? []) {
          for (const id of tasks.peek("lane", `${agent}/in_progress`)) {
            groups.move(id, placeOf(id));
          }
        }
      }
      groups.tell();
    },
    tick(at) {
      now = at;
      const aging = [
        tasks.peek("status", "in_progress"),
        ...tasks.peekKeys("due").map((day) => tasks.peek("due", day)),
      ];
      for (const id of aging.flat()) groups.move(id, placeOf(id));
      groups.tell();
    },
  };
}
