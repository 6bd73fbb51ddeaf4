/**
 * Reads for models that no query has: one task, one mission, a short picture of the company. All are cut
 * out of the snapshot. Neighbours: `tools.ts`, `resources.ts`. Invariant: the picture is bounded, however
 * large the company.
 */
import type { Asking, Backend, Result } from "./backend.ts";
import { refused } from "./backend.ts";

const MAX_TASKS = 50;
const MAX_AGENTS = 50;
const MAX_MISSIONS = 20;

type Fields = Record<string, unknown>;

/** What of the snapshot is looked at here. */
interface Snapshot {
  seq: number;
  timestamp: string;
  company: object;
  agents: Fields[];
  tasks: Fields[];
  missions: Fields[];
}

async function read(
  backend: Backend,
  asking: Asking,
  look: (snapshot: Snapshot) => Result,
): Promise<Result> {
  const result = await backend.ask("snapshot", {}, asking);
  return result.ok ? look(result.reply as unknown as Snapshot) : result;
}

export function findTask(backend: Backend, id: unknown, asking: Asking): Promise<Result> {
  if (typeof id !== "string" || id === "") {
    return Promise.resolve(refused("required", "task_id is required"));
  }
  return read(backend, asking, ({ tasks }) => {
    const task = tasks.find((one) => one.id === id);
    return task ? { ok: true, reply: { task } } : refused("unknown_id", `unknown task: ${id}`);
  });
}

export function findMission(backend: Backend, id: string, asking: Asking): Promise<Result> {
  return read(backend, asking, ({ missions }) => {
    const mission = missions.find((one) => one.id === id);
    if (!mission) return refused("unknown_id", `unknown mission: ${id}`);
    return { ok: true, reply: { mission } };
  });
}

export function summarise(backend: Backend, asking: Asking): Promise<Result> {
  return read(backend, asking, ({ seq, timestamp, company, agents, tasks, missions }) => {
    const open = tasks.filter(({ status }) => status !== "done").sort(byUrgency);
    const counts: Record<string, number> = {};
    for (const { status } of tasks) counts[String(status)] = (counts[String(status)] ?? 0) + 1;
    return {
      ok: true,
      reply: {
        seq,
        timestamp,
        company,
        task_counts: counts,
        agents: agents
          .slice(0, MAX_AGENTS)
          .map((agent) => pick(agent, ["id", "name", "role", "derived_status", "current_task_id"])),
        open_tasks: open
          .slice(0, MAX_TASKS)
          .map((task) =>
            pick(task, ["id", "title", "status", "priority", "owner", "specialist", "blocked"]),
          ),
        missions: missions
          .slice(0, MAX_MISSIONS)
          .map((mission) => pick(mission, ["id", "title", "status", "progress"])),
        left_out: {
          agents: Math.max(0, agents.length - MAX_AGENTS),
          open_tasks: Math.max(0, open.length - MAX_TASKS),
          missions: Math.max(0, missions.length - MAX_MISSIONS),
        },
      },
    };
  });
}

function byUrgency(a: Fields, b: Fields): number {
  const [left, right] = [String(a.priority), String(b.priority)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function pick(record: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(
    names.filter((name) => record[name] !== undefined).map((name) => [name, record[name]]),
  );
}
