/**
 * The batch: many actions in one request, decided in one step and written in one group. Neighbours:
 * `registry.ts` lists it among the writes, `engine.ts` decides, `idempotency.ts` has the keys.
 * Invariants: nothing comes between two actions of a batch; each makes its own entry and event; with
 * `atomic` a refusal of one leaves nothing of the others.
 */
import { type Static, Type } from "typebox";
import type { AnyAction, Check, WriteDeclaration } from "./action.ts";
import type { DispatchOptions, Outcome, Request } from "./engine.ts";
import { type Rejection, rejection } from "./errors.ts";
import type { Once } from "./idempotency.ts";
import { statusOf } from "./problems.ts";
import { flag, id, RULE, source } from "./schema.ts";

const MAX_ACTIONS = 500;

const body = Type.Object({
  actions: Type.Array(
    Type.Object({
      action: id("As in its route: tasks/update."),
      body: Type.Optional(
        Type.Unsafe<object>({ type: "object", description: "As in POST /api/<action>." }),
      ),
      idempotency_key: Type.Optional(
        Type.String({
          maxLength: 200,
          pattern: "^[\\x21-\\x7e]{1,200}$",
          [RULE]: "must be 1 to 200 visible ASCII characters",
          description: "As the header Idempotency-Key of the action sent by itself.",
        }),
      ),
    }),
    { minItems: 1, maxItems: MAX_ACTIONS, description: "In the order in which they are done." },
  ),
  atomic: flag("All of them or none: the first refusal refuses the request. Else each for itself."),
  source,
});

export const batch = {
  name: "batch",
  summary: "Do up to 500 actions in one request, each with its own result, or all or none.",
  body,
  contended: true,
  examples: [
    {
      actions: [
        { action: "tasks/update", body: { task_id: "T-208", priority: "P0" } },
        { action: "tasks/comment", body: { task_id: "T-208", author: "ceo", text: "Now first." } },
      ],
    },
    {
      atomic: true,
      actions: [
        { action: "tasks/update", body: { task_id: "T-211", status: "ready" } },
        { action: "tasks/update", body: { task_id: "T-213", status: "ready" } },
      ],
    },
  ],
} as const satisfies WriteDeclaration<string, typeof body>;

/** What became of one action: what it answers by itself, with its status and the number of its entry. */
export type BatchResult =
  | ({ status: 200; ok: true; seq: number } & Record<string, unknown>)
  | ({ status: number; error: string; code: string } & Omit<
      Rejection,
      "ok" | "message" | "missingTask"
    >);

export interface BatchReply {
  results: BatchResult[];
}

/** The key of a whole batch, and what makes two of them the same. */
export interface BatchKey {
  key: string;
  payload: unknown;
  warnings: readonly string[];
}

export interface BatchPorts {
  find(name: string): AnyAction | undefined;
  check: Check;
  /** Validates one action; the refusal where it does not conform. */
  toRequest(name: string, body: unknown, options: DispatchOptions): Request | Rejection;
  once: Once;
  /** Decides all of it in one step; the outcomes are in the order of the requests. */
  decideAll(
    requests: readonly (Request | Outcome)[],
    options: { atomic: boolean; warnings: readonly string[]; key: BatchKey | undefined },
  ): Promise<{ whole: Outcome; outcomes: readonly Outcome[] }>;
}

/** An action that is answered already, or one that may run, and whom to tell how it went. */
interface Held {
  request: Request | Outcome;
  settle?(outcome: Outcome): void;
}

/** @returns the dispatch of a batch; the key in its options is that of all of it */
export function createBatchDispatch({ find, check, toRequest, once, decideAll }: BatchPorts) {
  return async (given: unknown, { key, ...who }: DispatchOptions): Promise<Outcome> => {
    const checked = check(body, given ?? {});
    if (!checked.ok) return checked;
    const { warnings } = checked;
    const { actions, atomic = false } = checked.value as Static<typeof body>;
    const refused = checkKeys(actions, key);
    if (refused) return refused;
    const requests = actions.map((one) => {
      const unfit = refuseAction(one.action, find(one.action));
      if (unfit) return unfit;
      const request = toRequest(one.action, one.body, { ...who, key: one.idempotency_key });
      return ("ok" in request ? null : refuseWait(request)) ?? request;
    });
    const payload = { atomic, actions: requests.map(said) };
    const run = async () => {
      const held = await Promise.all(requests.map(hold));
      const settled = decideAll(
        held.map(({ request }) => request),
        { atomic, warnings, key: key === undefined ? undefined : { key, payload, warnings } },
      );
      const { whole, outcomes } = await settled.catch((error: unknown) => {
        const lost = rejection("unavailable", "the batch failed; nothing was changed");
        for (const { settle } of held) settle?.(lost);
        throw error;
      });
      for (const [index, { settle }] of held.entries()) {
        settle?.(whole.ok ? (outcomes[index] ?? whole) : whole);
      }
      return whole;
    };
    return key === undefined ? run() : once(key, { name: batch.name, payload, warnings }, run);
  };

  /** Waits for the word on an action's own key. All keys of a batch are taken at once, so none waits in a circle. */
  function hold(request: Request | Rejection): Held | Promise<Held> {
    if ("ok" in request || request.key === undefined) return { request };
    const { key, declaration, payload, warnings } = request;
    return new Promise((resolve, reject) => {
      const run = () =>
        new Promise<Outcome>((settle) => {
          resolve({ request, settle });
        });
      once(key, { name: declaration.name, payload, warnings }, run).then(
        (outcome) => resolve({ request: outcome }),
        reject,
      );
    });
  }
}

function checkKeys(
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

function refuseAction(name: string, declaration: AnyAction | undefined): Rejection | null {
  if (!declaration || declaration.internal) {
    return rejection("unknown_id", `unknown action: ${name}`);
  }
  const { alone } = declaration;
  if (alone === undefined) return null;
  return rejection("conflict", `${name} is never part of a batch: ${alone}; send it by itself`);
}

function refuseWait({ declaration: { name, wait }, payload }: Request): Rejection | null {
  if (!wait || wait.seconds(payload) === 0) return null;
  const text = `a batch does not wait: leave out wait_seconds, or send ${name} by itself`;
  return rejection("invalid", text, { field: "wait_seconds" });
}

function said(request: Request | Rejection): object {
  if ("ok" in request) return { refused: request.message };
  const { declaration, payload, warnings } = request;
  return { action: declaration.name, payload, warnings };
}

export function toResult(outcome: Outcome): BatchResult {
  if (outcome.ok) {
    const { seq, reply, replayed } = outcome;
    return { status: 200, ok: true, ...reply, seq, ...(replayed && { replayed }) };
  }
  const { ok: _no, message, missingTask: _task, ...more } = outcome;
  return { status: statusOf(more.code), error: message, ...more };
}

/** The refusal of one action as that of the whole batch. */
export function inBatch({ message, field, ...more }: Rejection, index: number): Rejection {
  const at = `actions[${index}]`;
  return {
    ...more,
    message: `${at}: ${message}`,
    ...(field !== undefined && { field: `${at}.body.${field}` }),
    index,
  };
}
