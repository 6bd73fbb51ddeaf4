/** The actions of projects: configure (create or update) and delete. */
import { Type } from "typebox";
import { type Context, defineAction } from "../../action.ts";
import { refuse, refuseMissing } from "../../errors.ts";
import { id, oneOf, requiredName, slug, source, text } from "../../schema.ts";
import { get, put, remove } from "../../table.ts";
import { find } from "../lookup.ts";
import type { State } from "../state.ts";
import { HOME_PROJECT, PROJECT_STATUSES, type Project } from "./project.ts";

/** The body of a configuration; also one project of a manifest. */
export const projectBody = Type.Object({
  project_id: slug("The project's id."),
  name: Type.Optional(requiredName("What it is called.")),
  description: text("What it is about."),
  status: Type.Optional(oneOf(PROJECT_STATUSES, "Where it stands.")),
});

export function configureProject(
  state: State,
  { project_id, name, description, status }: ProjectFields,
  context: Context,
): Project {
  if (!get(state.projects, project_id)) {
    put(state.projects, project_id, {
      id: project_id,
      name: name ?? refuseMissing("name"),
      description: "",
      status: "active",
      created_at: context.time,
      updated_at: context.time,
    });
  }
  const project = find(state, "projects", project_id);
  if (name !== undefined) project.name = name;
  if (description !== undefined) project.description = description;
  if (status !== undefined) project.status = status;
  project.updated_at = context.time;
  return project;
}

type ProjectFields = { project_id: string } & {
  [K in "name" | "description"]?: string | undefined;
} & { status?: Project["status"] | undefined };

const configure = defineAction({
  name: "projects/configure",
  summary: "Create a project or change it.",
  body: Type.Object({ ...projectBody.properties, source }),
  kind: "state_saved",
  examples: [{ project_id: "atlas-core", name: "Atlas Core", status: "active" }],
  reduce(draft, { source: _source, ...fields }, context) {
    const { project_id } = fields;
    const { name } = configureProject(draft, fields, context);
    return {
      title: `${name} configured`,
      details: fields.status ? `status: ${fields.status}` : "",
      ids: { project_id },
      reply: (after) => ({ project: find(after, "projects", project_id) }),
    };
  },
});

const deleteProject = defineAction({
  name: "projects/delete",
  summary: "Delete a project; what refers to it keeps the reference, for history.",
  body: Type.Object({ project_id: id("The project."), source }),
  kind: "state_saved",
  examples: [{ project_id: "atlas-core" }],
  reduce(draft, { project_id }) {
    if (project_id === HOME_PROJECT) {
      refuse("protected", `cannot delete the built-in project: ${HOME_PROJECT}`);
    }
    const { name } = find(draft, "projects", project_id);
    remove(draft.projects, project_id);
    return { title: `${name} deleted`, ids: { project_id }, reply: () => ({ project_id }) };
  },
});

export const projectActions = [configure, deleteProject] as const;
