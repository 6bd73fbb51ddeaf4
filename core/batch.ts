/**
 * The batch, many actions in one request: what it takes and what it answers. Neighbours: `registry.ts`
 * lists it among the writes, `batch-dispatch.ts` does it.
 */
import { Type } from "typebox";
import type { WriteDeclaration } from "./action.ts";
import type { Rejection } from "./errors.ts";
import { withText } from "./json.ts";
import type { Outcome } from "./outcome.ts";
import { statusOf } from "./problems.ts";
import { flag, id, RULE, source } from "./schema.ts";

/** Of one request. */
export const MAX_ACTIONS = 500;
/** In characters, of the entries of one batch; the action that reaches it is the last that is done. */
export const MAX_JOURNALED = 16_000_000;
/** Milliseconds of deciding; 500 usual actions take a tenth of that. */
export const MAX_DECIDING_MS = 500;

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

/** How many actions a body that nobody has looked at asks for; none where it is no batch. */
export function actionsIn(name: string, payload: object): number {
  const { actions } = payload as { actions?: unknown };
  return name === batch.name && Array.isArray(actions) ? actions.length : 0;
}

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

/**
 * What became of one action: what it answers by itself but for the overview, with its status and the
 * number of its entry; `left_out` where the results before it have filled the answer.
 */
export type BatchResult =
  | ({ status: 200; ok: true; seq: number; left_out?: true } & Record<string, unknown>)
  | ({ status: number; error: string; code: string } & Omit<
      Rejection,
      "ok" | "message" | "missingTask"
    >);

export interface BatchReply {
  results: BatchResult[];
}

/** The answer, as the texts of its results say it; as values once somebody asks for them. */
export function toReply(results: readonly string[], warnings: readonly string[]): object {
  const warned = warnings.length > 0 && { warnings: [...warnings] };
  const text = `{"results":[${results.join(",")}]${warned ? `,${JSON.stringify(warned).slice(1)}` : "}"}`;
  let read: BatchResult[] | undefined;
  const reply = {
    get results() {
      read ??= (JSON.parse(text) as BatchReply).results;
      return read;
    },
    ...warned,
  };
  return withText(reply, text);
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
