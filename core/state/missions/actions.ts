/**
 * The actions of missions: plan (create or update, with its tasks, all or none) and delete.
 * Neighbours: `rules.ts` of the tasks makes the children, `views.ts` derives staffing and progress.
 */
import { Type } from "typebox";
import { type Context, defineAction } from "../../action.ts";
import { refuse, refuseMissing } from "../../errors.ts";
import { inOrder } from "../../relations.ts";
import {
  id,
  ids,
  line,
  lines,
  longText,
  oneOf,
  optionalName,
  ref,
  requiredText,
  source,
  specialisms,
  text,
} from "../../schema.ts";
import { get, put, remove } from "../../table.ts";
import {
  checkPerson,
  checkRef,
  checkVersion,
  find,
  findActiveAgent,
  nameTold,
  revise,
  touch,
  unique,
} from "../lookup.ts";
import { HOME_PROJECT } from "../projects/project.ts";
import { type State, takeId } from "../state.ts";
import { expectedVersion, progress, taskFields } from "../tasks/fields.ts";
import { checkLease } from "../tasks/leases.ts";
import { noteIn } from "../tasks/room.ts";
import { addTask } from "../tasks/rules.ts";
import { PRIORITIES, type Task } from "../tasks/task.ts";
import { MISSION_STATUSES, type Mission, SEVERITIES } from "./mission.ts";
import { missionControl, tasksAmong, viewMission } from "./views.ts";

const { mission_id: _mission, sprint_id: _sprint, ...childFields } = taskFields;

const childTask = Type.Object({
  ...childFields,
  title: requiredText("What is to be done."),
  progress,
});

const milestone = Type.Unsafe<string | { title: string; due_date?: string; done?: boolean }>({
  type: ["string", "object"],
  maxLength: 300,
  required: ["title"],
  properties: {
    title: { type: "string", minLength: 1, maxLength: 300 },
    due_date: { type: "string", format: "date", maxLength: 10 },
    done: { type: "boolean" },
  },
});

const planMission = defineAction({
  name: "missions/plan",
  summary: "Propose a mission with its tasks, or update one; all of it or nothing.",
  body: Type.Object(
    {
      mission_id: Type.Optional(id("The mission to update; a new one when absent.")),
      agent_id: optionalName("The agent that proposes it; ceo when absent."),
      title: Type.Optional(requiredText("What it is called.")),
      objective: Type.Optional(longText("What it is to achieve.")),
      summary: text("In a few words."),
      project_id: Type.Optional(id("The project; ceo-console when absent.")),
      owner: ref("Who leads it; the proposer when absent."),
      status: Type.Optional(oneOf(MISSION_STATUSES, "Where it stands.")),
      severity: Type.Optional(oneOf(SEVERITIES, "How much hangs on it.")),
      priority: Type.Optional(oneOf(PRIORITIES, "P0 is the most urgent.")),
      horizon: line("When it matters, such as This Week."),
      tasks: Type.Optional(
        Type.Array(childTask, { maxItems: 100, description: "Backlog tasks to create." }),
      ),
      task_ids: ids("Existing tasks that belong to it."),
      required_specialists: specialisms("The specialisms it needs.", 20),
      assigned_agents: ids("The agents on it."),
      next_actions: lines("What comes next."),
      success_criteria: lines("When it has succeeded."),
      dependencies: lines("What it depends on."),
      risks: lines("What may go wrong."),
      milestones: Type.Optional(
        Type.Array(milestone, { maxItems: 100, description: "Steps on the way." }),
      ),
      source,
      note: text("A remark, for the record."),
      expected_version: expectedVersion,
    },
    { if: { required: ["mission_id"] }, else: { required: ["title", "objective"] } },
  ),
  kind: "mission_planned",
  forms: { envelope: "mission", id: "mission_id" },
  examples: [
    {
      agent_id: "orion",
      title: "Launch v1.2.0 release candidate",
      objective: "Package, validate, and publish the v1.2.0 release with full documentation.",
      project_id: "ceo-console",
      horizon: "This Week",
      severity: "high",
      tasks: [
        {
          title: "Package release zip",
          specialist: "ops",
          priority: "P0",
          description: "Bundle all web assets and server.py into the release archive.",
          owner: "charlie",
        },
        {
          title: "Update README and CHANGELOG",
          specialist: "docs",
          priority: "P1",
          description: "Document all v1.2.0 features for GitHub.",
          owner: "quill",
        },
      ],
    },
  ],
  actor: ({ agent_id }) => agent_id,
  reduce(draft, payload, context) {
    checkPerson(draft, payload.agent_id);
    const author = payload.agent_id || "ceo";
    if (payload.expected_version !== undefined && !payload.mission_id) {
      refuse("invalid", "expected_version goes with the mission_id of a mission to update", {
        field: "expected_version",
      });
    }
    const operation = payload.mission_id ? "updated" : "created";
    const mission = payload.mission_id
      ? findAt(draft, payload.mission_id, payload.expected_version, context)
      : addMission(draft, payload, author, context);
    applyMissionFields(draft, mission, payload, context);
    if (payload.task_ids) setTasks(draft, mission.id, payload.task_ids, author, context);
    const created: Task[] = [];
    for (const { progress, ...fields } of payload.tasks ?? []) {
      const child = {
        ...fields,
        mission_id: mission.id,
        project_id: fields.project_id ?? mission.project_id,
      };
      created.push(addTask(draft, child, "backlog", author, context, created));
    }
    const mission_id = mission.id;
    const createdIds = created.map((task) => task.id);
    // Those it had stand in the look-ups as they are until the whole action is done.
    const tasksOf = (after: State, id: string) => {
      const had = context.relations.tasks("mission", id);
      const candidates =
        id === mission_id ? [...had, ...(payload.task_ids ?? []), ...createdIds] : had;
      return tasksAmong(after, id, candidates);
    };
    return {
      title: `${nameTold(draft, author, context)} ${operation === "created" ? "planned" : "updated"} ${mission_id}`,
      details: mission.title,
      ids: { mission_id, project_id: mission.project_id, task_ids: createdIds },
      reply: (after, at) => ({
        mission: viewMission(after, mission_id, at, tasksOf(after, mission_id)),
        operation: operation as "created" | "updated",
      }),
      overview: (after, at) => ({
        mission_control: missionControl(after, at, (id) => tasksOf(after, id)),
      }),
    };
  },
});

function findAt(
  state: State,
  missionId: string,
  expected: number | undefined,
  { before }: Context,
): Mission {
  const mission = find(state, "missions", missionId);
  checkVersion(get(before.missions, missionId), expected);
  return mission;
}

function addMission(
  state: State,
  { title, objective, owner }: { title?: string; objective?: string; owner?: string | null },
  author: string,
  context: Context,
): Mission {
  const mission: Mission = {
    id: takeId(state, "mission", context),
    title: title ?? refuseMissing("title"),
    objective: objective ?? refuseMissing("objective"),
    summary: "",
    project_id: HOME_PROJECT,
    owner: owner === undefined && author !== "ceo" ? author : null,
    status: "planned",
    severity: "medium",
    priority: "P1",
    horizon: "This Week",
    required_specialists: [],
    assigned_agents: [],
    next_actions: [],
    success_criteria: [],
    dependencies: [],
    risks: [],
    milestones: [],
    version: context.seq,
    created_at: context.time,
    updated_at: context.time,
  };
  put(state.missions, mission.id, mission);
  return mission;
}

const VALUES = [
  "title",
  "objective",
  "summary",
  "status",
  "severity",
  "priority",
  "horizon",
] as const;
const LISTS = [
  "required_specialists",
  "next_actions",
  "success_criteria",
  "dependencies",
  "risks",
] as const;

type PlanFields = Partial<Omit<Mission, "milestones" | "id">> & {
  milestones?: (string | { title: string; due_date?: string; done?: boolean })[];
};

function applyMissionFields(
  state: State,
  mission: Mission,
  fields: PlanFields,
  context: Context,
): void {
  if (fields.project_id && fields.project_id !== mission.project_id) {
    checkRef(state, "projects", fields.project_id);
    mission.project_id = fields.project_id;
  }
  if (fields.owner !== undefined) {
    if (fields.owner && fields.owner !== mission.owner) findActiveAgent(state, fields.owner);
    mission.owner = fields.owner || null;
  }
  for (const agent of fields.assigned_agents ?? []) findActiveAgent(state, agent);
  if (fields.assigned_agents) mission.assigned_agents = unique(fields.assigned_agents);
  for (const field of VALUES) {
    if (fields[field] !== undefined) Object.assign(mission, { [field]: fields[field] });
  }
  for (const field of LISTS) {
    const items = fields[field];
    if (items) mission[field] = unique(items);
  }
  if (fields.milestones) {
    mission.milestones = fields.milestones.map((item) =>
      typeof item === "string"
        ? { title: item, due_date: null, done: false }
        : { title: item.title, due_date: item.due_date ?? null, done: item.done ?? false },
    );
  }
  touch(mission, context);
}

/** Exactly these tasks belong to the mission from here on; one that is held its holder or the CEO moves. */
function setTasks(
  state: State,
  missionId: string,
  taskIds: string[],
  author: string,
  context: Context,
): void {
  const move = (task: Task, to: string | null) => {
    checkLease(task, { agent_id: author });
    setMission(task, to, context);
  };
  for (const id of taskIds) {
    const task = find(state, "tasks", id);
    if (task.mission_id !== missionId) move(task, missionId);
  }
  for (const id of inOrder(context.relations.tasks("mission", missionId))) {
    const task = taskIds.includes(id) ? undefined : get(state.tasks, id);
    if (task) move(task, null);
  }
}

function setMission(task: Task, missionId: string | null, context: Context): void {
  if (task.mission_id) noteIn(context, "mission", task.mission_id, -1);
  if (missionId) noteIn(context, "mission", missionId, 1);
  task.mission_id = missionId;
  revise(task, context);
}

const deleteMission = defineAction({
  name: "missions/delete",
  summary: "Delete a mission; its tasks stay, unlinked.",
  body: Type.Object({
    mission_id: id("The mission."),
    expected_version: expectedVersion,
    source,
  }),
  kind: "state_saved",
  forms: { envelope: "mission", id: "mission_id" },
  examples: [{ mission_id: "M-301" }],
  reduce(draft, { mission_id, expected_version }, context) {
    const { title } = findAt(draft, mission_id, expected_version, context);
    for (const id of inOrder(context.relations.tasks("mission", mission_id))) {
      const task = get(draft.tasks, id);
      if (task) setMission(task, null, context);
    }
    remove(draft.missions, mission_id);
    return {
      title: `${mission_id} deleted`,
      details: title,
      ids: { mission_id },
      reply: () => ({ mission_id }),
    };
  },
});

export const missionActions = [planMission, deleteMission] as const;
