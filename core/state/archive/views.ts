/**
 * The reads of archived tasks: a page of them, and one task wherever it is. Neighbours: `page.ts`, the
 * journal keeps the rows, `queries.ts` lists the reads. Invariant: what is read is durable, like every
 * other read.
 */
import { Type } from "typebox";
import type { ArchivedRow } from "../../ports.ts";
import { defineQuery } from "../../query.ts";
import { id, line } from "../../schema.ts";
import { get } from "../../table.ts";
import { nameOf, refuseUnknownTask } from "../lookup.ts";
import type { State } from "../state.ts";
import type { Priority, Task, TaskType } from "../tasks/task.ts";
import { toTaskView } from "../tasks/views.ts";
import { pageOf, paging } from "./page.ts";

/** An archived task in a list. */
export interface ArchivedTask {
  id: string;
  title: string;
  type: TaskType;
  priority: Priority;
  project_id: string;
  project_name: string | null;
  mission_id: string | null;
  sprint_id: string | null;
  owner: string | null;
  owner_name: string | null;
  labels: string[];
  story_points: number | null;
  comments: number;
  done_at: string;
  /** The entry that archived it. */
  archived_seq: number;
}

const archive = defineQuery({
  name: "tasks/archive",
  summary: "Archived tasks, those done last first; go on with the cursor while there is one.",
  params: Type.Object({
    query: line("Words that must all be in the id, title, labels or description."),
    project: line("Only this project."),
    owner: line("Only of this agent."),
    before: line("Only done before this time, or this day."),
    ...paging,
  }),
  examples: [{}, { query: "scaffold", project: "atlas-core", limit: "10" }],
  searches: true,
  async answer({ view: { state }, ...context }, asked) {
    const { rows, next } = await pageOf(context, "task", asked);
    return {
      tasks: rows.map((row) => toArchivedTask(state, row)),
      next,
      total: state.archive.tasks,
    };
  },
});

function toArchivedTask(state: State, { json, at, seq }: ArchivedRow): ArchivedTask {
  const task = JSON.parse(json) as Task;
  return {
    id: task.id,
    title: task.title,
    type: task.type,
    priority: task.priority,
    project_id: task.project_id,
    project_name: get(state.projects, task.project_id)?.name ?? null,
    mission_id: task.mission_id,
    sprint_id: task.sprint_id,
    owner: task.owner,
    owner_name: task.owner ? nameOf(state, task.owner) : null,
    labels: task.labels,
    story_points: task.story_points,
    comments: task.comments.length,
    done_at: at,
    archived_seq: seq,
  };
}

const getTask = defineQuery({
  name: "tasks/get",
  summary: "One task in full, with its comments and its activity, also when it is archived.",
  params: Type.Object({ task_id: id("The task.") }),
  examples: [{ task_id: "T-202" }],
  async answer({ view: { state }, now, archive: reader }, { task_id }) {
    const task = get(state.tasks, task_id);
    if (task) return { task: toTaskView(state, task, now), archived_seq: null };
    const [row] = await reader.findArchived("task", [task_id]);
    if (!row) return refuseUnknownTask(task_id);
    return { task: toTaskView(state, JSON.parse(row.json) as Task, now), archived_seq: row.seq };
  },
});

export const archiveQueries = [archive, getTask] as const;
