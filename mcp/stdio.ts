/**
 * `clawtasker mcp`: the MCP server on stdin and stdout of this process, for programs that start their
 * servers themselves. Neighbours: `client-backend.ts` reaches the running server, `server.ts` answers.
 * Invariant: nothing but the protocol is ever written to stdout; the end of stdin ends it.
 */
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import type { Backend } from "./backend.ts";
import { createMcpServer } from "./server.ts";

/** Resolves when the program at the other end is gone. */
export async function serveStdio(backend: Backend): Promise<void> {
  const server = createMcpServer(backend);
  const ended = new Promise<void>((resolve) => {
    server.onclose = resolve;
  });
  const close = () => void server.close();
  process.stdin.once("end", close).once("close", close);
  process.once("SIGTERM", close).once("SIGINT", close);
  // Whoever no longer reads has gone.
  process.stdout.once("error", close);
  await server.connect(new StdioServerTransport());
  await ended;
}
