/**
 * Writes at a steady rate, of which every few are probes. Neighbours: `views.ts` says the probes, the
 * server stamps their commits. Invariant: the rate holds whether or not answers come.
 */
import { taskId } from "../company.ts";
import type { Write } from "./views.ts";

const RATE = 50;
/** Of the writes one in so many is a probe, one a sign of life of an agent, the others change tasks. */
const TURN = 5;

export async function send(url: string, { route, body }: Write): Promise<void> {
  const response = await fetch(`${url}/api/${route}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: "Bearer change-me-local" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${route}: ${text}`);
}

/** Sends `probes` probes with the other writes between them; ends when all are answered. */
export async function sendSteadily(
  url: string,
  probes: number,
  tasks: number,
  probe: (n: number) => Write,
): Promise<void> {
  const sent: Promise<void>[] = [];
  const from = performance.now();
  for (let n = 0; n < probes * TURN; n++) {
    const waitMs = from + (n * 1_000) / RATE - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const turn = n % TURN;
    if (turn === 0) sent.push(send(url, probe(n / TURN)));
    else if (turn === 1) sent.push(send(url, signOfLife(n)));
    else sent.push(send(url, progressOf(n, tasks)));
  }
  await Promise.all(sent);
}

const SENDERS = 16;

/** One progress after the other on all tasks, as fast as they are taken. */
export async function sendMany(url: string, count: number, tasks: number): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: SENDERS }, async () => {
      for (let n = next++; n < count; n = next++) {
        await send(url, progressOf(n, tasks));
      }
    }),
  );
}

function progressOf(n: number, tasks: number): Write {
  return {
    route: "tasks/update",
    // All of them, in steps that jump about.
    body: { task_id: taskId(1 + ((n * 7) % tasks)), progress: n % 100 },
  };
}

function signOfLife(n: number): Write {
  const body = { agent_id: `agent-${10 + (n % 40)}`, status: "working", note: `at ${n}` };
  return { route: "agents/heartbeat", body };
}
