/**
 * The records of plans as answers show them: missions, projects, sprints. Neighbours: their slices have
 * the interfaces; `records.ts` gathers all records.
 */
import { Type } from "typebox";
import { MISSION_STATUSES, type Milestone, SEVERITIES } from "../state/missions/mission.ts";
import type { MissionControl, MissionView, Staffing } from "../state/missions/views.ts";
import { PROJECT_STATUSES, type Project } from "../state/projects/project.ts";
import { SPRINT_STATUSES, type Sprint } from "../state/sprints/sprint.ts";
import {
  count,
  flag,
  oneOf,
  optionalDate,
  optionalText,
  record,
  text,
  texts,
  time,
} from "./fields.ts";
import { priority } from "./task-records.ts";

export const milestone = record<Milestone>()("Milestone", {
  title: text(),
  due_date: optionalDate(),
  done: flag(),
});

export const staffing = record<Staffing>()("Staffing", {
  specialist: text(),
  agents: Type.Array(Type.String(), {
    description: "Present agents who take tasks of it; the first 20.",
  }),
  present: count("How many such agents there are."),
  covered: flag(),
});

const missionCounts = Type.Object({
  total: count(),
  open: count(),
  done: count(),
  blocked: count(),
  overdue: count(),
});

export const mission = record<MissionView>()("Mission", {
  id: text(),
  title: text(),
  objective: text(),
  summary: text(),
  project_id: text(),
  owner: optionalText(),
  status: oneOf(MISSION_STATUSES),
  severity: oneOf(SEVERITIES),
  priority: priority(),
  horizon: text(),
  required_specialists: texts(),
  assigned_agents: texts(),
  next_actions: texts(),
  success_criteria: texts(),
  dependencies: texts(),
  risks: texts(),
  milestones: Type.Array(milestone),
  archived_tasks: Type.Optional(
    count("Its done tasks that are in the archive; counted as before."),
  ),
  version: count("Quote it as If-Match or expected_version."),
  created_at: time(),
  updated_at: time(),
  task_ids: texts(),
  progress: Type.Number({ minimum: 0, maximum: 100, description: "Percent." }),
  owner_name: optionalText(),
  project_name: optionalText(),
  counts: missionCounts,
  staffing: Type.Array(staffing),
});

export const missionControl = record<MissionControl>()("MissionControl", {
  total: count(),
  by_status: Type.Object({ planned: count(), active: count(), blocked: count(), done: count() }),
  focus: optionalText(),
  missions: Type.Array(
    Type.Object({
      id: text(),
      title: text(),
      status: oneOf(MISSION_STATUSES),
      progress: Type.Number(),
      counts: missionCounts,
      staffing: Type.Array(staffing),
    }),
    { description: "The first 50 to look at, those that are done last." },
  ),
});

export const project = record<Project>()("Project", {
  id: text(),
  name: text(),
  description: text(),
  status: oneOf(PROJECT_STATUSES),
  created_at: time(),
  updated_at: time(),
});

export const sprint = record<Sprint>()("Sprint", {
  id: text(),
  name: text(),
  goal: text(),
  project_id: optionalText(),
  status: oneOf(SPRINT_STATUSES),
  start_date: optionalDate(),
  end_date: optionalDate(),
  archived: Type.Optional(
    Type.Object(
      {
        tasks: count(),
        points: count("Story points."),
        points_by_day: Type.Record(Type.String(), count()),
      },
      { description: "Its done tasks that are in the archive." },
    ),
  ),
  created_at: time(),
  updated_at: time(),
});
