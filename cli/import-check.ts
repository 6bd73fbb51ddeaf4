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
} from "../core/index.ts";
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
