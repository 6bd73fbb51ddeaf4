/**
 * The backend for stdio: a server elsewhere, reached by the typed client. Neighbours: `stdio.ts` serves
 * with it, the client retries. Invariant: a model gets the same sentences as from the engine itself.
 */
import { ClawTaskerError, type Client, type RouteName } from "../client/index.ts";
import { overviewOf, type Picture, type Task } from "../core/index.ts";
import type { QueryName } from "../core/queries.ts";
import type { Backend, Result } from "./backend.ts";

type Snapshot = Omit<Picture, "seeAgent" | "seeMission" | "overview"> & { tasks: readonly Task[] };

/** A claim may wait for a minute before it is answered. */
const TIMEOUT_MS = 75_000;

export function createClientBackend(client: Client): Backend {
  return {
    act: (name, body, { signal }) =>
      settle(
        // The tools name declared actions only; the server validates the body.
        client.post(name as RouteName, body as never, { signal, timeoutMs: TIMEOUT_MS }),
        client.url,
      ),
    ask: (name, params, { signal }) =>
      settle(client.get(name as QueryName, params as never, { signal }), client.url),
    async look(at, { signal }) {
      const result = await settle(client.get("snapshot", {}, { signal }), client.url);
      if (!result.ok) return result;
      const { tasks, ...snapshot } = result.reply as unknown as Snapshot;
      const overview = overviewOf(Object.fromEntries(tasks.map((task) => [task.id, task])));
      // What it shows are the views themselves.
      const seen = { seeAgent: (one: unknown) => one, seeMission: (one: unknown) => one };
      return at({ ...snapshot, ...seen, overview } as Picture);
    },
  };
}

async function settle(answer: Promise<object>, url: string): Promise<Result> {
  try {
    return { ok: true, reply: (await answer) as Record<string, unknown> };
  } catch (error) {
    if (!(error instanceof ClawTaskerError)) throw error;
    const { status, code, message, current } = error;
    if (status === 0) {
      const sentence = `the ClawTasker server at ${url} cannot be reached; start it, or set CLAWTASKER_URL`;
      return { ok: false, code: "unreachable", message: sentence };
    }
    return { ok: false, code: code ?? "refused", message, ...(current && { current }) };
  }
}
