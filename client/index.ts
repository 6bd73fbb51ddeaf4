/**
 * The client as a package: `import { … } from "clawtasker/client"`, for Node and for browsers. What is
 * exported here is public. Neighbours: agents, the command line, the page. Invariant: nothing that only
 * Node has, and of the core nothing but types.
 */
export { type AgentOptions, runAgent } from "./agent.ts";
export {
  type CallOptions,
  type Client,
  type ClientOptions,
  createClient,
  type PostOptions,
  type Reply,
  type RouteName,
} from "./client.ts";
export { ClawTaskerError } from "./errors.ts";
export type { ClientPorts, TokenSource } from "./ports.ts";
export type { StreamItem, SubscribeOptions } from "./stream.ts";
export type { Lease, Task, TaskHandler, Work } from "./work.ts";
