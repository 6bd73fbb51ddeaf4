/**
 * Reads for models that no query has: one task cut short, one mission, a short picture of the company.
 * Neighbours: `tools.ts`, `resources.ts`. Invariant: the picture is bounded, however large the company, and
 * costs no view that it does not show.
 */
import type { Asking, Backend, Result } from "./backend.ts";
import { refused } from "./backend.ts";

const MAX_AGENTS = 50;
const MAX_MISSIONS = 20;

type Fields = Record<string, unknown>;

/** @param latest so many of its latest comments and of its activity; all when absent */
export async function findTask(
  backend: Backend,
  id: unknown,
  asking: Asking,
  latest?: unknown,
): Promise<Result> {
  if (typeof id !== "string" || id === "") return refused("required", "task_id is required");
  if (latest !== undefined && !(Number.isInteger(latest) && Number(latest) >= 0)) {
    return refused("invalid", "latest must be an integer, at least 0");
  }
  const found = await backend.ask("tasks/get", { task_id: id }, asking);
  if (!found.ok || latest === undefined) return found;
  return { ok: true, reply: cut(found.reply.task as Fields, Number(latest)) };
}

/** What a task gathers with time, cut to the latest; how many went before is said beside. */
function cut(task: Fields, latest: number): Fields {
  const short: Fields = { ...task };
  const left_out: Record<string, number> = {};
  for (const field of ["comments", "activity"]) {
    const all = task[field] as unknown[];
    const before = Math.max(0, all.length - latest);
    short[field] = all.slice(before);
    left_out[field] = before;
  }
  return { task: short, left_out };
}

export function findMission(backend: Backend, id: string, asking: Asking): Promise<Result> {
  return backend.look(({ missions, seeMission }) => {
    const mission = missions.find((one) => one.id === id);
    if (!mission) return refused("unknown_id", `unknown mission: ${id}`);
    return { ok: true, reply: { mission: seeMission(mission) } };
  }, asking);
}

export function summarise(backend: Backend, asking: Asking): Promise<Result> {
  return backend.look((picture) => {
    const { seq, timestamp, company, agents, missions } = picture;
    const { counts, first, open } = picture.overview;
    return {
      ok: true,
      reply: {
        seq,
        timestamp,
        company,
        task_counts: counts,
        agents: agents
          .slice(0, MAX_AGENTS)
          .map((agent) =>
            pick(picture.seeAgent(agent), [
              "id",
              "name",
              "role",
              "derived_status",
              "current_task_id",
            ]),
          ),
        open_tasks: first.map((task) =>
          pick(task, ["id", "title", "status", "priority", "owner", "specialist", "blocked"]),
        ),
        missions: missions
          .slice(0, MAX_MISSIONS)
          .map((mission) =>
            pick(picture.seeMission(mission), ["id", "title", "status", "progress"]),
          ),
        left_out: {
          agents: Math.max(0, agents.length - MAX_AGENTS),
          open_tasks: open - first.length,
          missions: Math.max(0, missions.length - MAX_MISSIONS),
        },
      },
    };
  }, asking);
}

function pick<T extends object>(record: T, names: readonly (keyof T & string)[]): Fields {
  return Object.fromEntries(
    names.filter((name) => record[name] !== undefined).map((name) => [name, record[name]]),
  );
}
