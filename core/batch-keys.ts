/**
 * The keys that actions of one batch have of their own: each is held while the batch is decided, and what was
 * done with it before is its answer. Neighbours: `batch-dispatch.ts` decides, `idempotency.ts` has the keys.
 * Invariants: all keys of a batch are taken at once, so that no two batches wait for each other; each is let go,
 * however the batch ends; kept answers are looked up one by one and held as far as the result has room for them.
 */
import { createReplayRoom } from "./batch-room.ts";
import { type Rejection, rejection } from "./errors.ts";
import type { InTurn, Once } from "./idempotency.ts";
import type { Outcome } from "./outcome.ts";
import type { Ports } from "./ports.ts";
import type { Request } from "./request.ts";

/** An action that is answered already, or one that may run, and whom to tell how it went. */
export interface Held {
  request: Request | Outcome;
  settle?(outcome: Outcome): void;
}

/** @returns what holds the keys of a batch's actions and waits for the word on each */
export function createHold(once: Once, turn: Ports["turn"]) {
  /** All of them or none: a key that stayed held would keep every later request with it waiting. */
  async function holdAll(requests: readonly (Request | Rejection)[]): Promise<Held[]> {
    if (!requests.some(isKeyed)) return requests.map((request) => ({ request }));
    const inTurn = createLine();
    const fitting = createReplayRoom();
    const asked = await Promise.allSettled(
      requests.map((request) => hold(request, inTurn, fitting)),
    );
    const failed = asked.find((one) => one.status === "rejected");
    const held = asked.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    if (!failed) return held;
    letGo(held);
    throw failed.reason;
  }

  /** Waits for the word on an action's own key. All keys of a batch are taken at once, so none waits in a circle. */
  function hold(
    request: Request | Rejection,
    inTurn: InTurn,
    fitting: (outcome: Outcome) => Outcome,
  ): Held | Promise<Held> {
    if ("ok" in request || request.key === undefined) return { request };
    const { by, key, declaration, payload, warnings } = request;
    return new Promise((resolve, reject) => {
      const run = () =>
        new Promise<Outcome>((settle) => {
          resolve({ request, settle });
        });
      once({ by, key }, { name: declaration.name, payload, warnings }, run, inTurn).then(
        (outcome) => resolve({ request: fitting(outcome) }),
        reject,
      );
    });
  }

  /** One after the other, and the loop turns between them. */
  function createLine(): InTurn {
    let last: Promise<unknown> = Promise.resolve();
    return (work) => {
      const done = last.then(work);
      last = done.then(() => turn?.(), noFailure);
      return done;
    };
  }

  return holdAll;
}

export function letGo(held: readonly Held[]): void {
  const lost = rejection("unavailable", "the batch failed; nothing was changed");
  for (const { settle } of held) settle?.(lost);
}

/** One key for the whole or each action its own, none of them twice. */
export function checkKeys(
  actions: readonly { idempotency_key?: string }[],
  key: string | undefined,
): Rejection | null {
  const seen = new Set<string>();
  for (const [index, { idempotency_key: own }] of actions.entries()) {
    if (own === undefined) continue;
    const field = `actions[${index}].idempotency_key`;
    if (key !== undefined) {
      const text = `${field} does not go with an Idempotency-Key of the whole request; use one of the two`;
      return rejection("invalid", text, { field });
    }
    if (seen.has(own)) return rejection("invalid", `${field} is used twice`, { field });
    seen.add(own);
  }
  return null;
}

export function isKeyed(request: Request | Outcome): boolean {
  return "key" in request && request.key !== undefined;
}

const noFailure = () => {};
