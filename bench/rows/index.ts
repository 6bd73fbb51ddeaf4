/**
 * The rows in the order of the report. A new one is a module with a name, a title and `run`; it is
 * added here. Neighbour: `main.ts`.
 */
import type { Row } from "../row.ts";
import { bytes, core } from "./core.ts";
import { events } from "./events.ts";
import { floors } from "./floors.ts";
import { hour } from "./hour.ts";
import { join } from "./join.ts";
import { next, snapshot } from "./reads.ts";
import { sockets } from "./sockets.ts";
import { memory, memoryMillion, start } from "./start.ts";
import { batch, oneWriter, writes } from "./writes.ts";

export const rows: readonly Row[] = [
  writes,
  oneWriter,
  batch,
  ...sockets,
  events,
  bytes,
  join,
  snapshot,
  next,
  core,
  start,
  memory,
  memoryMillion,
  hour,
  floors,
];
