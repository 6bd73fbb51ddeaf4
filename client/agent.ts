/**
 * A whole agent: registers, lives, claims, works, reports, and leaves nothing behind when it ends.
 * Neighbours: `work.ts` does one task, `client.ts` speaks; docs/agents.md explains the loop.
 * Invariants: never more tasks at once than `concurrency`; a server that is away is waited for; on the
 * way out, whether asked to or failing, every task still held is given back.
 */
import type { PayloadOf } from "../core/registry.ts";
import { type Client, createClient } from "./client.ts";
import { ClawTaskerError } from "./errors.ts";
import type { TokenSource } from "./ports.ts";
import { type Lease, runTask, type Task, type TaskHandler } from "./work.ts";

export type AgentOptions = ({ client: Client } | { url: string; token: TokenSource }) & {
  id: string;
  name: string;
  role: string;
  /** The specialisms it takes tasks of, its main one first. */
  specialists?: readonly string[];
  /** Anything else to register with: skills, manager, emoji, … */
  profile?: Omit<PayloadOf<"agents/register">, "agent_id" | "name" | "role">;
  /** Only tasks of this project. */
  project?: string;
  onTask: TaskHandler;
  /** Ends the agent; without it, it runs for ever. */
  signal?: AbortSignal;
  /** How many tasks at once; 1 when absent. */
  concurrency?: number;
  /** How long a task stays with an agent that died; it is renewed three times as often. */
  ttlSeconds?: number;
  heartbeatSeconds?: number;
  /** How long one claim waits for something to do: 0 to 60. */
  waitSeconds?: number;
  /** How long handlers may take to stop once the agent is to end. */
  graceMs?: number;
  /** Told what went wrong and where; the agent goes on. */
  onError?(error: unknown, task?: Task): void;
};

const TTL_SECONDS = 180;
const HEARTBEAT_SECONDS = 60;
const WAIT_SECONDS = 30;
const GRACE_MS = 5_000;
/** A claim that waits is answered late, and that is no failure. */
const CLAIM_EXTRA_MS = 15_000;
/** An answer without a task that came at once must not be asked for at once again. */
const PAUSE_MS = 1_000;
const FAREWELL = { attempts: 1, timeoutMs: 5_000 };

/**
 * Runs until the signal is aborted; resolves when everything it held is finished or given back.
 * @throws ClawTaskerError when the server refuses the agent for good: a wrong token, a retired agent
 */
export async function runAgent(options: AgentOptions): Promise<void> {
  const client = "client" in options ? options.client : createClient(options);
  const { id, project, onTask, concurrency = 1, ttlSeconds = TTL_SECONDS } = options;
  const { waitSeconds = WAIT_SECONDS, graceMs = GRACE_MS, onError = () => {} } = options;
  const heartbeatMs = (options.heartbeatSeconds ?? HEARTBEAT_SECONDS) * 1_000;
  const { clock, wait } = client.ports;

  /** Asked to end, or failed. */
  const stop = new AbortController();
  const stopping = stop.signal;
  /** The time of grace is over. */
  const ended = new AbortController();
  const running = new Map<string, Promise<void>>();
  /** A claim was under way when the agent was told to end: it may have been granted. */
  let unanswered = false;

  const untilHeard = { signal: stopping, attempts: Number.POSITIVE_INFINITY };

  const register = () => {
    const { name, role, specialists = [], profile } = options;
    return client.post(
      "agents/register",
      {
        ...(specialists[0] !== undefined && { home_specialist: specialists[0] }),
        ...(specialists.length > 0 && { specialists: [...specialists] }),
        ...profile,
        agent_id: id,
        name,
        role,
      },
      untilHeard,
    );
  };

  async function beat(): Promise<void> {
    const current = [...running.keys()].at(-1) ?? null;
    const status = current === null ? "idle" : "working";
    try {
      await client.post(
        "agents/heartbeat",
        { agent_id: id, status, current_task_id: current },
        { signal: stopping, attempts: 2 },
      );
    } catch (error) {
      // What is wrong for good, the next claim says too.
      if (!stopping.aborted) onError(error);
    }
  }

  async function live(): Promise<void> {
    while (!stopping.aborted) {
      await wait(heartbeatMs, stopping);
      if (!stopping.aborted) await beat();
    }
  }

  async function claim(taskId?: string): Promise<void> {
    const from = clock();
    const claimed = await client.post(
      "tasks/claim",
      {
        agent_id: id,
        ttl_seconds: ttlSeconds,
        ...(taskId === undefined ? { wait_seconds: waitSeconds } : { task_id: taskId }),
        ...(project !== undefined && taskId === undefined && { project }),
      },
      { ...untilHeard, timeoutMs: waitSeconds * 1_000 + CLAIM_EXTRA_MS },
    );
    if (claimed.task && claimed.lease) begin(claimed.task, claimed.lease);
    else if (clock() - from < PAUSE_MS) await wait(PAUSE_MS, stopping);
  }

  function begin(task: Task, lease: Lease): void {
    const ends = { stopping, ended: ended.signal };
    const run = runTask({
      client,
      agentId: id,
      task,
      lease,
      ttlSeconds,
      onTask,
      onError,
      ...ends,
    }).finally(() => running.delete(task.id));
    running.set(task.id, run);
  }

  /** What an earlier life of this agent was working on, where nothing keeps it from going on. */
  async function resume(taskId: string): Promise<void> {
    try {
      const known = { task_id: taskId, agent_id: id };
      const { reasons } = await client.get("tasks/explain", known, untilHeard);
      // Its status and its lease are what the claim looks at; the rest has to be settled first.
      if (reasons.some(({ code }) => code !== "status" && code !== "held")) return;
      await claim(taskId);
    } catch (error) {
      if (!(error instanceof ClawTaskerError) || error.isTemporary) throw error;
    }
  }

  async function claimNext(): Promise<void> {
    try {
      await claim();
    } catch (error) {
      if (stopping.aborted) {
        unanswered = true;
        return;
      }
      if (!(error instanceof ClawTaskerError)) throw error;
      onError(error);
      // The company was begun anew: it does not know this agent any more.
      if (error.code === "unknown_id") await register();
      else if (error.isTemporary) await wait(error.retryAfterMs ?? PAUSE_MS, stopping);
      else throw error;
    }
  }

  async function serve(): Promise<void> {
    const { agent } = await register();
    if (agent.current_task_id) await resume(agent.current_task_id);
    while (!stopping.aborted) {
      if (running.size < concurrency) await claimNext();
      else {
        await Promise.race(running.values());
        if (running.size === 0 && !stopping.aborted) await beat();
      }
    }
  }

  async function leave(): Promise<void> {
    const over = new AbortController();
    const grace = wait(graceMs, over.signal).then(() => {
      if (!over.signal.aborted) ended.abort(new Error("the agent has ended"));
    });
    await Promise.all(running.values());
    over.abort();
    await grace;
    const { agent } = await client.post(
      "agents/heartbeat",
      { agent_id: id, status: "offline", ...(!unanswered && { current_task_id: null }) },
      FAREWELL,
    );
    if (!unanswered || !agent.current_task_id) return;
    const reason = "the agent ended while it was claiming";
    const payload = { task_id: agent.current_task_id, agent_id: id, reason };
    await client.post("tasks/release", payload, FAREWELL);
  }

  const onSignal = () => stop.abort(options.signal?.reason);
  if (options.signal?.aborted) return;
  options.signal?.addEventListener("abort", onSignal);
  const living = live();
  try {
    await serve();
  } catch (error) {
    if (!stopping.aborted) throw error;
  } finally {
    options.signal?.removeEventListener("abort", onSignal);
    stop.abort();
    // The last words are a courtesy: without them, the leases run out.
    await leave().catch(() => {});
    await living;
  }
}
