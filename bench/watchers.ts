/**
 * The watchers as the rows see them. Neighbours: `watch/main.ts` is their process, `watch/messages.ts`
 * what is said between. Invariant: one call at a time.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Call, Joined, Seen } from "./watch/messages.ts";

export interface Watchers {
  open(of: Omit<Extract<Call, { name: "open" }>, "name">): Promise<void>;
  begin(): Promise<void>;
  await(updates: number): Promise<Seen>;
  join(of: Omit<Extract<Call, { name: "join" }>, "name">): Promise<Joined>;
  close(): Promise<void>;
  /** Ends their process. */
  end(): void;
}

export function startWatchers(): Watchers {
  const child = fork(fileURLToPath(new URL("./watch/main.js", import.meta.url)));

  async function call<T>(message: Call): Promise<T> {
    child.send(message);
    const [answer] = (await once(child, "message")) as [{ ok: T } | { error: string }];
    if ("error" in answer) throw new Error(answer.error);
    return answer.ok;
  }

  return {
    open: (of) => call({ name: "open", ...of }),
    begin: () => call({ name: "begin" }),
    await: (updates) => call({ name: "await", updates }),
    join: (of) => call({ name: "join", ...of }),
    close: () => call({ name: "close" }),
    end: () => child.disconnect(),
  };
}
