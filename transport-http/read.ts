/**
 * A GET of the API: token where the query asks for it, parameters, answer. Neighbours: the queries of
 * the core, `snapshot-cache.ts`. Invariant: reading changes nothing and is never counted.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { parse } from "node:querystring";
import {
  type AnyQuery,
  createValidator,
  type Engine,
  finish,
  type Gate,
  type Ports,
  type Principal,
  type QueryContext,
  Refusal,
  type Rejection,
  refuseRole,
  rejection,
} from "../core/index.ts";
import type { Answer } from "./answer.ts";
import { bearerOf } from "./auth.ts";
import { watchGone } from "./gone.ts";
import { whoIs } from "./limits.ts";
import { READING_ASKS, toProblem, UNAUTHORISED } from "./problem.ts";
import { type Build, createSnapshotCache, isCurrent, type Kept } from "./snapshot-cache.ts";

/** How many of the latest events an answer may show. */
const MAX_EVENTS = 100;

export interface ReaderOptions {
  engine: Engine;
  gate: Gate;
  /** Milliseconds since the epoch. */
  bootedAt: number;
  /** As the engine's: between the steps of a long answer the loop turns. Without it none is let in between. */
  turn?: Ports["turn"];
}

interface Admitted {
  caller: Principal | null;
  barred?: Answer;
}

/** At once, or a promise where the journal must be asked. */
export type Reader = (
  query: AnyQuery,
  req: IncomingMessage,
  res: ServerResponse,
) => Answer | Promise<Answer>;

export function createReader({ engine, gate, bootedAt, turn }: ReaderOptions): Reader {
  const validator = createValidator();
  const cache = createSnapshotCache(engine);

  /** Of the queries that are answered in pieces. */
  const makers = new Map<string, ReturnType<NonNullable<AnyQuery["createPieces"]>>>();

  function toPieces(query: AnyQuery, given: QueryContext): ReturnType<Build> {
    if (!query.createPieces) return [Buffer.from(JSON.stringify(query.answer(given, {})))];
    const maker = makers.get(query.name) ?? query.createPieces();
    makers.set(query.name, maker);
    return finish(maker(given), turn);
  }

  const context = (caller: Principal | null, who = ""): QueryContext => ({
    view: engine.view(),
    now: engine.clock(),
    events: engine.recentEvents(MAX_EVENTS),
    recovery: engine.recovery(),
    archive: engine.archiveFor(who),
    bootedAt,
    access: { caller, readsAsk: gate.readsAsk, grants: gate.grants },
  });

  function read(
    query: AnyQuery,
    req: IncomingMessage,
    res: ServerResponse,
  ): Answer | Promise<Answer> {
    const { caller, barred } = callerOf(query, req);
    if (barred) return barred;
    const asked = parametersOf(req.url ?? "");
    const repeated = findRepeated(query, asked);
    if (repeated) return toProblem(repeated);
    const checked = validator.check(query.params, asked);
    if (!checked.ok) return toProblem(checked);
    if (query.cached) {
      const tag = cache.tag();
      if (isCurrent(req.headers["if-none-match"], tag)) {
        return { status: 304, body: "", headers: { ETag: tag } };
      }
      // A cached read takes no parameters, so its name says all.
      const kept = cache.get(query.name, () => toPieces(query, context(caller)));
      const give = ({ tag, pieces }: Kept) => ({
        status: 200,
        body: pieces,
        headers: { ETag: tag },
      });
      if (!(kept instanceof Promise)) return give(kept);
      return kept.then((made) => callerOf(query, req).barred ?? give(made));
    }
    const show = (answered: object) => ({
      status: 200,
      body: JSON.stringify(query.bare ? answered : { ok: true, ...answered }),
    });
    const gone = query.searches ? watchGone(res) : null;
    const answered = query.answer(
      gone
        ? { ...context(caller, whoIs(req, caller?.name)), signal: gone.signal }
        : context(caller),
      checked.value,
    );
    if (!(answered instanceof Promise)) return show(answered);
    // It may have waited long, and the token meanwhile been revoked.
    const late = answered.then(show).catch(refused).finally(gone?.stop);
    return late.then((answer) => callerOf(query, req).barred ?? answer);
  }

  /** Who asks, where it matters: looking at a token costs a digest. */
  function callerOf(query: AnyQuery, req: IncomingMessage): Admitted {
    if (query.open) return { caller: gate.identify(bearerOf(req)) };
    if (!query.auth && !gate.readsAsk) return { caller: null };
    const caller = gate.identify(bearerOf(req));
    if (!caller) return { caller, barred: query.auth ? UNAUTHORISED : READING_ASKS };
    const forbidden = refuseRole(caller, "reads", query.name);
    return forbidden ? { caller, barred: toProblem(forbidden) } : { caller };
  }

  return (query, req, res) => {
    try {
      return read(query, req, res);
    } catch (thrown) {
      return refused(thrown);
    }
  };
}

function refused(thrown: unknown): Answer {
  if (thrown instanceof Refusal) return toProblem(thrown.rejection);
  throw thrown;
}

function parametersOf(url: string): Record<string, unknown> {
  const start = url.indexOf("?");
  return start < 0 ? {} : parse(url.slice(start + 1));
}

/** What is said twice is not guessed at; parameters that nobody declared are ignored. */
function findRepeated(query: AnyQuery, given: Record<string, unknown>): Rejection | null {
  const { properties } = query.params as { properties?: object };
  for (const field of Object.keys(properties ?? {})) {
    if (Array.isArray(given[field])) {
      return rejection("invalid", `${field} must be given once`, { field });
    }
  }
  return null;
}
