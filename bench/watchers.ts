/**
 * The watchers as the rows see them. Neighbours: `watch/main.ts` is their process, `watch/messages.ts`
 * what is said between. Invariant: one call at a time.
 */
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Resources } from "./resources.ts";
import type { Call, Joined, Seen } from "./watch/messages.ts";

export interface Watchers {
  open(of: Omit<Extract<Call, { name: "open" }>, "name">): Promise<void>;
  begin(): Promise<void>;
  await(updates: number): Promise<Seen>;
  join(of: Omit<Extract<Call, { name: "join" }>, "name">): Promise<Joined>;
  close(): Promise<void>;
}

export function startWatchers(resources: Resources): Watchers {
  const child = resources.run(fileURLToPath(new URL("./watch/main.js", import.meta.url)), []);
  const gone = new AbortController();
  child.once("exit", (code) => gone.abort(new Error(`the watchers' process ended with ${code}`)));

  async function call<T>(message: Call): Promise<T> {
    child.send(message);
    const [answer] = (await once(child, "message", { signal: gone.signal })) as [
      { ok: T } | { error: string },
    ];
    if ("error" in answer) throw new Error(answer.error);
    return answer.ok;
  }

  return {
    open: (of) => call({ name: "open", ...of }),
    begin: () => call({ name: "begin" }),
    await: (updates) => call({ name: "await", updates }),
    join: (of) => call({ name: "join", ...of }),
    close: () => call({ name: "close" }),
  };
}
