/**
 * The rows in the order of the report. A new one is a module with a name, a title and `run`; it is
 * added here. Neighbour: `main.ts`.
 */
import type { Row } from "../row.ts";
import { events } from "./events.ts";
import { floors } from "./floors.ts";
import { hour } from "./hour.ts";
import { join } from "./join.ts";
import { sockets } from "./sockets.ts";

export const rows: readonly Row[] = [floors, ...sockets, events, join, hour];
