/**
 * The routes, read off the core's declarations: none is written by hand. Neighbours: the registry and
 * the queries of the core, `app.ts`, which looks a path up. Invariant: a path has exactly one meaning.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type AnyQuery, type Principal, queries, SOCKET_PATH, writes } from "../core/index.ts";
import type { TooMuch } from "./limits.ts";

/**
 * Answers a GET for as long as it likes; it is called once Host and Origin are checked, and with the
 * name of the token where reading asks for one; and whether one of those who run the company came with it.
 */
export type StreamHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  token?: string,
  isRunning?: boolean,
) => void;

/** Who sent a POST, and what counts one for its write limit: null to go on, else which bound is met. */
export interface Sender {
  caller: Principal;
  /** Whose it is where places are shared out. */
  who: string;
  /** Whether the caller's token still counts: a body may come long after its head. */
  isKnown(): boolean;
  admitWrite(actions?: number): TooMuch | null;
  /** Counts what a write has the journal write. */
  wrote(characters: number): void;
}

/** Answers a POST that has come with a token. */
export type MountHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  sender: Sender,
) => Promise<void>;

/** When a GET that is no query asks for a token: never, as reads do, or always, and then for its right. */
export type Asks = "never" | "as reads" | "always";

export interface Stream {
  handler: StreamHandler;
  asks: Asks;
}

export type Route =
  | { kind: "read"; allow: string; query: AnyQuery }
  | { kind: "write"; allow: string; name: string }
  | { kind: "stream"; allow: string; handler: StreamHandler; asks: Asks; right: string }
  | { kind: "mount"; allow: string; handler: MountHandler }
  | { kind: "socket"; allow: string };

const GET = "GET, HEAD, OPTIONS";
const POST = "POST, OPTIONS";

/** @throws Error when two declarations claim one path */
export function createRoutes(
  streams: Readonly<Record<string, StreamHandler | Stream>>,
  mounts: Readonly<Record<string, MountHandler>> = {},
): ReadonlyMap<string, Route> {
  const routes = new Map<string, Route>();
  const add = (path: string, route: Route) => {
    if (routes.has(path)) throw new Error(`two routes claim ${path}`);
    routes.set(path, route);
  };
  for (const query of queries.values()) {
    add(`/api/${query.name}`, { kind: "read", allow: GET, query });
  }
  for (const { name } of writes.values()) {
    add(`/api/${name}`, { kind: "write", allow: POST, name });
  }
  for (const [path, stream] of Object.entries(streams)) {
    const { handler, asks } =
      typeof stream === "function" ? { handler: stream, asks: "as reads" as const } : stream;
    add(path, { kind: "stream", allow: GET, handler, asks, right: path.replace("/api/", "") });
  }
  for (const [path, handler] of Object.entries(mounts)) {
    add(path, { kind: "mount", allow: POST, handler });
  }
  add(SOCKET_PATH, { kind: "socket", allow: GET });
  return routes;
}
