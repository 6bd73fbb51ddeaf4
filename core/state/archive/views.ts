/**
 * The reads of the archive: a page of what is in it, and one task
 * wherever it is. Neighbours: the journal keeps
 * the rows, `queries.ts` lists the reads. Invariant: what is read is durable, like every other read.
 */
import { Type } from "typebox";
import { refuse } from "../../errors.ts";
import type { ArchivedRow } from "../../ports.ts";
import { defineQuery } from "../../query.ts";
import { id, line } from "../../schema.ts";
import { get } from "../../table.ts";
import { fromTime, toTime } from "../../time.ts";
import { nameOf, refuseUnknownTask } from "../lookup.ts";
import type { State } from "../state.ts";
import type { Priority, Task, TaskType } from "../tasks/task.ts";
import { toTaskView } from "../tasks/views.ts";

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

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;
const MAX_WORDS = 8;

const archive = defineQuery({
  name: "tasks/archive",
  summary: "Archived tasks, those done last first; go on with the cursor while there is one.",
  params: Type.Object({
    query: line("Words that must all be in the id, title, labels or description."),
    project: line("Only this project."),
    owner: line("Only of this agent."),
    before: line("Only done before this time, or this day."),
    limit: Type.Optional(
      Type.String({
        pattern: "^[0-9]{1,6}$",
        maxLength: 6,
        description: `1 to ${MAX_LIMIT}; ${DEFAULT_LIMIT} when absent.`,
      }),
    ),
    cursor: line("The next of the page before."),
  }),
  examples: [{}, { query: "scaffold", project: "atlas-core", limit: "10" }],
  async answer(
    { view: { state }, archive: reader },
    { query, project, owner, before, limit, cursor },
  ) {
    const { rows, next } = await reader.listArchived({
      words: [...new Set((query ?? "").toLowerCase().split(/\s+/).filter(Boolean))].slice(
        0,
        MAX_WORDS,
      ),
      project: project || undefined,
      owner: owner || undefined,
      before: before ? momentOf(before) : undefined,
      after: cursor ? fromCursor(cursor) : undefined,
      limit: limitOf(limit),
    });
    return {
      tasks: rows.map((row) => toArchivedTask(state, row)),
      next: next && toCursor(next),
      total: state.archive.tasks,
    };
  },
});

function limitOf(limit: string | undefined): number {
  if (limit === undefined) return DEFAULT_LIMIT;
  const number = Number(limit);
  if (number >= 1 && number <= MAX_LIMIT) return number;
  refuse("invalid", `limit must be from 1 to ${MAX_LIMIT}`, { field: "limit" });
}

/** As the rows are ordered. */
function momentOf(before: string): string {
  const ms = fromTime(before);
  if (Number.isNaN(ms)) {
    refuse("invalid", "before must be a time such as 2026-03-21T09:30:00Z, or a day", {
      field: "before",
    });
  }
  return toTime(ms);
}

const CURSOR = /^([0-9T:+-]{25})~(.{1,120})$/;

function toCursor({ at, id }: Pick<ArchivedRow, "at" | "id">): string {
  return `${at}~${id}`;
}

function fromCursor(cursor: string): Pick<ArchivedRow, "at" | "id"> {
  // A plus sign in a query is a blank where nobody encoded it.
  const [, at, id] = CURSOR.exec(cursor.replace(" ", "+")) ?? [];
  if (at && id) return { at, id };
  refuse("invalid", "cursor must be the next of an earlier answer", { field: "cursor" });
}

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
    const [row] = await reader.findArchived([task_id]);
    if (!row) return refuseUnknownTask(task_id);
    return { task: toTaskView(state, JSON.parse(row.json) as Task, now), archived_seq: row.seq };
  },
});

export const archiveQueries = [archive, getTask] as const;
