/** The project: what tasks, agents and missions belong to. */
export const PROJECT_STATUSES = ["active", "paused", "completed", "archived"] as const;
export type ProjectStatus = (typeof PROJECT_STATUSES)[number];

/** Always there: tasks without a project go here. */
export const HOME_PROJECT = "ceo-console";

export interface Project {
  id: string;
  name: string;
  description: string;
  status: ProjectStatus;
  created_at: string;
  updated_at: string;
}
