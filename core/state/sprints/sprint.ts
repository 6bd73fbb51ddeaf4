/** The sprint: a span of dates. Which tasks it holds is said by the tasks (`sprint_id`). */
export const SPRINT_STATUSES = ["planned", "active", "completed"] as const;
export type SprintStatus = (typeof SPRINT_STATUSES)[number];

export interface Sprint {
  id: string;
  name: string;
  goal: string;
  project_id: string | null;
  status: SprintStatus;
  start_date: string | null;
  end_date: string | null;
  created_at: string;
  updated_at: string;
}
