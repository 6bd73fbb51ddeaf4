/**
 * What a model may read as a resource: a task, a mission, the contract, the templates. Neighbours:
 * `server.ts` offers them, `company.ts` finds them. Invariant: every resource is JSON.
 */
import type { Asking, Backend, Result } from "./backend.ts";
import { refused } from "./backend.ts";
import { findMission, findTask } from "./company.ts";

const MIME = "application/json";

export const resources = [
  {
    uri: "clawtasker://contract",
    name: "contract",
    title: "How an agent works here",
    description: "The prompt, the values that may be sent, the task transitions, all endpoints.",
    mimeType: MIME,
  },
  {
    uri: "clawtasker://templates",
    name: "templates",
    title: "Task templates",
    description: "Predefined tasks with their definition of done, to create tasks from.",
    mimeType: MIME,
  },
];

export const resourceTemplates = [
  {
    uriTemplate: "clawtasker://task/{id}",
    name: "task",
    title: "A task",
    description: "One task in full, such as clawtasker://task/T-208.",
    mimeType: MIME,
  },
  {
    uriTemplate: "clawtasker://mission/{id}",
    name: "mission",
    title: "A mission",
    description: "One mission with its progress and staffing, such as clawtasker://mission/M-300.",
    mimeType: MIME,
  },
];

export function readResource(backend: Backend, uri: string, asking: Asking): Promise<Result> {
  if (uri === "clawtasker://contract") return backend.ask("openclaw/contract", {}, asking);
  if (uri === "clawtasker://templates") return backend.ask("tasks/templates", {}, asking);
  const [, kind, id] = /^clawtasker:\/\/(task|mission)\/([A-Za-z0-9._-]{1,120})$/.exec(uri) ?? [];
  if (kind === "task") return findTask(backend, id, asking);
  if (kind === "mission" && id) return findMission(backend, id, asking);
  return Promise.resolve(refused("unknown_id", `unknown resource: ${uri.slice(0, 200)}`));
}
