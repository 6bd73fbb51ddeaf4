/**
 * A POST of the API: limit, body, token, idempotency key, dispatch. Neighbours: the engine decides,
 * `body.ts`, `auth.ts` and `limits.ts` prepare. Invariant: the token is taken out of the body before
 * anybody else sees it, and every attempt that gets past the limit counts, whatever becomes of it.
 */
import type { IncomingMessage } from "node:http";
import type { Engine, Gate } from "../core/index.ts";
import type { Answer } from "./answer.ts";
import { bearerOf, takeToken } from "./auth.ts";
import { readBody } from "./body.ts";
import { createWriteLimit } from "./limits.ts";
import { problem, toProblem, UNAUTHORISED } from "./problem.ts";

export interface WriterOptions {
  engine: Engine;
  gate: Gate;
  writesPerMinute: number;
}

/** @returns null when the client went away before there was anything to answer */
export type Writer = (name: string, req: IncomingMessage) => Promise<Answer | null>;

const BAD_KEY = problem(
  400,
  "invalid",
  "Idempotency-Key must be 1 to 200 visible ASCII characters",
);

export function createWriter({ engine, gate, writesPerMinute }: WriterOptions): Writer {
  const limit = createWriteLimit(writesPerMinute, engine.clock);

  return async (name, req) => {
    const waitSeconds = limit.admit(req.socket.remoteAddress ?? "unknown");
    if (waitSeconds > 0) return tooMany(waitSeconds);
    const body = await readBody(req);
    if (!body) return null;
    if (!body.ok) return body.answer;
    const { token, payload } = takeToken(body.value);
    if (!gate.holdsToken(bearerOf(req)) && !gate.holdsToken(token)) return UNAUTHORISED;
    const key = keyOf(req);
    if (key === null) return BAD_KEY;
    const outcome = await engine.dispatchUnknown(name, payload, { key });
    if (!outcome.ok) return toProblem(outcome);
    return {
      status: 200,
      body: JSON.stringify({ ok: true, ...outcome.reply }),
      headers: {
        "ClawTasker-Seq": outcome.seq,
        ...(outcome.replayed && { "Idempotency-Replayed": "true" }),
      },
    };
  };

  function tooMany(waitSeconds: number): Answer {
    return problem(
      429,
      "rate_limited",
      `more than ${writesPerMinute} writes in a minute; try again in ${waitSeconds} s`,
      { "Retry-After": waitSeconds },
    );
  }
}

/** The caller's key; undefined when there is none, null when it is none we take. */
function keyOf({ headers }: IncomingMessage): string | undefined | null {
  const key = headers["idempotency-key"];
  if (key === undefined) return undefined;
  return typeof key === "string" && /^[\x21-\x7e]{1,200}$/.test(key) ? key : null;
}
