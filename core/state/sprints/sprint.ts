/** The sprint: a span of dates. Which tasks it holds is said by the tasks (`sprint_id`). */
export const SPRINT_STATUSES = ["planned", "active", "completed"] as const;
export type SprintStatus = (typeof SPRINT_STATUSES)[number];

/** What was done of a sprint and is in the archive: enough for its velocity and its burndown. */
export interface ArchivedWork {
  tasks: number;
  points: number;
  /** Story points by the day they were done, `YYYY-MM-DD`. */
  points_by_day: Record<string, number>;
}

export interface Sprint {
  id: string;
  name: string;
  goal: string;
  project_id: string | null;
  status: SprintStatus;
  start_date: string | null;
  end_date: string | null;
  /** Absent for none. */
  archived?: ArchivedWork;
  created_at: string;
  updated_at: string;
}
