/** The actions of sprints: create, update, delete. */
import { Type } from "typebox";
import { defineAction } from "../../action.ts";
import { refuse } from "../../errors.ts";
import { inOrder } from "../../relations.ts";
import { date, id, oneOf, ref, requiredName, source, text } from "../../schema.ts";
import { get, put, remove } from "../../table.ts";
import { checkRef, find, revise } from "../lookup.ts";
import { type State, takeId } from "../state.ts";
import { SPRINT_STATUSES, type Sprint } from "./sprint.ts";

const fields = {
  goal: text("What it is to reach."),
  project_id: ref("The project; null for all."),
  status: Type.Optional(oneOf(SPRINT_STATUSES, "Where it stands.")),
  start_date: date("Its first day, YYYY-MM-DD."),
  end_date: date("Its last day, YYYY-MM-DD."),
};

const createSprint = defineAction({
  name: "sprints/create",
  summary: "Create a sprint.",
  body: Type.Object({ name: requiredName("What it is called."), ...fields, source }),
  kind: "state_saved",
  examples: [
    {
      name: "Sprint 7",
      project_id: "ceo-console",
      start_date: "2026-03-24",
      end_date: "2026-04-06",
    },
  ],
  reduce(draft, payload, context) {
    const sprint: Sprint = {
      id: takeId(draft, "sprint", context),
      name: payload.name,
      goal: "",
      project_id: null,
      status: "planned",
      start_date: null,
      end_date: null,
      created_at: context.time,
      updated_at: context.time,
    };
    applySprintFields(draft, sprint, payload);
    put(draft.sprints, sprint.id, sprint);
    const sprint_id = sprint.id;
    return {
      title: `${payload.name} created`,
      details: sprint_id,
      ids: { sprint_id },
      reply: (after) => ({ sprint: find(after, "sprints", sprint_id) }),
    };
  },
});

const updateSprint = defineAction({
  name: "sprints/update",
  summary: "Change a sprint's status, dates, name or goal.",
  body: Type.Object({
    sprint_id: id("The sprint."),
    name: Type.Optional(requiredName("What it is called.")),
    ...fields,
    source,
  }),
  kind: "state_saved",
  examples: [{ sprint_id: "SP-006", status: "active" }],
  reduce(draft, payload, context) {
    const sprint = findSprint(draft, payload.sprint_id);
    applySprintFields(draft, sprint, payload);
    sprint.updated_at = context.time;
    const { id: sprint_id, name, status } = sprint;
    return {
      title: `${name} updated`,
      details: `status: ${status}`,
      ids: { sprint_id },
      reply: (after) => ({ sprint: find(after, "sprints", sprint_id) }),
    };
  },
});

type SprintFields = Partial<Pick<Sprint, "name" | "goal" | "status">> & {
  [K in "project_id" | "start_date" | "end_date"]?: string | null;
};

function applySprintFields(state: State, sprint: Sprint, fields: SprintFields): void {
  checkRef(state, "projects", fields.project_id);
  for (const field of ["name", "goal", "status"] as const) {
    if (fields[field] !== undefined) Object.assign(sprint, { [field]: fields[field] });
  }
  for (const field of ["project_id", "start_date", "end_date"] as const) {
    const value = fields[field];
    if (value !== undefined) sprint[field] = value || null;
  }
  const { start_date, end_date } = sprint;
  if (start_date && end_date && start_date > end_date) {
    refuse("invalid", `start_date ${start_date} must not be after end_date ${end_date}`, {
      field: "start_date",
    });
  }
}

/** The reference writes `SP-007` and `SPR-007` for the same sprint; both are understood. */
function findSprint(state: State, sprintId: string): Sprint {
  const id = sprintId.replace(/^SPR-/, "SP-");
  return get(state.sprints, id) ?? find(state, "sprints", sprintId);
}

const deleteSprint = defineAction({
  name: "sprints/delete",
  summary: "Delete a sprint; its tasks become unsprinted.",
  body: Type.Object({ sprint_id: id("The sprint."), source }),
  kind: "state_saved",
  examples: [{ sprint_id: "SPR-006" }],
  reduce(draft, { sprint_id }, context) {
    const sprint = findSprint(draft, sprint_id);
    const { id, name } = sprint;
    for (const taskId of inOrder(context.relations.tasks("sprint", id))) {
      const task = get(draft.tasks, taskId);
      if (!task) continue;
      task.sprint_id = null;
      revise(task, context);
    }
    remove(draft.sprints, id);
    return {
      title: `${name} deleted`,
      details: id,
      ids: { sprint_id: id },
      reply: () => ({ sprint_id }),
    };
  },
});

export const sprintActions = [createSprint, updateSprint, deleteSprint] as const;
