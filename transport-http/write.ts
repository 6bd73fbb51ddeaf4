/**
 * A POST of the API: limit, body, token, idempotency key, dispatch. Neighbours: the engine decides,
 * `body.ts`, `auth.ts` and `limits.ts` prepare. Invariant: the token is taken out of the body before
 * anybody else sees it, and every attempt that gets past the limit counts, whatever becomes of it.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  actionsIn,
  type DispatchOptions,
  type Engine,
  type Gate,
  toJson,
  writes,
} from "../core/index.ts";
import type { Answer } from "./answer.ts";
import { bearerOf, takeToken } from "./auth.ts";
import { readBody } from "./body.ts";
import { watchGone } from "./gone.ts";
import { senderOf, type WriteLimit } from "./limits.ts";
import { problem, tooMany, toProblem, UNAUTHORISED } from "./problem.ts";

export interface WriterOptions {
  engine: Engine;
  gate: Gate;
  limit: WriteLimit;
}

/** @returns null when the client went away before there was anything to answer */
export type Writer = (
  name: string,
  req: IncomingMessage,
  res: ServerResponse,
) => Promise<Answer | null>;

const BAD_KEY = problem(
  400,
  "invalid",
  "Idempotency-Key must be 1 to 200 visible ASCII characters",
);

const BAD_VERSION = problem(
  400,
  "invalid",
  "If-Match must be a version such as 42, on a route whose body has expected_version",
);

const OTHER_JOURNAL = problem(
  412,
  "other_journal",
  "this server has another journal than the ClawTasker-Journal that was meant; nothing was done",
);

export function createWriter({ engine, gate, limit }: WriterOptions): Writer {
  return async (name, req, res) => {
    const sender = senderOf(req, gate.identify(bearerOf(req)));
    const over = limit.admit(sender);
    if (over) return tooMany(over);
    const body = await readBody(req);
    if (!body) return null;
    if (!body.ok) return body.answer;
    const { token, payload } = takeToken(body.value);
    const by = gate.identify(bearerOf(req)) ?? gate.identify(token);
    if (!by) return UNAUTHORISED;
    const meant = req.headers["clawtasker-journal"];
    if (meant !== undefined && meant !== engine.journalId()) return OTHER_JOURNAL;
    const actions = actionsIn(name, payload);
    if (actions > 0) {
      const most = limit.admitActions(sender, actions);
      if (most) return tooMany(most);
    }
    const key = keyOf(req);
    if (key === null) return BAD_KEY;
    const expected = expectedVersion(req);
    if (expected === null || (expected !== undefined && !hasVersion(name))) return BAD_VERSION;
    const changed = expected === undefined ? payload : { ...payload, expected_version: expected };
    const wrote = (characters: number) => limit.wrote(sender, characters);
    const outcome = await dispatch(name, changed, { key, by, wrote }, res);
    if (!outcome.ok) return toProblem(outcome);
    return {
      status: 200,
      body: withOk(toJson(outcome.reply)),
      headers: {
        "ClawTasker-Seq": outcome.seq,
        ...(outcome.replayed && { "Idempotency-Replayed": "true" }),
      },
    };
  };

  /** One that may wait is told when its caller goes away. */
  async function dispatch(
    name: string,
    payload: object,
    options: DispatchOptions,
    res: ServerResponse,
  ) {
    if (!writes.get(name)?.wait) return engine.dispatchUnknown(name, payload, options);
    const { signal, stop } = watchGone(res);
    try {
      return await engine.dispatchUnknown(name, payload, { ...options, signal });
    } finally {
      stop();
    }
  }
}

/** The JSON of an object with `ok` before its fields. */
function withOk(json: string): string {
  return json === "{}" ? '{"ok":true}' : `{"ok":true,${json.slice(1)}`;
}

/** RFC 9110 section 13.1.1: the version the caller saw; undefined for none, null for one we do not take. */
function expectedVersion({ headers }: IncomingMessage): number | undefined | null {
  const given = headers["if-match"];
  if (given === undefined || given === "*") return undefined;
  const version = /^(?:W\/)?"?(\d{1,15})"?$/.exec(given)?.[1];
  return version === undefined ? null : Number(version);
}

function hasVersion(name: string): boolean {
  const body = writes.get(name)?.body as { properties?: object } | undefined;
  return body?.properties !== undefined && "expected_version" in body.properties;
}

/** The caller's key; undefined when there is none, null when it is none we take. */
function keyOf({ headers }: IncomingMessage): string | undefined | null {
  const key = headers["idempotency-key"];
  if (key === undefined) return undefined;
  return typeof key === "string" && /^[\x21-\x7e]{1,200}$/.test(key) ? key : null;
}
