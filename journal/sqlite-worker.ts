/**
 * The worker that owns the one connection: opens and verifies, then answers calls in the order of
 * `calls-in-order.ts`.
 * Neighbours: `sqlite.ts` on the main thread starts it and waits for its end, `opening.ts` opens,
 * `handlers.ts` does the work. SQLite's locks go only with the worker's end, so a reopening is always a
 * new worker. Invariants: after a write of unknown outcome nothing is written any more; it ends by itself, between
 * two calls, since libsql takes the whole process down where `Worker.terminate` meets it reading.
 */
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { createCallsInOrder } from "./calls-in-order.ts";
import { filesIn, noteDoubt } from "./files.ts";
import type { Call, CallName, Calls, Opening, Reply, WorkerOptions } from "./messages.ts";
import { explain, open } from "./opening.ts";
import { CleanFailure, codeOf, Doubt } from "./store.ts";

function main(port: NonNullable<typeof parentPort>, options: WorkerOptions): void {
  const files = filesIn(options.dir);
  let opened: ReturnType<typeof open>;
  try {
    opened = open(files, options);
  } catch (error) {
    port.postMessage({ kind: "refused", message: explain(files, error) } satisfies Opening);
    port.close();
    return;
  }
  port.postMessage(opened.opening);
  if (!opened.handlers) {
    port.close();
    return;
  }
  const { handlers } = opened;
  let failure: string | null = null;
  const calls = createCallsInOrder();
  port.on("message", (first: Call) => {
    calls.add(first);
    for (;;) {
      // What came while the last call was answered may go before those that wait.
      for (let more = receiveMessageOnPort(port); more; more = receiveMessageOnPort(port)) {
        calls.add(more.message as Call);
      }
      const call = calls.next();
      if (!call) return;
      const reply = answer(call);
      port.postMessage(reply, handedOver(call, reply));
      if (LAST.has(call.name)) return port.close();
    }
  });

  function answer({ id, name, takes }: Call): Reply {
    const writes = WRITES.has(name);
    try {
      if (writes && failure !== null) throw new Error(`the journal failed before: ${failure}`);
      const handle = handlers[name] as (takes: Calls[CallName]["takes"]) => unknown;
      return { id, ok: true, gives: handle(takes) };
    } catch (error) {
      const { message } = error as Error;
      if (!writes && isDoubt(error)) return { id, ok: false, doubt: message };
      const reason = error instanceof CleanFailure ? error.reason : null;
      if (writes && reason === null) {
        failure ??= message;
        noteDoubt(files, message);
      }
      return { id, ok: false, reason, message };
    }
  }
}

const WRITES: ReadonlySet<CallName> = new Set([
  "append",
  "beginSnapshot",
  "addParts",
  "commitSnapshot",
  "dropParts",
  "prune",
  "shrink",
]);

/** After these it ends. */
const LAST: ReadonlySet<CallName> = new Set(["close", "doubt", "abandon"]);

/** What is as large as the state goes without a copy. */
function handedOver({ name }: Call, reply: Reply): ArrayBuffer[] {
  if (name !== "loadSnapshot" || !reply.ok) return [];
  const snapshot = reply.gives as Calls["loadSnapshot"]["gives"];
  return snapshot?.parts.filter((part) => typeof part !== "string") ?? [];
}

function isDoubt(error: unknown): boolean {
  return error instanceof Doubt || /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error));
}

if (parentPort) main(parentPort, workerData as WorkerOptions);
