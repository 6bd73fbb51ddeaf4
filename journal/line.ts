/**
 * The line to the worker: calls and their replies, and the change to a new worker when something kept
 * turns out to be altered. Neighbours: `sqlite.ts` calls, `sqlite-worker.ts` answers.
 * Invariants: every call is answered once, appends before others; what waits while the worker changes is asked of the
 * new one; when a worker dies, every call under way fails with an Error, for nobody knows how it went.
 */
import { Worker } from "node:worker_threads";
import { JournalRefusal } from "../core/index.ts";
import type { Call, CallName, Calls, Opening, Reply, WorkerOptions } from "./messages.ts";

type Opened = Opening & { kind: "open" };

export interface Line {
  call<N extends CallName>(name: N, takes: Calls[N]["takes"]): Promise<Calls[N]["gives"]>;
  /** Goes on with a worker that has checked everything; calls wait meanwhile. */
  reopen(reason: string): Promise<void>;
  /** Refuses what comes from here on with the error. */
  refuse(error: Error): void;
  /** Resolves once the worker has ended. */
  ended(): Promise<void>;
  /** Ends the worker after the call that it is at; what waits fails. */
  abort(): Promise<void>;
}

interface Waiting {
  message: Call;
  resolve(gives: unknown): void;
  reject(error: Error): void;
}

export interface LineOptions {
  worker: Worker;
  /** Starts the next worker. */
  start(): Promise<{ worker: Worker; opening: Opened }>;
  onReopened(opening: Opened, reason: string): void;
}

export function createLine({ worker: first, start, onReopened }: LineOptions): Line {
  let worker = first;
  let ended = attach(first);
  let lastCall = 0;
  const pending = new Map<number, Waiting>();
  /** Calls that wait for the next worker; null while one is there. */
  let held: Waiting[] | null = null;
  let reopening: Promise<void> | null = null;
  /** Why no call can be sent any more. */
  let over: Error | null = null;

  function attach(one: Worker): Promise<void> {
    one.on("message", (reply: Reply) => settle(reply));
    one.on("error", die);
    return new Promise((resolve) =>
      one.once("exit", () => {
        if (!reopening) die(new Error("the journal's worker has ended"));
        resolve();
      }),
    );
  }

  function settle(reply: Reply): void {
    const call = pending.get(reply.id);
    pending.delete(reply.id);
    if (!call) return;
    if (reply.ok) call.resolve(reply.gives);
    else if (reply.doubt !== undefined) {
      void reopen(reply.doubt);
      if (over) call.reject(over);
      else if (held) held.push(call);
      else send(call);
    } else if (reply.reason) call.reject(new JournalRefusal(reply.reason, reply.message));
    else call.reject(new Error(`the journal failed: ${reply.message}`));
  }

  function die(error: Error): void {
    over ??= error;
    for (const { reject } of [...pending.values(), ...(held ?? [])]) reject(over);
    pending.clear();
    held = null;
  }

  function send(waiting: Waiting): void {
    pending.set(waiting.message.id, waiting);
    worker.postMessage(waiting.message);
  }

  function reopen(reason: string): Promise<void> {
    reopening ??= change(reason)
      .catch((error: Error) => {
        die(error);
        return abandon();
      })
      .finally(() => {
        reopening = null;
      });
    return reopening;
  }

  async function abandon(): Promise<void> {
    worker.postMessage({ id: ++lastCall, name: "abandon", takes: null } satisfies Call<"abandon">);
    await ended;
  }

  async function change(reason: string): Promise<void> {
    held = [];
    worker.postMessage({ id: ++lastCall, name: "doubt", takes: reason } satisfies Call<"doubt">);
    // Everything sent before is answered first.
    await ended;
    if (over) throw over;
    const next = await start();
    worker = next.worker;
    ended = attach(worker);
    // Given up meanwhile: nobody would end it.
    if (over) throw over;
    onReopened(next.opening, reason);
    const waiting: Waiting[] = held;
    held = null;
    for (const call of waiting) send(call);
  }

  return {
    call: (name, takes) => {
      if (over) return Promise.reject(over);
      return new Promise((resolve, reject) => {
        const message: Call = { id: ++lastCall, name, takes };
        const waiting = { message, resolve: resolve as (gives: unknown) => void, reject };
        if (held) held.push(waiting);
        else send(waiting);
      });
    },
    reopen,
    refuse(error) {
      over ??= error;
    },
    async ended() {
      await reopening;
      await ended;
    },
    async abort() {
      over ??= new Error("the journal's worker was ended");
      await reopening;
      await abandon();
    },
  };
}

/** Waits for the first message; where it is no journal, also for the end of the worker. */
export async function startWorker(
  options: WorkerOptions,
): Promise<{ worker: Worker; opening: Opening }> {
  const worker = new Worker(new URL("./sqlite-worker.js", import.meta.url), {
    workerData: options,
    // Not this process's: with `--input-type` or `--eval` no worker starts.
    execArgv: [],
  });
  const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  const opening = await new Promise<Opening>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("the journal's worker ended while opening")));
  });
  if (opening.kind !== "open") await ended;
  return { worker, opening };
}
