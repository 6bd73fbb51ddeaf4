/**
 * The engine as everybody but the couriers sees it: what a configuration may not leave in the journal
 * goes to the vault first, and only its id goes on. Neighbours: `compose.ts` hands it to the transports.
 * Invariants: the vault is durable before the dispatch; a secret is in no answer but the first that
 * gives it out, and that one's retries with the same key.
 */
import {
  actions,
  callerOf,
  createValidator,
  type DispatchOptions,
  type Engine,
  journalKeyOf,
  type Outcome,
  refuseRole,
  rejection,
  type State,
  table,
} from "../../core/index.ts";
import type { ViewWithWebhooks, WebhookFacts } from "../../core/state/webhooks/views.ts";
import { refuseUrl } from "./addresses.ts";
import type { Vault } from "./vault.ts";

export interface SealedEngine {
  engine: Engine;
  /** Lets the vault forget what no webhook names. */
  tidy(): Promise<void>;
}

export interface SealOptions {
  engine: Engine;
  vault: Vault;
  facts: WebhookFacts;
  allowPrivate: boolean;
}

interface Configuration {
  webhook_id?: string;
  url?: string;
  secret?: string;
}

export function sealEngine({ engine, vault, facts, allowPrivate }: SealOptions): SealedEngine {
  const validator = createValidator();
  let underWay = 0;
  let last: ViewWithWebhooks | null = null;

  function dispatchUnknown(name: string, body: unknown, options?: DispatchOptions) {
    if (name !== "webhooks/configure") return engine.dispatchUnknown(name, body, options);
    return configure(body, options);
  }

  async function configure(body: unknown, options: DispatchOptions = {}): Promise<Outcome> {
    const forbidden = refuseRole(callerOf(options), "writes", "webhooks/configure");
    if (forbidden) return forbidden;
    const declaration = actions.get("webhooks/configure");
    if (!declaration) throw new Error("webhooks/configure is not declared");
    if (!isObject(body)) return engine.dispatchUnknown("webhooks/configure", body, options);
    const { url_id: _url, secret_id: _secret, ...given } = body;
    const checked = validator.check(declaration.body, given);
    if (!checked.ok) return checked;
    const { webhook_id, url, secret } = checked.value as Configuration;
    const refused = url === undefined ? null : refuseUrl(url, allowPrivate);
    if (refused) return rejection("invalid", refused, { field: "url" });
    const made =
      webhook_id === undefined && secret === undefined
        ? vault.generate(journalKeyOf(options))
        : undefined;
    underWay++;
    let outcome: Outcome;
    try {
      const sealed: Record<string, unknown> = { ...given };
      if (url !== undefined) sealed.url_id = await vault.keep(url);
      const signs = secret ?? made;
      if (signs !== undefined) sealed.secret_id = await vault.keep(signs);
      outcome = await engine.dispatchUnknown("webhooks/configure", sealed, options);
    } catch {
      // Nothing of the values may be in the sentence.
      outcome = rejection("unavailable", "the webhook could not be kept; nothing was changed");
    } finally {
      underWay--;
    }
    if (outcome.ok)
      return made ? { ...outcome, reply: { ...outcome.reply, secret: made } } : outcome;
    // Where the journal's word is unknown, a restart may still find the entry.
    if (outcome.code !== "unavailable") await tidy().catch(() => {});
    return outcome;
  }

  async function tidy(): Promise<void> {
    if (underWay === 0) await vault.retain(namedBy(engine.view().state));
  }

  return {
    tidy,
    engine: {
      ...engine,
      dispatchUnknown,
      dispatch: (name, body, options) =>
        dispatchUnknown(name, body, options) as Promise<Outcome<never>>,
      view() {
        const view = engine.view();
        if (last?.state !== view.state || last.seq !== view.seq)
          last = { ...view, webhooks: facts };
        return last;
      },
    },
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function namedBy(state: State): Set<string> {
  const ids = table.list(state.webhooks).flatMap(({ url_id, secret_id }) => [url_id, secret_id]);
  return new Set(ids.filter((id) => id !== null));
}
