/**
 * What the clients of a simulated world ask for: any action, batches of them, what fills the archive and
 * what brings back from it. Neighbours: `world.ts` sends, `laws.ts` judges what became of them.
 * Invariant: a batch begins and ends with a task of its own name, so that the journal alone shows
 * whether it is there whole.
 */
import type { Accepted, State } from "../../core/index.ts";
import { randomAction } from "../core/random-actions.ts";
import type { Random } from "../support/random.ts";

/** One request of a client, with all its retries. */
export interface Call {
  key: string;
  name: string;
  body: unknown;
  /** Set in a batch whose actions have keys of their own; the request as a whole then has none. */
  keys?: readonly string[];
  /** The largest number that had been acknowledged to anybody when it was first sent. */
  before: number;
  /** Of the last answer, where there was a yes. */
  seq?: number;
  /** What was durable when the answer was a no, and which action of a batch it was for. */
  refusedAt?: number;
  refusedFor?: number;
  acks: Accepted[];
}

/** The tasks by which a batch is known. */
export const firstOf = (key: string) => `${key} begins`;
export const lastOf = (key: string) => `${key} ends`;

interface Asked {
  /** Null while there is no server to be seen. */
  state: State | null;
  /** Tasks. */
  archived: readonly string[];
}

export function drawCall(
  random: Random,
  key: string,
  asked: Asked,
): Pick<Call, "name" | "body" | "keys"> {
  const { state, archived } = asked;
  if (!state) return { name: "tasks/create", body: { title: "from the dark" } };
  const fate = random.whole(12);
  if (fate < 3) return drawBatch(random, key, state);
  if (fate === 3) return { name: "tasks/create", body: { title: "old news", status: "done" } };
  if (fate === 4 && archived.length > 0) {
    return { name: "tasks/reopen", body: { task_id: random.pick(archived) } };
  }
  if (fate === 5) {
    return { name: "conversations/message", body: { sender: "ceo", target: "orion", text: key } };
  }
  return randomAction(random, state);
}

function drawBatch(
  random: Random,
  key: string,
  state: State,
): Pick<Call, "name" | "body" | "keys"> {
  const create = (title: string) => ({
    name: "tasks/create",
    body: { title, status: random.pick(["ready", "done"] as const) },
  });
  const inner = Array.from({ length: random.whole(4) }, () => randomAction(random, state));
  const parts = [create(firstOf(key)), ...inner, create(lastOf(key))];
  const keys = random.whole(3) === 0 ? parts.map((_, index) => `${key}.${index}`) : undefined;
  const actions = parts.map(({ name, body }, index) => ({
    action: name,
    body: typeof body === "object" && body !== null && !Array.isArray(body) ? body : {},
    ...(keys && { idempotency_key: keys[index] }),
  }));
  const body = { atomic: random.whole(2) === 0, actions };
  return { name: "batch", body, ...(keys && { keys }) };
}
