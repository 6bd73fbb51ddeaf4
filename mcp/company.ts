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

/** @param latest so many of its latest comments and of its activity; all when absent */
export function findTask(
  backend: Backend,
  id: unknown,
  asking: Asking,
  latest?: unknown,
): Promise<Result> {
  if (typeof id !== "string" || id === "") {
    return Promise.resolve(refused("required", "task_id is required"));
  }
  if (latest !== undefined && !(Number.isInteger(latest) && Number(latest) >= 0)) {
    return Promise.resolve(refused("invalid", "latest must be an integer, at least 0"));
  }
  return read(backend, asking, ({ tasks }) => {
    const task = tasks.find((one) => one.id === id);
    if (!task) return refused("unknown_id", `unknown task: ${id}`);
    return { ok: true, reply: latest === undefined ? { task } : cut(task, Number(latest)) };
  });
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
