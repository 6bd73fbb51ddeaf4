/**
 * Finding what a body names, or refusing in the words of the contract. Neighbours: every reducer.
 * Works on drafts and on plain states alike.
 */
import type { Context, Ruled } from "../action.ts";
import { refuse, refuseUnknown } from "../errors.ts";
import { toPlainKept } from "../names.ts";
import { get } from "../table.ts";
import { type Agent, CEO } from "./agents/agent.ts";
import type { Company } from "./company/company.ts";
import type { RecordOf, State, TableName } from "./state.ts";

const THINGS: Record<TableName, string> = {
  tasks: "task",
  agents: "agent",
  missions: "mission",
  sprints: "sprint",
  projects: "project",
  threads: "thread",
  messages: "message",
  directives: "directive",
  notifications: "notification",
  runs: "run",
  webhooks: "webhook",
};

/** The record, or the refusal `unknown <thing>: <id>`. */
export function find<N extends TableName>(
  state: State,
  table: N,
  id: string,
  thing: string = THINGS[table],
): RecordOf<N> {
  // The union of tables cannot be called on; the name fixes which one it is.
  const record = get<RecordOf<N>>(state[table] as Parameters<typeof get<RecordOf<N>>>[0], id);
  return record ?? (table === "tasks" ? refuseUnknownTask(id, thing) : refuseUnknown(thing, id));
}

/** Not in the state: it may be in the archive, of which only the journal knows. */
export function refuseUnknownTask(id: string, thing = "task"): never {
  refuse("unknown_id", `unknown ${thing}: ${id}`, { missingTask: id });
}

/** Like `find`, for a reference that may be absent or cleared: `undefined`, `null` and "" pass. */
export function checkRef(state: State, table: TableName, id: string | null | undefined): void {
  if (id) find(state, table, id);
}

/** An agent that can be given work. */
export function findActiveAgent(state: State, id: string): Agent {
  const agent = find(state, "agents", id);
  if (agent.standing !== "active") {
    refuse("conflict", `agent ${id} is ${agent.standing}; register it again to bring it back`);
  }
  return agent;
}

/** Whoever may be named as somebody's manager, sender or target: an agent or the CEO. */
export function checkPerson(state: State, id: string | null | undefined): void {
  if (id && id !== CEO) find(state, "agents", id);
}

/** The name to show for an actor; texts that name nobody we know stand for themselves. */
export function nameOf(state: State, id: string): string {
  if (id === CEO) return state.company.ceo_name || "CEO";
  const name = get(state.agents, id)?.name;
  if (name === undefined) return id;
  // Called as the CEO is, by whoever may say what an agent is called: its id is said, too.
  return isCeos(name, state.company) ? `${name} (${id})` : name;
}

/** The same in what the journal keeps; before there were rules that was the name alone. */
export function nameTold(state: State, id: string, { rules }: Ruled): string {
  return (rules === undefined && get(state.agents, id)?.name) || nameOf(state, id);
}

function isCeos(name: string, { ceo_name }: Company): boolean {
  const plain = toPlainKept(name);
  return plain === CEO || plain === toPlainKept(ceo_name);
}

/** Ids of a way round that a refusal names; what is left out of a longer one is counted. */
const MAX_WAY = 10;

/** `T-1 -> T-2 -> T-1`; of a long way the beginning and the end. */
export function toWay(ids: readonly string[]): string {
  const left = ids.length - MAX_WAY;
  if (left <= 0) return ids.join(" -> ");
  const half = MAX_WAY / 2;
  return [...ids.slice(0, half), `(${left} more)`, ...ids.slice(-half)].join(" -> ");
}

export function unique(items: readonly string[]): string[] {
  return [...new Set(items)];
}

interface Versioned {
  id: string;
  version: number;
  updated_at: string;
}

/** Notes that the record changed, when and by which entry. */
export function touch(record: Versioned, { time, seq }: Pick<Context, "time" | "seq">): void {
  record.updated_at = time;
  record.version = seq;
}

/** Notes that the record changed along with another; nobody worked on it, so its time stays. */
export function revise(record: Versioned, { seq }: Pick<Context, "seq">): void {
  record.version = seq;
}

/**
 * Refuses a change that was made looking at an older version (RFC 9110, If-Match).
 * @param expected the version the caller saw; absent for no precondition
 */
export function checkVersion(before: Versioned | undefined, expected: number | undefined): void {
  if (!before || expected === undefined || expected === before.version) return;
  refuse("stale", `${before.id} is at version ${before.version}, not ${expected}; read it again`, {
    field: "expected_version",
    current: before,
  });
}
