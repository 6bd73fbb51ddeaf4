/**
 * The schema of a task's editable fields, shared by create, update and the tasks of a mission plan.
 * Neighbours: `actions.ts`, the mission plan. Invariant: says the same as `TaskFields` in `rules.ts`.
 */
import { Type } from "typebox";
import {
  date,
  id,
  ids,
  lines,
  nullableLine,
  nullableName,
  oneOf,
  optionalName,
  ref,
  requiredText,
  text,
} from "../../schema.ts";
import { PRIORITIES, STORY_POINTS, TASK_STATUSES, TASK_TYPES } from "./task.ts";

export const status = Type.Optional(oneOf(TASK_STATUSES, "Where the task stands."));

export const progress = Type.Optional(
  Type.Number({ minimum: 0, maximum: 100, description: "Percent done." }),
);

export const leaseToken = Type.Optional(
  Type.Integer({ minimum: 0, description: "The token of the lease it was claimed with." }),
);

export const expectedVersion = Type.Optional(
  Type.Integer({ minimum: 0, description: "Refuse when the version is another; as If-Match." }),
);

export const taskFields = {
  title: Type.Optional(requiredText("What is to be done.")),
  description: text("The task in full; Markdown."),
  project_id: Type.Optional(id("The project; ceo-console when absent.")),
  owner: ref("The agent that does it; null or empty for nobody."),
  specialist: nullableName("The specialism it needs, such as code, docs or qa."),
  priority: Type.Optional(oneOf(PRIORITIES, "P0 is the most urgent.")),
  type: Type.Optional(oneOf(TASK_TYPES, "The kind of work.")),
  reporter: optionalName("Who asked for it."),
  story_points: Type.Optional(
    Type.Unsafe<number | null>({ enum: [...STORY_POINTS, null], description: "Size." }),
  ),
  acceptance_criteria: lines("When it is accepted."),
  definition_of_done: lines("What done means."),
  assignees: ids("Agents on the task beside the owner."),
  collaborators: ids("Agents who help."),
  validation_owner: ref("Who approves it: an agent or ceo."),
  horizon: nullableLine("When it matters, such as Today or This Week."),
  due_date: date("The last day, YYYY-MM-DD; null clears it."),
  labels: lines("Free labels."),
  sprint_id: ref("The sprint; null for none."),
  mission_id: ref("The mission; null for none."),
  depends_on: ids("Tasks that must be done first."),
  artifacts: lines("Paths or links of what was made."),
};
