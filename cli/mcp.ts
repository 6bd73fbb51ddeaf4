/**
 * `clawtasker mcp`: the agent loop as MCP tools on stdin and stdout. Neighbours: `mcp/` has the server,
 * the typed client reaches the company. Invariant: it also starts while no server runs, and then says so
 * in every answer.
 */
import { createClient } from "../client/index.ts";
import { createClientBackend } from "../mcp/client-backend.ts";
import { serveStdio } from "../mcp/stdio.ts";
import type { Common } from "./connection.ts";

/** A model waits no longer for a server that is restarting. */
const ATTEMPTS = 3;
const MAX_WAIT_MS = 10_000;

export async function serveMcp({ url, token }: Common): Promise<void> {
  const client = createClient({ url, token, attempts: ATTEMPTS, maxWaitMs: MAX_WAIT_MS });
  await serveStdio(createClientBackend(client));
}
