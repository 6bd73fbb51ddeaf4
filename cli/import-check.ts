/**
 * Holds what an export says against the shapes of the state, before it is replayed: a record of another
 * shape would be found by whoever reads it, as an error that nobody there can mend. Neighbour: `import.ts`.
 * Invariants: what passes has every field that this release reads, of its kind, and no id, name or time that no
 * request could have made. Where a reference leads is not asked: what is archived stays behind, and what refers to
 * it is right.
 */
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { Type } from "typebox";
import {
  type Counters,
  createState,
  numberIn,
  storedRecords,
  storedSingles,
  TABLE_OF,
  TABLES,
  type TableName,
  type Task,
  type WireState,
} from "../core/index.ts";
import { isReserved } from "../core/permissions.ts";
import { hiddenIn, slug } from "../core/schema.ts";
import type { Agent } from "../core/state/agents/agent.ts";
import { longestLine, MAX_LINE, managersIn } from "../core/state/agents/line.ts";
import { MAX_TTL_SECONDS } from "../core/state/tasks/leases.ts";
import { DAY_MS, fromTime } from "../core/time.ts";
import type { Archive } from "./archive.ts";
import { bounded, boundedRecord, MAX_COUNT, refuseCrowds } from "./import-bounds.ts";

const COUNTED = Object.entries(TABLE_OF) as [keyof Counters, TableName][];

/** What else an id is: a name or made of names, in which nothing leads elsewhere and all is seen. */
const NAMED = /^(?!\.)[^/\\\p{C}\p{Zl}\p{Zp}]{1,200}$/u;

/** Chosen by who calls, one by one as a request has them. */
const CHOSEN: ReadonlySet<TableName> = new Set(["agents", "projects"]);
const SLUG = Type.Object({ id: slug("") });

/**
 * What is a name, and may be changed by a request: an old company in which one holds what is not seen can be
 * mended before it is exported. Who wrote what cannot.
 */
const NAMES: Partial<Record<TableName, readonly string[]>> = {
  agents: [
    ...["name", "role", "manager", "home_specialist", "department", "team_id", "team_name"],
    "manager_title",
  ],
  projects: ["name"],
  sprints: ["name"],
  tasks: ["reporter", "specialist"],
};
const COMPANY_NAMES = ["name", "ceo_name", "ceo_role"];

/** A lease ends so late at most, and the clock of the server that it comes from may be ahead. */
const AHEAD_MS = MAX_TTL_SECONDS * 1_000 + DAY_MS;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

const kinds = new Map(COUNTED.map(([kind, table]) => [table, kind]));

interface Shapes {
  /** No time is later; set for each check. */
  latest: number;
  singles: ValidateFunction;
  records: Record<TableName, ValidateFunction>;
  isSlug: ValidateFunction;
}

/** Compiled by the first check: that costs more than what is checked. */
let shapes: Shapes | undefined;

function compileShapes(): Shapes {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv, ["date"]);
  const compileRecord = (table: TableName) =>
    ajv.compile(boundedRecord(table, storedRecords[table]));
  const made = { latest: 0 };
  const isTime = (text: string) => TIME.test(text) && fromTime(text) <= made.latest;
  ajv.addFormat("date-time", isTime);
  const records = TABLES.map((table) => [table, compileRecord(table)]);
  return Object.assign(made, {
    singles: ajv.compile(bounded(storedSingles) as object),
    records: Object.fromEntries(records) as Shapes["records"],
    isSlug: ajv.compile(SLUG),
  });
}

interface Checked {
  head: Pick<Archive["head"], "state">;
  state: WireState;
}

/**
 * @param now milliseconds since the epoch
 * @throws Error with the path of the first value that is not what it must be
 */
export function checkShapes({ head, state }: Checked, now: number): void {
  shapes ??= compileShapes();
  const { singles, records, isSlug } = shapes;
  shapes.latest = now + AHEAD_MS;
  const isIdIn = (table: TableName, id: string) => {
    const kind = kinds.get(table);
    if (kind) return numberIn(kind, id) > 0 && numberIn(kind, id) <= MAX_COUNT;
    return CHOSEN.has(table) ? isSlug({ id }) : NAMED.test(id);
  };
  refuseOther(singles, head.state, "");
  refuseHidden(COMPANY_NAMES, head.state.company, "company");
  for (const table of TABLES) {
    const conforms = records[table];
    for (const [id, record] of Object.entries(state[table])) {
      const path = `${table}/${id}`;
      if (!isIdIn(table, id)) throw new Error(`${path} is no id of its kind`);
      refuseOther(conforms, record, path);
      if (record.id !== id) throw new Error(`${path}/id must be ${id}`);
      refuseHidden(NAMES[table] ?? [], record, path);
    }
  }
  refuseAlike(Object.keys(state.agents));
  for (const { id, standing, handing_over_to } of Object.values(state.agents)) {
    if (handing_over_to === undefined) continue;
    const path = `agents/${id}/handing_over_to`;
    if (standing === "active") throw new Error(`${path} is for who left, and ${id} is active`);
    if (handing_over_to === id) throw new Error(`${path} leads back to itself`);
  }
  for (const { id, participants } of Object.values(state.threads)) {
    const path = `threads/${id}/participants`;
    const odd = participants.find((one) => !NAMED.test(one));
    if (odd !== undefined) throw new Error(`${path} holds what is no id of anybody`);
    if (new Set(participants).size < participants.length)
      throw new Error(`${path} holds one twice`);
  }
  for (const task of Object.values(state.tasks)) checkTask(task, state, isSlug);
  refuseCrowds(state);
  refuseCircles("agents", "manager", state.agents, ({ manager }: Agent) => [manager]);
  const line = longestLine(managersIn(Object.values(state.agents)));
  if (line > MAX_LINE) {
    throw new Error(`agents hold a line of ${line} managers, and ${MAX_LINE} may be`);
  }
  refuseCircles("tasks", "depends_on", state.tasks, ({ depends_on }: Task) => depends_on);
  for (const [kind, count] of Object.entries(head.state.counters)) {
    if (count > MAX_COUNT) throw new Error(`counters/${kind} must be at most ${MAX_COUNT}`);
  }
}

/** @throws Error where what is said of the task is right by itself and cannot be so together */
function checkTask(
  { id, status, needs_human, asked_by, links, lease }: Task,
  state: WireState,
  isSlug: ValidateFunction,
): void {
  if (asked_by !== undefined) {
    const path = `tasks/${id}/asked_by`;
    if (!isSlug({ id: asked_by })) throw new Error(`${path} is no id of an agent`);
    if (!needs_human || status === "done") {
      throw new Error(`${path} is for what waits for a human, and ${id} does not`);
    }
  }
  const linked = new Set(links.map(({ link_type, target_id }) => `${link_type} ${target_id}`));
  if (linked.size < links.length) throw new Error(`tasks/${id}/links holds one twice`);
  if (links.some(({ target_id }) => target_id === id)) {
    throw new Error(`tasks/${id}/links leads back to ${id}`);
  }
  if (!lease) return;
  const path = `tasks/${id}/lease`;
  if (status !== "in_progress") {
    throw new Error(`${path} is for what is in progress, and ${id} is ${status}`);
  }
  if (lease.ttl_seconds > MAX_TTL_SECONDS) {
    throw new Error(`${path}/ttl_seconds must be at most ${MAX_TTL_SECONDS}`);
  }
  if (!Object.hasOwn(state.agents, lease.holder)) {
    throw new Error(`${path}/holder is no agent: ${lease.holder}`);
  }
}

/**
 * Of a state that is there already, such as a restored one: the first thing that an import would refuse, in a
 * sentence; null for none.
 */
export function whatNoRequestMade(state: WireState, now: number): string | null {
  const { company, counters, swept_at, archive, ...tables } = state;
  const known: readonly string[] = TABLES;
  const rest = Object.entries(tables).filter(([key]) => !known.includes(key));
  // A database of an older release may not know each kind of id yet.
  const counted = { ...createState().counters, ...counters };
  const head = { company, counters: counted, swept_at, archive, ...Object.fromEntries(rest) };
  try {
    checkShapes({ head: { state: head }, state }, now);
    return null;
  } catch (error) {
    return `the state holds what no request of this release makes, and an import would refuse: ${(error as Error).message}`;
  }
}

/** @throws Error where a name makes itself look like another */
function refuseHidden(fields: readonly string[], record: object, path: string): void {
  for (const field of fields) {
    const text = (record as Record<string, unknown>)[field];
    const hidden = typeof text === "string" ? hiddenIn(text) : null;
    if (hidden) throw new Error(`${path}/${field} may not hold ${hidden}, which is not seen`);
  }
}

/** @throws Error for an agent that passes for the server, the CEO or another agent, as none could register */
function refuseAlike(ids: readonly string[]): void {
  const known = new Map<string, string>();
  for (const id of ids) {
    const plain = id.toLowerCase();
    const other = known.get(plain);
    if (isReserved(id)) throw new Error(`agents/${id}/id is reserved for the server or the CEO`);
    if (other !== undefined) throw new Error(`agents/${id}/id is ${other} in other letters`);
    known.set(plain, id);
  }
}

/** @throws Error where what leads from one to the next, such as the managers, leads back */
function refuseCircles(
  table: "agents" | "tasks",
  field: string,
  all: Readonly<Record<string, unknown>>,
  nextOf: (record: never) => readonly string[],
): void {
  const sound = new Set<string>();
  for (const start of Object.keys(all)) {
    // One by one, since a chain may be longer than a stack is deep.
    const way: { id: string; ahead: string[] }[] = [];
    const onWay = new Set<string>();
    const enter = (id: string) => {
      if (onWay.has(id)) throw new Error(`${table}/${id}/${field} leads back to itself`);
      if (sound.has(id) || !Object.hasOwn(all, id)) return;
      onWay.add(id);
      way.push({ id, ahead: [...nextOf(all[id] as never)] });
    };
    enter(start);
    for (let last = way.at(-1); last; last = way.at(-1)) {
      const next = last.ahead.pop();
      if (next !== undefined) enter(next);
      else {
        way.pop();
        onWay.delete(last.id);
        sound.add(last.id);
      }
    }
  }
}

/** An id that is there is never given out, whatever the file says was the last one. */
export function raiseCounters({ head, state }: Archive): void {
  const { counters } = head.state;
  for (const [kind, table] of COUNTED) {
    for (const id of Object.keys(state[table])) {
      counters[kind] = Math.max(counters[kind], numberIn(kind, id));
    }
  }
}

function refuseOther(conforms: ValidateFunction, value: unknown, path: string): void {
  if (conforms(value)) return;
  const [error] = conforms.errors ?? [];
  const { instancePath = "", message = "is not valid" } = error ?? {};
  const plain = message.replace("must be <=", "must be at most");
  const { format, additionalProperty: unknown } = (error?.params ?? {}) as Record<string, unknown>;
  const isTime = format === "date-time";
  let why = isTime ? "must be a time, none to come" : plain;
  if (unknown !== undefined) why = `holds ${JSON.stringify(unknown)}, which this release knows not`;
  throw new Error(`${`${path}${instancePath}`.replace(/^\//, "") || "its head"} ${why}`);
}
