/**
 * ClawTasker for models, by the Model Context Protocol: the agent loop as tools, the company as resources.
 * Neighbours: `server` mounts the handler at `/mcp`, `cli` serves stdio. Invariant: everything goes
 * through the core's actions and queries.
 */
export type { Asking, Backend, Refused, Result } from "./backend.ts";
export { createEngineBackends } from "./engine-backend.ts";
export { createMcpHandler, type McpHandler } from "./http.ts";
export { createMcpServer } from "./server.ts";
