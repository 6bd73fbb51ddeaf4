/**
 * A company of so many tasks for the measurements, made by the reducers themselves, and a journal that
 * holds it. Neighbours: `core.ts` and `http.ts`. Invariant: the same size, the same company.
 */
import { createRelations, createState, type Journal, reduce, type State } from "../core/index.ts";
import { actions } from "../core/registry.ts";
import { toParts } from "../core/snapshot-parts.ts";
import { toTime } from "../core/time.ts";

const AGENTS = 50;
export const AT = Date.parse("2026-03-21T09:30:00Z");

/** @param ready how many of the tasks are ready to be claimed; the others are in progress */
export function companyOf(tasks: number, ready = 0): State {
  let state = createState();
  let relations = createRelations(state);
  const act = (name: string, payload: object) => {
    const declaration = actions.get(name);
    if (!declaration) throw new Error(`no action ${name}`);
    const stamp = { at: AT, seq: 1, actor: "ceo", actionId: "bench" };
    const result = reduce(state, declaration, { name, payload, stamp }, relations);
    if (!result.ok) throw new Error(result.message);
    relations.advance(state, result.state, result.touched);
    state = result.state;
  };
  act("blank/reset", {});
  relations = createRelations(state);
  for (let n = 0; n < AGENTS; n++)
    act("agents/register", { agent_id: `agent-${n}`, name: `Agent ${n}`, role: "Engineer" });
  for (let n = 0; n < tasks; n++) {
    act("tasks/create", {
      title: `Task ${n}`,
      owner: `agent-${n % AGENTS}`,
      status: n < ready ? "ready" : "in_progress",
    });
  }
  return state;
}

/** The id of the n-th task. */
export function taskId(n: number): string {
  return `T-${String(n).padStart(3, "0")}`;
}

/** Begins an empty journal with that company, as if it had always been there. */
export async function fill(journal: Journal, state: State): Promise<void> {
  const stamp = { at: AT, seq: 1, actor: "system", actionId: "bench" };
  const event = {
    id: 1,
    timestamp: toTime(AT),
    kind: "state_saved",
    title: "",
    details: "",
    meta: {},
  };
  const action = { name: "blank/reset", payload: {}, stamp };
  const json = JSON.stringify({ seq: 1, action, patches: [], event });
  await journal.append(0, [{ seq: 1, json, key: null }]);
  await journal.saveSnapshot(1, toTime(AT), toParts(state));
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
