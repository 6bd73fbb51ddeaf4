#!/usr/bin/env node
/** The program of the server alone: `node dist/server/main.js`. Neighbour: `run.ts` does everything. */
import { runServer } from "./run.ts";

await runServer(process.argv.slice(2), process.env);
