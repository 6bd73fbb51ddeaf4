/** The run: one published result of an agent's work. */

/** Kept in the state; the journal keeps them all. */
export const MAX_RUNS = 500;

export const OUTCOMES = ["working", "needs_attention", "blocked", "validation"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Run {
  id: string;
  agent_id: string;
  task_id: string | null;
  project_id: string | null;
  title: string;
  outcome: Outcome;
  summary: string;
  artifacts: string[];
  session_key: string | null;
  run_id: string | null;
  collaborating_with: string[];
  pr_status: string | null;
  issue_ref: string | null;
  note: string;
  done_summary: string;
  doing_summary: string;
  next_summary: string;
  timestamp: string;
}
