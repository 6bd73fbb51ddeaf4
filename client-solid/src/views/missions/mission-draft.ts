/**
 * A mission as it stands in the planner, and what of it is sent. Neighbour: `MissionForm.tsx`.
 * Invariant: an update carries only what the person changed, so that two people do not undo each other.
 */
import type { Mission, MissionStatus, Severity } from "../../../../core/state/missions/mission.ts";
import type { Priority } from "../../../../core/state/tasks/task.ts";

export interface ChildDraft {
  title: string;
  description: string;
  owner: string;
  specialist: string;
  priority: Priority;
}

export interface MilestoneDraft {
  title: string;
  due_date: string;
  done: boolean;
}

export interface MissionDraft {
  title: string;
  objective: string;
  summary: string;
  project_id: string;
  owner: string;
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
  milestones: MilestoneDraft[];
  task_ids: string[];
  tasks: ChildDraft[];
}

export const EMPTY_CHILD: ChildDraft = {
  title: "",
  description: "",
  owner: "",
  specialist: "",
  priority: "P1",
};

/** @param taskIds the tasks it has; @param project where a new one begins */
export function toDraft(
  mission: Mission | null,
  taskIds: readonly string[],
  project: string,
): MissionDraft {
  return {
    title: mission?.title ?? "",
    objective: mission?.objective ?? "",
    summary: mission?.summary ?? "",
    project_id: mission?.project_id ?? project,
    owner: mission?.owner ?? "",
    status: mission?.status ?? "planned",
    severity: mission?.severity ?? "medium",
    priority: mission?.priority ?? "P1",
    horizon: mission?.horizon ?? "This Week",
    required_specialists: [...(mission?.required_specialists ?? [])],
    assigned_agents: [...(mission?.assigned_agents ?? [])],
    next_actions: [...(mission?.next_actions ?? [])],
    success_criteria: [...(mission?.success_criteria ?? [])],
    dependencies: [...(mission?.dependencies ?? [])],
    risks: [...(mission?.risks ?? [])],
    milestones: (mission?.milestones ?? []).map(({ title, due_date, done }) => ({
      title,
      due_date: due_date ?? "",
      done,
    })),
    task_ids: [...taskIds],
    tasks: [],
  };
}

const TEXTS = ["title", "objective", "summary", "horizon"] as const;
const CHOICES = ["project_id", "status", "severity", "priority"] as const;
const LISTS = [
  "required_specialists",
  "assigned_agents",
  "next_actions",
  "success_criteria",
  "dependencies",
  "risks",
  "task_ids",
] as const;

type Payload = Record<string, unknown>;

/** The body of missions/plan: what differs from `before`; all that says something for a new one. */
export function toPayload(draft: MissionDraft, before: MissionDraft): Payload {
  const payload: Payload = {};
  for (const field of TEXTS) {
    if (draft[field].trim() !== before[field]) payload[field] = draft[field].trim();
  }
  for (const field of CHOICES) if (draft[field] !== before[field]) payload[field] = draft[field];
  if (draft.owner !== before.owner) payload.owner = draft.owner || null;
  for (const field of LISTS) {
    const lines = trimmed(draft[field]);
    if (!sameLines(lines, before[field])) payload[field] = lines;
  }
  const milestones = draft.milestones.filter(({ title }) => title.trim() !== "").map(toMilestone);
  if (JSON.stringify(milestones) !== JSON.stringify(before.milestones.map(toMilestone))) {
    payload.milestones = milestones;
  }
  const tasks = draft.tasks.filter(({ title }) => title.trim() !== "").map(toChild);
  if (tasks.length > 0) payload.tasks = tasks;
  return payload;
}

function toMilestone({ title, due_date, done }: MilestoneDraft) {
  return { title: title.trim(), ...(due_date && { due_date }), done };
}

/** An owner is only named where one was chosen: absent, the server routes by specialism. */
function toChild({ title, description, owner, specialist, priority }: ChildDraft) {
  return {
    title: title.trim(),
    priority,
    ...(description.trim() && { description: description.trim() }),
    ...(owner && { owner }),
    ...(specialist && { specialist }),
  };
}

function trimmed(lines: readonly string[]): string[] {
  return lines.map((line) => line.trim()).filter((line) => line !== "");
}

function sameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, at) => line === b[at]);
}
