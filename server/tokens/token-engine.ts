/**
 * The engine as the transports see it: what creates or revokes a token also does so. Neighbours: the
 * core's `tokens/…` actions leave the entry, `keeper.ts` keeps the hashes. Invariants: no token is in
 * force before its entry is durable; a revoked one is out of force before anybody is told.
 */
import {
  actions,
  callerOf,
  createValidator,
  type DispatchOptions,
  type Engine,
  type Grant,
  journalKeyOf,
  type Outcome,
  OWNER,
  RESERVED_NAMES,
  type Rejection,
  refuseRole,
  rejection,
  toPlain,
} from "../../core/index.ts";
import { MAX_TOKENS, type TokenKeeper } from "./keeper.ts";

export interface TokenEngineOptions {
  engine: Engine;
  keeper: TokenKeeper;
  /** Told of each token that is nobody's any more. */
  onRevoked(name: string): void;
}

/** So many tokens may be shown again to who retries with the key of their creation. */
const MAX_SHOWN = 100;
const GONE =
  "the token was shown once, to an earlier request with this key; revoke it and create another";

export function withTokens({ engine, keeper, onRevoked }: TokenEngineOptions): Engine {
  const validator = createValidator();
  /** By the caller's own idempotency key, for who lost the answer; in memory only. */
  const shown = new Map<string, string>();
  /** Dispatches under way that may wait, by the name of their token. */
  const waiting = new Map<string, Set<AbortController>>();
  /** Creations, one after the other, so that a name has one owner. */
  let creating: Promise<unknown> = Promise.resolve();

  function dispatchUnknown(name: string, body: unknown, options: DispatchOptions = {}) {
    if (name === "tokens/create") {
      const created = creating.then(() => create(body, options));
      creating = created.catch(() => {});
      return created;
    }
    if (name === "tokens/revoke") return revoke(body, options);
    const token = options.by?.name;
    if (token === undefined || token === OWNER.name) {
      return engine.dispatchUnknown(name, body, options);
    }
    const isKnown = () => !keeper.isRevoked(token);
    const isBound = (plain: string) => keeper.boundTo(plain) !== null;
    const known = { ...options, isKnown, isBound };
    return actions.get(name)?.wait
      ? dispatchWaiting(name, body, known, token)
      : engine.dispatchUnknown(name, body, known);
  }

  /** What waits for something to do ends with the token it came with. */
  async function dispatchWaiting(
    name: string,
    body: unknown,
    options: DispatchOptions,
    token: string,
  ): Promise<Outcome> {
    const wait = new AbortController();
    const end = () => wait.abort();
    const { signal } = options;
    if (signal?.aborted) end();
    const waits = waiting.get(token) ?? new Set();
    waiting.set(token, waits.add(wait));
    signal?.addEventListener("abort", end);
    try {
      return await engine.dispatchUnknown(name, body, { ...options, signal: wait.signal });
    } finally {
      signal?.removeEventListener("abort", end);
      waits.delete(wait);
      if (waits.size === 0) waiting.delete(token);
    }
  }

  async function create(body: unknown, options: DispatchOptions): Promise<Outcome> {
    const refused = refuseRole(callerOf(options), "writes", "tokens/create");
    if (refused) return refused;
    const key = journalKeyOf(options);
    const name = nameIn(body);
    const known = name === null ? null : keeper.like(name);
    if (known !== null && !(known === name && keeper.isRetry(name, key))) {
      return rejection("conflict", `there is a token ${known} already; choose another name`, {
        field: "name",
      });
    }
    if (keeper.grants().length >= MAX_TOKENS && known === null) {
      return rejection("conflict", `there are ${MAX_TOKENS} tokens, revoked ones too`);
    }
    const alike = known === null ? refuseOtherLetters(body) : null;
    if (alike) return alike;
    const outcome = await engine.dispatchUnknown("tokens/create", body, options);
    if (!outcome.ok) return outcome;
    const { grant } = outcome.reply as { grant: Grant };
    if (outcome.replayed && keeper.has(grant.name)) {
      const token = key === undefined ? undefined : shown.get(key);
      const more = token === undefined ? { warnings: [GONE] } : { token };
      return { ...outcome, reply: { ...outcome.reply, ...more } };
    }
    try {
      const token = await keeper.issue(grant, key);
      if (key !== undefined) remember(key, token);
      return { ...outcome, reply: { ...outcome.reply, token } };
    } catch {
      return rejection("unavailable", `the token ${grant.name} could not be kept; try again`);
    }
  }

  /** The agents of both would be one to whoever reads, and the first to register would be the only one. */
  function refuseOtherLetters(body: unknown): Rejection | null {
    const id = (body as { agent_id?: unknown } | null)?.agent_id;
    const other = typeof id === "string" ? keeper.boundTo(toPlain(id)) : null;
    if (!other || other.agent_id === id) return null;
    const why = `agent_id ${id} is ${other.agent_id} in other letters, whose token is ${other.name}`;
    return rejection("conflict", `${why}; choose another`, { field: "agent_id" });
  }

  function remember(key: string, token: string): void {
    shown.set(key, token);
    for (const oldest of shown.keys()) {
      if (shown.size <= MAX_SHOWN) break;
      shown.delete(oldest);
    }
  }

  async function revoke(body: unknown, options: DispatchOptions): Promise<Outcome> {
    const refused = refuseRole(callerOf(options), "writes", "tokens/revoke");
    if (refused) return refused;
    const declaration = actions.get("tokens/revoke");
    if (!declaration) throw new Error("tokens/revoke is not declared");
    const validated = validator.validate(declaration, body);
    if (!validated.ok) return validated;
    const name = nameIn(body);
    if (name !== null && !RESERVED_NAMES.includes(name)) {
      if (!keeper.has(name)) return rejection("unknown_id", `unknown token: ${name}`);
      for (const wait of waiting.get(name) ?? []) wait.abort();
      try {
        await keeper.revoke(name);
      } catch {
        const why = `${name} is revoked until the server restarts, but could not be written down`;
        return rejection("unavailable", `${why}; free some space and try again`);
      } finally {
        onRevoked(name);
      }
    }
    return engine.dispatchUnknown("tokens/revoke", body, options);
  }

  return {
    ...engine,
    dispatchUnknown,
    dispatch: (name, body, options) =>
      dispatchUnknown(name, body, options) as Promise<Outcome<never>>,
  };
}

function nameIn(body: unknown): string | null {
  const name = (body as { name?: unknown } | null)?.name;
  return typeof name === "string" ? name : null;
}
