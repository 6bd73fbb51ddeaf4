/**
 * The base state in normal form: one table per kind of thing, counters for ids, nothing derived.
 * Everything a reader sees beyond it is a selector. Neighbours: every slice, `reduce.ts`,
 * `protocol.ts`. Invariant: true JSON throughout (no undefined, no dates, no class instances).
 */
import type { Ruled } from "../action.ts";
import { refuse } from "../errors.ts";
import { createTable, type FlatTable, has, type Table, toFlat, toPaged } from "../table.ts";
import type { Agent } from "./agents/agent.ts";
import type { Archive } from "./archive/archive.ts";
import type { Company } from "./company/company.ts";
import type { Message, Thread } from "./conversations/thread.ts";
import type { Directive } from "./directives/directive.ts";
import type { Mission } from "./missions/mission.ts";
import type { Notification } from "./notifications/notification.ts";
import type { Project } from "./projects/project.ts";
import type { Run } from "./runs/run.ts";
import type { Sprint } from "./sprints/sprint.ts";
import type { Task } from "./tasks/task.ts";
import type { Webhook } from "./webhooks/webhook.ts";

interface Records {
  tasks: Task;
  agents: Agent;
  missions: Mission;
  sprints: Sprint;
  projects: Project;
  threads: Thread;
  messages: Message;
  directives: Directive;
  notifications: Notification;
  runs: Run;
  webhooks: Webhook;
}

export const TABLES = [
  "tasks",
  "agents",
  "missions",
  "sprints",
  "projects",
  "threads",
  "messages",
  "directives",
  "notifications",
  "runs",
  "webhooks",
] as const satisfies readonly (keyof Records)[];
export type TableName = (typeof TABLES)[number];
export type RecordOf<N extends TableName> = Records[N];

/** The last number given out, by kind. Never lowered: an id is never used twice. */
export interface Counters {
  task: number;
  mission: number;
  sprint: number;
  directive: number;
  notification: number;
  run: number;
  message: number;
  webhook: number;
}

interface Singles {
  company: Company;
  counters: Counters;
  /** When the sweep last looked at what time alone changes. */
  swept_at: string;
  archive: Archive;
}

export type State = Singles & { [N in TableName]: Table<Records[N]> };
/** The state as it travels: every table a plain record by id. */
export type WireState = Singles & { [N in TableName]: FlatTable<Records[N]> };

export function createState(): State {
  const tables = Object.fromEntries(TABLES.map((name) => [name, createTable()]));
  return {
    company: { name: "", ceo_name: "CEO", ceo_role: "", chief_agent_id: null, mode: "blank" },
    counters: {
      task: 0,
      mission: 0,
      sprint: 0,
      directive: 0,
      notification: 0,
      run: 0,
      message: 0,
      webhook: 0,
    },
    swept_at: "1970-01-01T00:00:00+00:00",
    archive: { tasks: 0, since: 0 },
    ...(tables as Pick<State, TableName>),
  };
}

export function toWireState(state: State): WireState {
  const flat = Object.fromEntries(TABLES.map((name) => [name, toFlat<unknown>(state[name])]));
  return { ...state, ...(flat as Pick<WireState, TableName>) };
}

export function fromWireState(wire: WireState): State {
  const paged = Object.fromEntries(TABLES.map((name) => [name, toPaged<unknown>(wire[name])]));
  return { ...wire, ...(paged as Pick<State, TableName>) };
}

const PREFIXES: Record<keyof Counters, string> = {
  task: "T",
  mission: "M",
  sprint: "SP",
  directive: "D",
  notification: "N",
  run: "R",
  message: "M",
  webhook: "W",
};

/** The table in which ids of a kind are. */
export const TABLE_OF = {
  task: "tasks",
  mission: "missions",
  sprint: "sprints",
  directive: "directives",
  notification: "notifications",
  run: "runs",
  message: "messages",
  webhook: "webhooks",
} as const satisfies Record<keyof Counters, TableName>;

/** With so many digits each number is still another than the one before. */
const NUMBERED = /^([A-Z]+)-(\d{3,15})$/;
const MAX_NUMBER = 10 ** 15 - 1;

/** The number in an id of a kind; 0 in one that is not of those given out. */
export function numberIn(kind: keyof Counters, id: string): number {
  const [, prefix, digits] = NUMBERED.exec(id) ?? [];
  const number = Number(digits);
  return prefix === PREFIXES[kind] && id === toId(kind, number) ? number : 0;
}

function toId(kind: keyof Counters, number: number): string {
  return `${PREFIXES[kind]}-${String(number).padStart(3, "0")}`;
}

/**
 * Takes the next id of a kind (routes.md, Ids). What a restored state says was the last one is not believed where
 * it would give out an id that is there; before there were rules it was.
 */
export function takeId(state: State, kind: keyof Counters, { rules }: Ruled): string {
  // A database of an older release may not know the kind yet.
  let number = state.counters[kind] ?? 0;
  do {
    number += 1;
    if (!(number <= MAX_NUMBER)) refuse("conflict", `no id is left for another ${kind}`);
  } while (rules !== undefined && has<unknown>(state[TABLE_OF[kind]], toId(kind, number)));
  state.counters[kind] = number;
  return toId(kind, number);
}
