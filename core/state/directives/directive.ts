/** What the CEO asked of an agent, and the task made of it. */
export interface Directive {
  id: string;
  target: string;
  text: string;
  project_id: string | null;
  specialist: string | null;
  status: "queued";
  task_id: string | null;
  timestamp: string;
}
