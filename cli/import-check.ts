/**
 * Holds what an export says against the shapes of the state, before it is replayed: a record of another
 * shape would be found by whoever reads it, as an error that nobody there can mend. Neighbour: `import.ts`.
 * Invariant: what passes has every field that this release reads, of its kind. Where a reference leads is not
 * asked: what is archived stays behind, and what refers to it is right.
 */
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import {
  type Counters,
  numberIn,
  storedRecords,
  storedSingles,
  TABLES,
  type TableName,
  type Task,
} from "../core/index.ts";
import type { Agent } from "../core/state/agents/agent.ts";
import type { Archive } from "./archive.ts";

const COUNTED: readonly (readonly [keyof Counters, TableName])[] = [
  ["task", "tasks"],
  ["mission", "missions"],
  ["sprint", "sprints"],
  ["directive", "directives"],
  ["notification", "notifications"],
  ["run", "runs"],
  ["message", "messages"],
  ["webhook", "webhooks"],
];

/** Behind it there is room for ids that are numbers still. */
const MAX_COUNT = 1_000_000_000_000;

/** What else an id is: a name or made of names, in which nothing leads elsewhere and all is seen. */
const NAMED = /^(?!\.)[^/\\\p{C}\p{Zl}\p{Zp}]{1,200}$/u;

const kinds = new Map(COUNTED.map(([kind, table]) => [table, kind]));

function isIdIn(table: TableName, id: string): boolean {
  const kind = kinds.get(table);
  return kind ? numberIn(kind, id) > 0 : NAMED.test(id);
}

/** @throws Error with the path of the first value that is not what it must be */
export function checkShapes({ head, state }: Archive): void {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv, ["date", "date-time"]);
  refuseOther(ajv.compile(storedSingles), head.state, "");
  for (const table of TABLES) {
    const conforms = ajv.compile(storedRecords[table]);
    for (const [id, record] of Object.entries(state[table])) {
      const path = `${table}/${id}`;
      if (!isIdIn(table, id)) throw new Error(`${path} is no id of its kind`);
      refuseOther(conforms, record, path);
      if (record.id !== id) throw new Error(`${path}/id must be ${id}`);
    }
  }
  refuseCircles("agents", "manager", state.agents, ({ manager }: Agent) => [manager]);
  refuseCircles("tasks", "depends_on", state.tasks, ({ depends_on }: Task) => depends_on);
  for (const [kind, count] of Object.entries(head.state.counters)) {
    if (count > MAX_COUNT) throw new Error(`counters/${kind} must be at most ${MAX_COUNT}`);
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
  const { instancePath, message = "is not valid" } = conforms.errors?.[0] ?? { instancePath: "" };
  throw new Error(`${path}${instancePath} ${message}`.replace(/^\//, ""));
}
