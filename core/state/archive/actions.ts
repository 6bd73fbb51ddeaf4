/**
 * The actions of the archive: a timer sends finished tasks there, anybody brings one back. What refers
 * to an archived task keeps its id: a done dependency is a resolved one, missions and sprints go on
 * counting it. Neighbours: the server's timers, `archive.ts`, the engine, which looks up what comes back.
 * Invariant: the record goes whole into the entry, so that the journal alone can tell the archive.
 */
import { Type } from "typebox";
import { type Context, defineAction, isSince } from "../../action.ts";
import { refuse } from "../../errors.ts";
import { id, ids, optionalName, source, text } from "../../schema.ts";
import { get, has, put, remove, values } from "../../table.ts";
import { fromTime, toDate } from "../../time.ts";
import { CEO } from "../agents/agent.ts";
import { checkPerson, find, nameTold, revise, touch } from "../lookup.ts";
import type { State } from "../state.ts";
import { recordActivity } from "../tasks/activity.ts";
import { dependentsOf, fullOfDependents } from "../tasks/circle.ts";
import { moveTask } from "../tasks/moves.ts";
import { taskIds } from "../tasks/naming.ts";
import { fullGroup } from "../tasks/rules.ts";
import type { Task } from "../tasks/task.ts";
import { viewTask } from "../tasks/views.ts";
import { isArchivable } from "./archive.ts";

/** Tasks of one entry. */
export const MAX_ARCHIVED_AT_ONCE = 50;

const archiveTasks = defineAction({
  name: "system/archive",
  summary: "Move tasks that have been done for long into the archive.",
  internal: true,
  body: Type.Object({
    task_ids: ids("The tasks; what may not go is left where it is."),
    days: Type.Number({ minimum: 0, description: "How long they must have been done." }),
  }),
  kind: "state_saved",
  examples: [{ task_ids: ["T-202"], days: 0 }],
  actor: () => "system",
  reduce(draft, { task_ids = [], days }, context) {
    const { before, at } = context;
    const gone: Task[] = [];
    for (const task_id of new Set(task_ids.slice(0, MAX_ARCHIVED_AT_ONCE))) {
      const task = get(before.tasks, task_id);
      if (!task || !isArchivable(before, task, days, at)) continue;
      remove(draft.tasks, task_id);
      count(draft, task, 1, context);
      gone.push(task);
    }
    const archived = gone.map(({ id }) => id);
    draft.archive.tasks += gone.length;
    for (const agent of values(before.agents)) {
      if (!agent.current_task_id || !archived.includes(agent.current_task_id)) continue;
      find(draft, "agents", agent.id).current_task_id = null;
    }
    return {
      title: `${gone.length} task${gone.length === 1 ? "" : "s"} archived`,
      details: archived.join(", "),
      ids: { task_ids: archived },
      ...(gone.length === 0 ? { idle: true as const } : { archive: { put: gone } }),
      reply: () => ({ task_ids: archived }),
    };
  },
});

/** Keeps the sums of what is archived where tasks are counted. */
function count(state: State, task: Task, step: 1 | -1, context: Context): void {
  const mission = task.mission_id ? get(state.missions, task.mission_id) : undefined;
  if (mission) {
    const tasks = (mission.archived_tasks ?? 0) + step;
    if (tasks > 0) mission.archived_tasks = tasks;
    else delete mission.archived_tasks;
    revise(mission, context);
  }
  const sprint = task.sprint_id ? get(state.sprints, task.sprint_id) : undefined;
  if (!sprint) return;
  sprint.archived ??= { tasks: 0, points: 0, points_by_day: {} };
  const points = step * (task.story_points ?? 0);
  const { points_by_day: days } = sprint.archived;
  const day = toDate(fromTime(task.done_at ?? task.updated_at));
  sprint.archived.tasks += step;
  sprint.archived.points += points;
  if (points !== 0) days[day] = (days[day] ?? 0) + points;
  if (days[day] === 0) delete days[day];
  if (sprint.archived.tasks <= 0) delete sprint.archived;
}

const reopenTask = defineAction({
  name: "tasks/reopen",
  summary:
    "Reopen a done task, also an archived one: it comes back with all it had, to validation.",
  body: Type.Object({
    task_id: id("The task."),
    agent_id: optionalName("The agent that reopens it."),
    author: optionalName("Who reopens it, when it is no agent; ceo when absent."),
    note: text("Why, for the activity."),
    source,
  }),
  kind: "task_updated",
  forms: { envelope: "task", id: "task_id" },
  examples: [{ task_id: "T-202", note: "The scaffold misses the second project." }],
  actor: ({ agent_id, author }) => agent_id || author,
  recalls: ({ task_id }) => task_id,
  alone: "the task is first looked up in the archive",
  reduce(draft, { task_id, agent_id, author: named, note }, context) {
    checkPerson(draft, agent_id);
    const author = agent_id || named || CEO;
    const back = has(draft.tasks, task_id) ? null : bringBack(draft, task_id, context);
    const task = find(draft, "tasks", task_id);
    if (task.status !== "done") {
      refuse("conflict", `${task_id} is not done; it is in ${task.status}`, { field: "task_id" });
    }
    moveTask(task, "validation", author, context);
    if (note) {
      recordActivity(task, { author, action: "note", field: null, from: null, to: note }, context);
    }
    touch(task, context);
    return {
      title: `${nameTold(draft, author, context)} reopened ${task_id}`,
      details: back ? "from the archive" : "",
      ids: taskIds(task),
      ...(back && { archive: { take: [task_id] } }),
      reply: (after, at) => ({ task: viewTask(after, task_id, at) }),
    };
  },
});

/** Puts the archived task back into the state, without what it named that is gone since. */
function bringBack(draft: State, task_id: string, context: Context): Task | null {
  const { recalled } = context;
  // A reset since it was looked up took it away for good.
  if (recalled?.task.id !== task_id || recalled.seq <= draft.archive.since) return null;
  const { task, archived } = recalled;
  const isActive = (agent: string | null) =>
    agent === CEO || (agent !== null && get(draft.agents, agent)?.standing === "active");
  const isKnown = (other: string) => has(draft.tasks, other) || archived.includes(other);
  const dependents = dependentsOf(context, task_id);
  const [mission_id, sprint_id] = [task.mission_id, task.sprint_id];
  const inMission = mission_id && has(draft.missions, mission_id) ? mission_id : null;
  const inSprint = sprint_id && has(draft.sprints, sprint_id) ? sprint_id : null;
  if (inMission) checkRoom(draft, task_id, "mission", inMission, context);
  if (inSprint) checkRoom(draft, task_id, "sprint", inSprint, context);
  // Whose word it was is gone, and nobody took it over: else it would be anybody's now.
  const instead = task.validation_owner && isSince(context, 2) ? CEO : null;
  const isTaken = (other: string) => {
    const awaited = get(context.before.tasks, other);
    return isSince(context, 2) && awaited !== undefined && fullOfDependents(awaited, context);
  };
  const record: Task = {
    ...task,
    mission_id: inMission,
    sprint_id: inSprint,
    owner: isActive(task.owner) ? task.owner : null,
    validation_owner: isActive(task.validation_owner) ? task.validation_owner : instead,
    assignees: task.assignees.filter(isActive),
    collaborators: task.collaborators.filter(isActive),
    depends_on: task.depends_on.filter(
      (other) => isKnown(other) && !dependents.has(other) && !isTaken(other),
    ),
    links: task.links.filter(({ target_id }) => isKnown(target_id)),
    comments: [...task.comments],
    activity: [...task.activity],
  };
  put(draft.tasks, task_id, record);
  draft.archive.tasks -= 1;
  count(draft, task, -1, context);
  return record;
}

/** What comes back takes the room of what is made: else who may not make one more would have it archived first. */
function checkRoom(
  state: State,
  task_id: string,
  group: "mission" | "sprint",
  id: string,
  context: Context,
): void {
  const full = isSince(context, 2) ? fullGroup(state, group, id, context) : null;
  if (!full) return;
  const text = `${full}, and ${task_id} comes back to it; move or delete some of them first`;
  refuse("conflict", text, { field: "task_id" });
}

export const archiveActions = [archiveTasks, reopenTask] as const;
