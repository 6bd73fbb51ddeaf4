/**
 * The records that answers are made of, as schemas: what the interfaces of the slices say to the
 * compiler, said to everybody else. Neighbours: `replies.ts` says which answer holds which, the
 * documents publish them by their titles. Invariant: a schema that does not say the same as its
 * interface does not compile (`fields.ts`), and the specs hold both against the live server.
 */
import { grant } from "./access-records.ts";
import { agent, orgCard, orgStructure, run, workload } from "./agent-records.ts";
import {
  archivedDirective,
  archivedMessage,
  company,
  delivery,
  directive,
  event,
  message,
  notification,
  recovery,
  thread,
  webhook,
} from "./company-records.ts";
import { milestone, mission, missionControl, project, sprint, staffing } from "./plan-records.ts";
import {
  activity,
  archivedTask,
  comment,
  exception,
  exceptionDashboard,
  lease,
  link,
  reason,
  task,
  template,
} from "./task-records.ts";

export const records = {
  activity,
  agent,
  archivedDirective,
  archivedMessage,
  archivedTask,
  comment,
  company,
  delivery,
  directive,
  event,
  exception,
  exceptionDashboard,
  grant,
  lease,
  link,
  message,
  milestone,
  mission,
  missionControl,
  notification,
  orgCard,
  orgStructure,
  project,
  reason,
  recovery,
  run,
  sprint,
  staffing,
  task,
  template,
  thread,
  webhook,
  workload,
};
