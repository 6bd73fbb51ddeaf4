/**
 * Holds what an export says against the shapes of the state, before it is replayed: a record of another
 * shape would be found by whoever reads it, as an error that nobody there can mend. Neighbour: `import.ts`.
 * Invariant: what passes has every field that this release reads, of its kind.
 */
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { storedRecords, storedSingles, TABLES } from "../core/index.ts";
import type { Archive } from "./archive.ts";

/** @throws Error with the path of the first value that is not what it must be */
export function checkShapes({ head, state }: Archive): void {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv, ["date", "date-time"]);
  refuseOther(ajv.compile(storedSingles), head.state, "");
  for (const table of TABLES) {
    const conforms = ajv.compile(storedRecords[table]);
    for (const [id, record] of Object.entries(state[table])) {
      const path = `${table}/${id}`;
      refuseOther(conforms, record, path);
      if (record.id !== id) throw new Error(`${path}/id must be ${id}`);
    }
  }
}

function refuseOther(conforms: ValidateFunction, value: unknown, path: string): void {
  if (conforms(value)) return;
  const { instancePath, message = "is not valid" } = conforms.errors?.[0] ?? { instancePath: "" };
  throw new Error(`${path}${instancePath} ${message}`.replace(/^\//, ""));
}
