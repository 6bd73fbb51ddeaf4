/**
 * The backend for `/mcp`: the engine of this process, asked directly. Neighbours: `http.ts` makes one
 * for each caller, the engine decides. Invariant: a write counts for the caller's write limit like a
 * POST does.
 */
import {
  actionsIn,
  createValidator,
  type Engine,
  type Principal,
  queries,
  Refusal,
  type Rejection,
  refuseRole,
  toPicture,
} from "../core/index.ts";
import { type Backend, type Refused, type Result, refused } from "./backend.ts";

const MAX_EVENTS = 100;
const REVOKED = refused("unauthorised", "the token was revoked; ask the owner for another");
const GONE = refused("unavailable", "the caller is gone");

export interface EngineBackendOptions {
  engine: Engine;
  /** Milliseconds since the epoch. */
  bootedAt: number;
}

/** Whose backend it is: all it does is done by the caller, and no more than it may. */
export interface Sender {
  caller: Principal;
  /** Whose its searches are, where places are shared out. */
  who: string;
  /** Whether the caller's token still counts: a body may come long after its head. */
  isKnown(): boolean;
  /** Counts a write, and the actions of a batch: null to go on, else the bound that is met, and until when. */
  admitWrite(actions?: number): { message: string } | null;
  /** Told how many characters a write has the journal write. */
  wrote?(characters: number): void;
}

/** @returns makes the backend of one sender */
export function createEngineBackends({
  engine,
  bootedAt,
}: EngineBackendOptions): (sender: Sender) => Backend {
  const validator = createValidator();
  /** Of the queries that change with the sequence number only, the latest answers. */
  const kept = new Map<string, { seq: number; reply: Record<string, unknown> }>();

  async function ask(
    name: string,
    given: Record<string, unknown>,
    signal: AbortSignal,
    who: string,
  ): Promise<Result> {
    const query = queries.get(name);
    if (!query) return refused("unknown_id", `unknown query: ${name}`);
    const checked = validator.check(query.params, given);
    if (!checked.ok) return toRefused(checked);
    const view = engine.view();
    const known = query.cached ? kept.get(name) : undefined;
    if (known?.seq === view.seq) return { ok: true, reply: known.reply };
    const context = {
      view,
      now: engine.clock(),
      events: engine.recentEvents(MAX_EVENTS),
      recovery: engine.recovery(),
      archive: engine.archiveFor(who),
      signal,
      bootedAt,
    };
    const reply = (await query.answer(context, checked.value)) as Record<string, unknown>;
    if (query.cached) kept.set(name, { seq: view.seq, reply });
    return { ok: true, reply };
  }

  return ({ caller, who, isKnown, admitWrite, wrote }) => ({
    async act(name, body, { signal }) {
      if (!isKnown()) return REVOKED;
      if (signal.aborted) return GONE;
      const over = admitWrite(actionsIn(name, body));
      if (over) return refused("rate_limited", over.message);
      const outcome = await engine.dispatchUnknown(name, body, {
        signal,
        by: caller,
        ...(wrote && { wrote }),
      });
      if (!outcome.ok) return toRefused(outcome);
      return { ok: true, reply: outcome.reply as Record<string, unknown> };
    },
    async look(at, { signal }) {
      if (!isKnown()) return REVOKED;
      if (signal.aborted) return GONE;
      const refused = refuseRole(caller, "reads", "snapshot");
      return refused ? toRefused(refused) : at(toPicture(engine.view(), engine.clock()));
    },
    async ask(name, params, { signal }) {
      if (!isKnown()) return REVOKED;
      if (signal.aborted) return GONE;
      const refused = refuseRole(caller, "reads", name);
      if (refused) return toRefused(refused);
      try {
        const answer = await ask(name, params, signal, who);
        return isKnown() ? answer : REVOKED;
      } catch (thrown) {
        if (!isKnown()) return REVOKED;
        if (thrown instanceof Refusal) return toRefused(thrown.rejection);
        throw thrown;
      }
    },
  });
}

function toRefused({ code, message, current }: Rejection): Refused {
  return { ok: false, code, message, ...(current && { current }) };
}
