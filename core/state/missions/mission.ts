/** The mission: an objective that groups tasks. Which tasks is said by the tasks (`mission_id`). */
import type { Priority } from "../tasks/task.ts";

export const MISSION_STATUSES = ["planned", "active", "blocked", "done"] as const;
export type MissionStatus = (typeof MISSION_STATUSES)[number];

export const SEVERITIES = ["low", "medium", "high", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface Milestone {
  title: string;
  due_date: string | null;
  done: boolean;
}

export interface Mission {
  id: string;
  title: string;
  objective: string;
  summary: string;
  project_id: string;
  owner: string | null;
  status: MissionStatus;
  severity: Severity;
  priority: Priority;
  horizon: string;
  required_specialists: string[];
  assigned_agents: string[];
  next_actions: string[];
  success_criteria: string[];
  dependencies: string[];
  risks: string[];
  milestones: Milestone[];
  /** Its done tasks that are in the archive; absent for none. They count as before. */
  archived_tasks?: number;
  /** The sequence number of its last change. */
  version: number;
  created_at: string;
  updated_at: string;
}
