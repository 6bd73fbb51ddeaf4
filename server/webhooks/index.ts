/**
 * Webhooks: one courier for each that is active, started and stopped as the state says. Neighbours:
 * `compose.ts` opens, starts and closes them and serves the sealed engine; the core declares the
 * actions. Invariants: nothing here makes an entry; a receiver, however slow, holds up nobody else.
 */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type Engine, table } from "../../core/index.ts";
import type { WebhookFacts } from "../../core/state/webhooks/views.ts";
import type { Webhook } from "../../core/state/webhooks/webhook.ts";
import { removeWhole } from "../whole-file.ts";
import { type Courier, type DeliveryPorts, isDue, startCourier } from "./courier.ts";
import {
  type DeliveryRecord,
  openDeliveryRecord,
  RECORD_FILE,
  recordFileOf,
} from "./delivery-record.ts";
import { createResolve } from "./resolve.ts";
import { sealEngine } from "./sealed-engine.ts";
import { openVault } from "./vault.ts";

export type { DeliveryPorts } from "./courier.ts";

export interface WebhooksOptions {
  engine: Engine;
  /** The data folder, beside the journal. */
  dir: string;
  allowPrivate: boolean;
  log: { warn(facts: object, message: string): void };
  ports?: Partial<DeliveryPorts> | undefined;
}

export interface Webhooks {
  /** What the transports are to serve. */
  engine: Engine;
  /** Begins to deliver, and goes on as webhooks come and go. */
  start(): void;
  /** Breaks off what is under way, to be delivered after the next start, and writes the records. */
  close(): Promise<void>;
}

interface Held {
  record: DeliveryRecord;
  courier: Courier | null;
  /** Of the configuration that was last looked at. */
  version: number;
}

const TIMEOUT_MS = 10_000;

/** @throws Error when the data folder cannot be read */
export async function openWebhooks(options: WebhooksOptions): Promise<Webhooks> {
  const { engine, dir, allowPrivate, log } = options;
  const ports: DeliveryPorts = {
    wait,
    random: Math.random,
    resolve: createResolve(),
    timeoutMs: TIMEOUT_MS,
    ...options.ports,
  };
  const vault = await openVault(dir);
  if (vault.damaged) {
    log.warn(
      { kept_in: vault.damaged },
      "the vault of webhooks is unreadable; configure them again",
    );
  }
  const all = new Map<string, Held>();
  const facts: WebhookFacts = {
    urlOf: ({ url_id }) => vault.read(url_id),
    progressOf(id) {
      const now = all.get(id)?.record.now;
      if (!now) return null;
      const { cursor, paused } = now;
      return { cursor, paused: paused && { at: paused.at, reason: paused.reason } };
    },
    deliveriesOf: (id) => all.get(id)?.record.now.deliveries ?? [],
  };
  const sealed = sealEngine({ engine, vault, facts, allowPrivate });
  for (const webhook of table.list(engine.view().state.webhooks)) await hold(webhook);
  await removeStrays();
  await sealed.tidy();

  async function hold(webhook: Webhook): Promise<Held> {
    const { id } = webhook;
    const known = all.get(id);
    if (known) return known;
    const record = await openDeliveryRecord(webhook, {
      dir,
      journal: engine.journalId(),
      head: engine.view().seq,
      onError: (error) => log.warn({ err: error, webhook_id: id }, "deliveries are not recorded"),
    });
    const held = { record, courier: null, version: 0 };
    all.set(id, held);
    return held;
  }

  /** Records of webhooks that were deleted while nobody could tidy up. */
  async function removeStrays(): Promise<void> {
    const known = new Set([...all.keys()].map(recordFileOf));
    for (const name of await readdir(dir)) {
      if (RECORD_FILE.test(name) && !known.has(name)) await removeWhole(join(dir, name));
    }
  }

  let seen: unknown;
  /** Brings couriers in line with the state. */
  async function reconcile(): Promise<void> {
    const { webhooks } = engine.view().state;
    if (webhooks === seen) return;
    seen = webhooks;
    for (const [id, { record, courier }] of all) {
      if (table.has(webhooks, id)) continue;
      await courier?.stop();
      await record.remove();
      all.delete(id);
    }
    for (const webhook of table.values(webhooks)) {
      const held = await hold(webhook);
      if (held.version === webhook.version) continue;
      await held.courier?.stop();
      held.version = webhook.version;
      held.courier = send(webhook, held.record);
    }
    await sealed.tidy();
  }

  function send(webhook: Webhook, record: DeliveryRecord): Courier | null {
    const { id: webhook_id, version } = webhook;
    // What failed under another configuration is tried anew.
    if (record.now.version !== version) record.set({ version, trying: null, failed_in_a_row: 0 });
    if (!isDue(webhook, record)) return null;
    if (record.now.paused) record.set({ paused: null });
    return startCourier({
      webhook,
      engine,
      record,
      vault,
      ports,
      allowPrivate,
      onPaused: (reason) => log.warn({ webhook_id, reason }, "a webhook is paused"),
      onError: (error) => log.warn({ err: error, webhook_id }, "a webhook stopped"),
    });
  }

  const ending = new AbortController();
  let following: Promise<void> = Promise.resolve();

  async function follow(): Promise<void> {
    // Subscribed first, so that no change falls between.
    const items = engine.feed.subscribe({ signal: ending.signal });
    let next = items.next();
    for (;;) {
      await reconcile().catch((error: Error) => {
        seen = undefined;
        log.warn({ err: error }, "webhooks could not be brought up to date");
      });
      if ((await next).done) return;
      next = items.next();
    }
  }

  return {
    engine: sealed.engine,
    start() {
      following = follow();
    },
    async close() {
      ending.abort();
      await following;
      const held = [...all.values()];
      await Promise.all(held.map(({ courier }) => courier?.stop()));
      await Promise.all(held.map(({ record }) => record.flush()));
    },
  };
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
