/**
 * Where the server is and how a command reaches it. Neighbours: every command that talks to a server,
 * the typed client. Invariant: a person waits for no retries; what fails is told at once.
 */
import { ClawTaskerError, type Client, createClient } from "../client/index.ts";
import { unreachable } from "./failure.ts";

/** What every command takes. */
export interface Common {
  url: string;
  token: string;
  json: boolean;
}

/** A claim may wait for a minute before it is answered. */
const TIMEOUT_MS = 75_000;

/** Runs with a client for the server; says where it looked when nobody answers. */
export async function withServer<R>(
  { url, token }: Common,
  run: (client: Client) => Promise<R>,
): Promise<R> {
  try {
    return await run(createClient({ url, token, attempts: 1, timeoutMs: TIMEOUT_MS }));
  } catch (error) {
    if (error instanceof ClawTaskerError && error.status === 0) throw unreachable(url);
    throw error;
  }
}

/** The defaults of `--url` and `--token`: their variables, else the server's own defaults. */
export function defaultsFrom(env: NodeJS.ProcessEnv): Pick<Common, "url" | "token"> {
  const port = env.CLAWTASKER_PORT || "3000";
  return {
    url: env.CLAWTASKER_URL || `http://127.0.0.1:${port}`,
    token: env.CLAWTASKER_API_TOKEN || "change-me-local",
  };
}
