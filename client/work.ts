/**
 * One claimed task from its claim to its end: keeps the lease while the handler works, lets it write
 * only while the lease holds, and says how it ended. Neighbours: `agent.ts` claims and calls this.
 * Invariants: every write quotes the token of this claim; once the lease is lost nothing is written any
 * more and the handler's signal is aborted; while the lease holds, every way out gives it up.
 */
import type { PayloadOf } from "../core/registry.ts";
import type { Client, Reply, RouteName } from "./client.ts";
import { ClawTaskerError } from "./errors.ts";

/** The task as the server shows it. */
export type Task = NonNullable<Reply<"tasks/claim">["task"]>;
export type Lease = NonNullable<Reply<"tasks/claim">["lease"]>;

/** What a handler is given beside the task. */
export interface Work {
  /** Aborted when the lease is lost or the agent ends: stop, and leave things as they are. */
  readonly signal: AbortSignal;
  readonly lease: Lease;
  /** @param progress in percent */
  report(progress: number, note?: string): Promise<void>;
  comment(text: string): Promise<void>;
  /** Adds paths or links of what was made. */
  artifacts(...paths: string[]): Promise<void>;
}

/**
 * Does the task. What it returns is the note for whoever validates; what it throws blocks the task,
 * with the message as the reason. Once the signal is aborted, returning nothing means unfinished.
 */
export type TaskHandler = (
  task: Task,
  work: Work,
) => Promise<string> | Promise<void> | Promise<string | undefined>;

export interface TaskRun {
  client: Client;
  agentId: string;
  task: Task;
  lease: Lease;
  ttlSeconds: number;
  onTask: TaskHandler;
  /** The agent ends: the handler should. */
  stopping: AbortSignal;
  /** The agent waits no longer. */
  ended: AbortSignal;
  onError(error: unknown, task: Task): void;
}

const MAX_NOTE = 2_000;
const MAX_REASON = 300;
/** Between two renewals, however late it is. */
const MIN_PAUSE_MS = 250;
/** Last words when the agent ends: each once, since nobody waits for long. */
const FAREWELL = { attempts: 1, timeoutMs: 5_000 };

/** Resolves when the task is off this agent's hands; never rejects. */
export async function runTask(run: TaskRun): Promise<void> {
  const { client, agentId, task, lease, ttlSeconds, stopping, ended, onError } = run;
  const { clock, wait } = client.ports;
  const proof = { task_id: task.id, agent_id: agentId, lease_token: lease.token };
  /** For the handler: the lease is lost, or the agent ends. */
  const over = new AbortController();
  /** For the writes: the lease is lost, given up, or the agent waits no longer. */
  const gone = new AbortController();
  let made = task.artifacts;

  function lose(error: unknown): void {
    if (gone.signal.aborted) return;
    gone.abort(error);
    over.abort(error);
    onError(error, task);
  }
  const onStopping = () => over.abort(stopping.reason);
  let onEnded = () => {};
  const waitedEnough = new Promise<void>((resolve) => {
    onEnded = () => {
      gone.abort(ended.reason);
      resolve();
    };
  });

  /** Writes as long as the lease holds, and learns from the answer when it does not. */
  async function write<N extends RouteName>(
    name: N,
    payload: PayloadOf<N>,
    attempts?: number,
  ): Promise<void> {
    gone.signal.throwIfAborted();
    try {
      const more = attempts === undefined ? {} : { attempts };
      await client.post(name, payload, { signal: gone.signal, ...more });
    } catch (error) {
      if (error instanceof ClawTaskerError && error.code === "held") lose(error);
      throw error;
    }
  }

  async function keep(): Promise<void> {
    const ttlMs = ttlSeconds * 1_000;
    let heldUntil = clock() + ttlMs;
    for (;;) {
      await wait(Math.min(ttlMs / 3, Math.max(heldUntil - clock(), MIN_PAUSE_MS)), gone.signal);
      if (gone.signal.aborted) return;
      const at = clock();
      try {
        await client.post("tasks/renew", proof, {
          signal: gone.signal,
          attempts: 2,
          timeoutMs: ttlMs / 3,
        });
        heldUntil = at + ttlMs;
      } catch (error) {
        const mayPass = error instanceof ClawTaskerError && error.isTemporary;
        // Without an answer the lease counts as lost when its time is over: another may have it.
        if (!mayPass || clock() >= heldUntil) lose(error);
      }
    }
  }

  const work: Work = {
    signal: over.signal,
    lease,
    report: (progress, note) =>
      write("tasks/update", { ...proof, progress, ...(note && { note: cut(note, MAX_NOTE) }) }),
    comment: (text) => write("tasks/comment", { task_id: task.id, text, author: agentId }),
    artifacts(...paths) {
      made = [...new Set([...made, ...paths])];
      return write("tasks/update", { ...proof, artifacts: made });
    },
  };

  /** Whatever the outcome, it is said again and again until it is heard or the lease is lost. */
  async function finish(note: string | undefined): Promise<void> {
    const said = note ? { note: cut(note, MAX_NOTE) } : {};
    await write("tasks/event", { ...proof, type: "needs-validation", ...said }, Infinity);
  }

  async function block(error: unknown): Promise<void> {
    const why = messageOf(error);
    await write("tasks/event", { ...proof, type: "blocked", note: cut(why, MAX_NOTE) }, Infinity);
    await write("tasks/release", { ...proof, reason: cut(why, MAX_REASON) }, Infinity);
  }

  /** Told by the agent's end, so not by a signal that has been aborted with it. */
  async function giveBack(reason: string): Promise<void> {
    await client.post("tasks/release", { ...proof, reason }, FAREWELL);
  }

  async function attend(): Promise<void> {
    let note: string | undefined;
    try {
      note = (await run.onTask(task, work)) ?? undefined;
    } catch (error) {
      if (gone.signal.aborted) return;
      if (over.signal.aborted) return giveBack("the agent ended before the task was finished");
      onError(error, task);
      return block(error);
    }
    if (gone.signal.aborted) return;
    if (over.signal.aborted && note === undefined) {
      return giveBack("the agent ended before the task was finished");
    }
    return finish(note);
  }

  stopping.addEventListener("abort", onStopping);
  ended.addEventListener("abort", onEnded);
  if (stopping.aborted) onStopping();
  if (ended.aborted) onEnded();
  const kept = keep();
  try {
    // Also one that lost its lease is waited for, or there would soon be two at once.
    await Promise.race([attend(), waitedEnough]);
  } catch (error) {
    if (!gone.signal.aborted) onError(error, task);
    if (!gone.signal.aborted) await giveBack(cut(messageOf(error), MAX_REASON)).catch(() => {});
  } finally {
    if (ended.aborted && gone.signal.reason === ended.reason) {
      await giveBack("the agent ended before the task was finished").catch(() => {});
    }
    gone.abort();
    over.abort();
    stopping.removeEventListener("abort", onStopping);
    ended.removeEventListener("abort", onEnded);
    await kept;
  }
}

function messageOf(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  return said.trim() || "the handler failed without a word";
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}
