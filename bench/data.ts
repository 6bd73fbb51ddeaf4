/**
 * A database that holds a company of so many tasks, written the way a server writes it, or for many
 * tasks as a snapshot. Neighbours: `company.ts` makes large ones, `context.ts` copies it for each server.
 * Invariant: the same size, the same company.
 */
import { openEngine } from "../core/index.ts";
import { openSqliteJournal } from "../journal/index.ts";
import { companyOf, fill } from "./company.ts";

const AGENTS = 50;
const AT_ONCE = 500;
/** More would take minutes one by one. */
const MANY = 20_000;

export async function fillCompany(dir: string, tasks: number): Promise<void> {
  const journal = await openSqliteJournal({ dir, now: Date.now });
  if (tasks > MANY) {
    await fill(journal, companyOf(tasks));
    await journal.close();
    return;
  }
  let ids = 0;
  const engine = await openEngine({ journal, clock: Date.now, newId: () => `bench-${++ids}` });
  const act = async (name: string, body: object) => {
    const outcome = await engine.dispatchUnknown(name, body);
    if (!outcome.ok) throw new Error(`${name}: ${outcome.message}`);
  };
  await act("blank/reset", {});
  for (let n = 0; n < AGENTS; n++) {
    await act("agents/register", { agent_id: agentId(n), name: `Agent ${n}`, role: "Engineer" });
  }
  for (let n = 0; n < tasks; n += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, tasks - n) }, (_, index) =>
      act("tasks/create", {
        title: `Task ${n + index}`,
        owner: agentId((n + index) % AGENTS),
        status: "in_progress",
      }),
    );
    await Promise.all(some);
  }
  await engine.close();
}

/** The id of the n-th task, from 1. */
export function taskId(n: number): string {
  return `T-${String(n).padStart(3, "0")}`;
}

/** The id of the n-th agent, from 0. */
export function agentId(n: number): string {
  return `agent-${n}`;
}
