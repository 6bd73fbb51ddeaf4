/**
 * Writes the two documents of the API beside this file's source, for the commit: `npm run contract`.
 * Neighbours: `core/openapi.ts` and `core/asyncapi.ts` make them, the specs of the transports compare.
 */
import { writeFileSync } from "node:fs";
import { toAsyncApi } from "../../core/asyncapi.ts";
import { queries, writes } from "../../core/index.ts";
import { toOpenApi } from "../../core/openapi.ts";
import { root } from "../support/core.ts";

const documents: Record<string, object> = {
  "openapi.json": toOpenApi({ writes: writes.values(), queries: queries.values() }),
  "asyncapi.json": toAsyncApi(),
};

for (const [name, document] of Object.entries(documents)) {
  const file = new URL(`specs/contract/${name}`, root);
  writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
  process.stdout.write(`wrote specs/contract/${name}\n`);
}
