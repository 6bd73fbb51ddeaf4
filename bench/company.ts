/**
 * A company of so many tasks for the measurements, made by the reducers themselves, and a journal that
 * holds it. Neighbours: `context.ts` copies it for each server; the rows and `probes/` make their own.
 * Invariant: the same size, the same company.
 */
import { createRelations, createState, type Journal, reduce, type State } from "../core/index.ts";
import { actions } from "../core/registry.ts";
import { toParts } from "../core/snapshot-parts.ts";
import { toTime } from "../core/time.ts";
import { openSqliteJournal } from "../journal/index.ts";

export interface Company {
  /** How many of the tasks are ready to be claimed; the others are in progress. */
  ready?: number;
  /** When all of it happened. */
  at?: number;
}

const AGENTS = 50;
export const AT = Date.parse("2026-03-21T09:30:00Z");

export function companyOf(tasks: number, { ready = 0, at = AT }: Company = {}): State {
  let state = createState();
  let relations = createRelations(state);
  const act = (name: string, payload: object) => {
    const declaration = actions.get(name);
    if (!declaration) throw new Error(`no action ${name}`);
    const stamp = { at, seq: 1, actor: "ceo", actionId: "bench" };
    const result = reduce(state, declaration, { name, payload, stamp }, relations);
    if (!result.ok) throw new Error(result.message);
    relations.advance(state, result.state, result.touched);
    state = result.state;
  };
  act("blank/reset", {});
  relations = createRelations(state);
  for (let n = 0; n < AGENTS; n++)
    act("agents/register", { agent_id: agentId(n), name: `Agent ${n}`, role: "Engineer" });
  for (let n = 0; n < tasks; n++) {
    act("tasks/create", {
      title: `Task ${n}`,
      owner: agentId(n),
      status: n < ready ? "ready" : "in_progress",
    });
  }
  return state;
}

/** The id of the n-th task, from 1. */
export function taskId(n: number): string {
  return `T-${String(n).padStart(3, "0")}`;
}

/** The id of the n-th agent, from 0, over and over. */
export function agentId(n: number): string {
  return `agent-${n % AGENTS}`;
}

/** The n-th update of a load: it goes through all tasks in great steps, and always changes something. */
export function updateOf(n: number, tasks: number) {
  return {
    task_id: taskId(1 + ((n * 7_919) % tasks)),
    agent_id: agentId(1),
    // Another than the one the task had the last time.
    progress: (n + Math.floor(n / tasks)) % 100,
  };
}

/** Begins an empty journal with that company, as if it had always been there. */
export async function fill(journal: Journal, state: State, at = AT): Promise<void> {
  const stamp = { at, seq: 1, actor: "system", actionId: "bench" };
  const event = {
    id: 1,
    timestamp: toTime(at),
    kind: "state_saved",
    title: "",
    details: "",
    meta: {},
  };
  const action = { name: "blank/reset", payload: {}, stamp };
  const json = JSON.stringify({ seq: 1, action, patches: [], event });
  await journal.append(0, [{ seq: 1, json, key: null }]);
  await journal.saveSnapshot(1, toTime(at), toParts(state));
}

/** A database with a company of today, for a server to open: its agents have been seen just now. */
export async function fillCompany(dir: string, tasks: number, company: Company): Promise<void> {
  const at = Date.now();
  const journal = await openSqliteJournal({ dir, now: Date.now });
  await fill(journal, companyOf(tasks, { at, ...company }), at);
  await journal.close();
}
