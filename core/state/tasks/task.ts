/**
 * The task: its fields, its vocabulary and the one table of allowed moves. Neighbours: `rules.ts`
 * changes tasks, `views.ts` derives from them.
 */
export const TASK_STATUSES = ["backlog", "ready", "in_progress", "validation", "done"] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

export const PRIORITIES = ["P0", "P1", "P2", "P3"] as const;
export type Priority = (typeof PRIORITIES)[number];

export const TASK_TYPES = ["bug", "story", "task", "spike", "epic"] as const;
export type TaskType = (typeof TASK_TYPES)[number];

export const STORY_POINTS = [1, 2, 3, 5, 8, 13] as const;

/** reference.txt, "Allowed status transitions". */
export const TRANSITIONS: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
  backlog: ["ready"],
  ready: ["backlog", "in_progress"],
  in_progress: ["ready", "validation"],
  validation: ["in_progress", "done"],
  done: ["validation"],
};

/** Each link type with what the other task then has. */
export const SYMMETRIC_LINKS = {
  "relates-to": "relates-to",
  duplicates: "duplicates",
  blocks: "is-blocked-by",
  "is-blocked-by": "blocks",
  "child-of": "parent-of",
  "parent-of": "child-of",
} as const;
export type LinkType = keyof typeof SYMMETRIC_LINKS;

export interface TaskLink {
  link_type: LinkType;
  target_id: string;
}

export interface Comment {
  id: string;
  author: string;
  text: string;
  timestamp: string;
}

export type ActivityValue = string | number | boolean | null;

export interface Activity {
  id: string;
  author: string;
  action: "created" | "changed" | "note" | "linked" | "event";
  field: string | null;
  from: ActivityValue;
  to: ActivityValue;
  timestamp: string;
  /** Signed in a name of its own by who was no agent then; the author may have been one before, or be one since. */
  person?: true;
}

/** Who works on a task right now, and until when (see `leases.ts`). */
export interface Lease {
  holder: string;
  /** The sequence number of the claim: a later claim always has a larger one. */
  token: number;
  ttl_seconds: number;
  expires_at: string;
}

export interface Task {
  id: string;
  title: string;
  description: string;
  type: TaskType;
  status: TaskStatus;
  priority: Priority;
  progress: number;
  project_id: string;
  mission_id: string | null;
  sprint_id: string | null;
  owner: string | null;
  /** The owner was chosen by the server, not named by anybody: where it is gone, the task is free again. */
  routed: boolean;
  assignees: string[];
  collaborators: string[];
  validation_owner: string | null;
  specialist: string | null;
  reporter: string;
  story_points: number | null;
  horizon: string | null;
  due_date: string | null;
  labels: string[];
  depends_on: string[];
  acceptance_criteria: string[];
  definition_of_done: string[];
  artifacts: string[];
  blocked: boolean;
  blockers: string[];
  lease: Lease | null;
  /** Leases lost since it last went on; too many and it waits for a human. */
  lease_expiries: number;
  needs_human: boolean;
  /** The agent that has it wait for a human, by its word or by the lease it lost; of nobody else's doing absent. */
  asked_by?: string;
  links: TaskLink[];
  comments: Comment[];
  /** The latest entries; the journal keeps them all. */
  activity: Activity[];
  /** The sequence number of its last change. */
  version: number;
  created_at: string;
  updated_at: string;
  /** Since when it has its status. */
  status_since: string;
  done_at: string | null;
}

export function isOpen(task: Pick<Task, "status">): boolean {
  return task.status !== "done";
}

/** The server chose its owner, and nobody has begun it. */
export function isRouted({ owner, routed, status }: Task): boolean {
  return owner !== null && routed && (status === "ready" || status === "backlog");
}
