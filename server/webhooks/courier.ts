/**
 * The courier of one webhook: follows the feed from its cursor and delivers one event after the other,
 * each until it is taken or given up. Neighbours: `post.ts` makes an attempt, `delivery-record.ts`
 * remembers, `index.ts` starts and stops it. Invariants: events arrive in order; the cursor moves on
 * only when an event was taken, given up and logged so, or not wanted.
 */
import { createHash } from "node:crypto";
import { type Engine, type Entry, type EventKind, toTime } from "../../core/index.ts";
import type { Delivery } from "../../core/state/webhooks/views.ts";
import type { Webhook } from "../../core/state/webhooks/webhook.ts";
import type { DeliveryRecord } from "./delivery-record.ts";
import { post } from "./post.ts";
import type { Resolve } from "./resolve.ts";
import type { Vault } from "./vault.ts";

/** What waits and chooses; specs bring their own. */
export interface DeliveryPorts {
  /** Resolves after so many milliseconds, or once aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** From 0 to 1. */
  random(): number;
  resolve: Resolve;
  timeoutMs: number;
}

export interface CourierOptions {
  webhook: Webhook;
  engine: Engine;
  record: DeliveryRecord;
  vault: Vault;
  ports: DeliveryPorts;
  allowPrivate: boolean;
  onPaused(reason: string): void;
  /** Told why it ended by itself: the journal could not be read. */
  onError(error: Error): void;
}

export interface Courier {
  /** Breaks off what is under way, which is delivered again by the next one. */
  stop(): Promise<void>;
}

export const MAX_ATTEMPTS = 12;
const FIRST_WAIT_MS = 1_000;
const MAX_WAIT_MS = 600_000;
/** So many events given up one after the other, and the receiver is held to be gone. */
const PAUSE_AFTER = 3;

/** Doubles from a second to ten minutes, and spreads over its upper half. */
export function backoffMs(attempts: number, random: number): number {
  const full = Math.min(FIRST_WAIT_MS * 2 ** (attempts - 1), MAX_WAIT_MS);
  return Math.round(full * (0.5 + random / 2));
}

/** What became of an event; after the last two nothing more is sent. */
type Fate = "over" | "paused" | "stopped";

export function startCourier(options: CourierOptions): Courier {
  const { webhook, engine, record, vault, ports, allowPrivate, onPaused, onError } = options;
  const ending = new AbortController();
  const { signal } = ending;

  async function follow(): Promise<void> {
    if (vault.read(webhook.url_id) === null || vault.read(webhook.secret_id) === null) {
      pause("its address or secret is no longer kept here; configure both again");
      return;
    }
    for await (const item of engine.feed.subscribe({ since: record.now.cursor, signal })) {
      if (item.type === "reset") passOver(item.seq, item.reason === "gone");
      else if (!(await takeAll(item.entries))) return;
    }
  }

  async function takeAll(entries: readonly Entry[]): Promise<boolean> {
    for (const entry of entries) {
      const fate = await take(entry);
      if (fate === "stopped") return false;
      record.set({ cursor: entry.seq });
      if (fate === "paused" || signal.aborted) return false;
    }
    return true;
  }

  async function take(entry: Entry): Promise<Fate> {
    const again = redeliveryIn(entry);
    if (again) {
      const fate = await repeat(entry.seq, again);
      // Also when paused: the rest of what was asked for comes after the pause.
      if (fate !== "over") return "stopped";
    }
    return wants(entry) ? deliver(entry, null) : "over";
  }

  function wants({ event }: Entry): boolean {
    return webhook.kinds.length === 0 || webhook.kinds.includes(event.kind);
  }

  /** The request for a redelivery, if that is what the entry is. */
  function redeliveryIn({ action }: Entry): { first: number; last: number; all: boolean } | null {
    if (action.name !== "webhooks/redeliver") return null;
    const { webhook_id, seq, since = 0 } = action.payload as Redelivery;
    if (webhook_id !== webhook.id) return null;
    return seq === undefined
      ? { first: since + 1, last: action.stamp.seq - 1, all: false }
      : { first: seq, last: seq, all: true };
  }

  async function repeat(
    asked: number,
    { first, last, all }: { first: number; last: number; all: boolean },
  ): Promise<Fate> {
    const { repeating } = record.now;
    const since = repeating?.entry === asked ? repeating.cursor : first - 1;
    if (since >= last) return "over";
    for await (const item of engine.feed.subscribe({ since, signal })) {
      if (item.type === "reset") {
        record.log(passedOver(since + 1, last, asked));
        return "over";
      }
      for (const entry of item.entries) {
        if (entry.seq > last) return "over";
        const fate = all || wants(entry) ? await deliver(entry, asked) : "over";
        if (fate === "stopped") return fate;
        record.set({ repeating: { entry: asked, cursor: entry.seq } });
        if (fate === "paused" || entry.seq === last) return fate;
      }
    }
    return "stopped";
  }

  /** @param asked the entry that asked for it again; null for the first time */
  async function deliver({ seq, event }: Entry, asked: number | null): Promise<Fate> {
    const delivery_id = deliveryId(seq, asked);
    const body = JSON.stringify({ ...event, webhook_id: webhook.id });
    const started_at = toTime(engine.clock());
    const { trying } = record.now;
    let attempts = trying?.delivery_id === delivery_id ? trying.attempts : 0;
    for (;;) {
      attempts++;
      const { status, error, tookMs } = await attempt(body, delivery_id, seq);
      if (signal.aborted && status === null) return "stopped";
      const taken = status !== null && status >= 200 && status < 300;
      const givenUp = !taken && attempts >= MAX_ATTEMPTS;
      const waitMs = taken || givenUp ? null : backoffMs(attempts, ports.random());
      record.log({
        ...about(delivery_id, seq, event.kind, asked),
        outcome: taken ? "delivered" : givenUp ? "failed" : "retrying",
        attempts,
        status,
        error: taken ? null : error,
        started_at,
        ended_at: toTime(engine.clock()),
        duration_ms: tookMs,
        next_attempt_at: waitMs === null ? null : toTime(engine.clock() + waitMs),
      });
      if (waitMs === null) return settle(taken, error);
      record.set({ trying: { delivery_id, attempts } });
      await ports.wait(waitMs, signal);
      if (signal.aborted) return "stopped";
    }
  }

  function settle(taken: boolean, error: string | null): Fate {
    const failed_in_a_row = taken ? 0 : record.now.failed_in_a_row + 1;
    record.set({ trying: null, failed_in_a_row });
    if (failed_in_a_row < PAUSE_AFTER) return "over";
    pause(`${failed_in_a_row} events in a row were given up, the last one with: ${error}`);
    return "paused";
  }

  async function attempt(body: string, deliveryId: string, seq: number) {
    const began = engine.clock();
    const took = () => Math.max(0, engine.clock() - began);
    const url = vault.read(webhook.url_id);
    const secret = vault.read(webhook.secret_id);
    if (url === null || secret === null) {
      return { status: null, error: "its address or secret is no longer kept", tookMs: 0 };
    }
    const { resolve, timeoutMs } = ports;
    try {
      const status = await post(
        { url, secret, body, deliveryId, seq, now: began },
        { allowPrivate, timeoutMs, resolve, signal },
      );
      return { status, error: sentenceOf(status), tookMs: took() };
    } catch (error) {
      return { status: null, error: (error as Error).message.slice(0, 300), tookMs: took() };
    }
  }

  /** The same for every attempt, also over a restart; another one where it is asked for again. */
  function deliveryId(seq: number, asked: number | null): string {
    return createHash("sha256")
      .update([engine.journalId(), webhook.id, webhook.created_seq, seq, asked ?? ""].join("/"))
      .digest("hex")
      .slice(0, 32);
  }

  function about(delivery_id: string, seq: number, kind: EventKind | null, asked: number | null) {
    return { webhook_id: webhook.id, delivery_id, seq, kind, redelivery: asked !== null };
  }

  function passedOver(first: number, last: number, asked: number | null): Delivery {
    const time = toTime(engine.clock());
    return {
      ...about(deliveryId(first, asked), last, null, asked),
      outcome: "skipped",
      attempts: 0,
      status: null,
      error: `the entries from ${first} to ${last} are no longer kept`,
      started_at: time,
      ended_at: time,
      duration_ms: 0,
      next_attempt_at: null,
    };
  }

  /** @param gone false where an older database was restored: nothing is lost by that */
  function passOver(seq: number, gone: boolean): void {
    if (gone) record.log(passedOver(record.now.cursor + 1, seq, null));
    record.set({ cursor: seq, trying: null, repeating: null });
  }

  function pause(reason: string): void {
    const { seq } = engine.view();
    record.set({ paused: { at: toTime(engine.clock()), reason, seq } });
    onPaused(reason);
  }

  const followed = follow().catch(onError);
  return {
    async stop() {
      ending.abort();
      await followed;
    },
  };
}

interface Redelivery {
  webhook_id: string;
  seq?: number;
  since?: number;
}

function sentenceOf(status: number): string {
  const redirects = status >= 300 && status < 400;
  return redirects ? `answered ${status}; redirects are not followed` : `answered ${status}`;
}

/** A webhook that may be sent something. */
export function isDue(webhook: Webhook, record: DeliveryRecord): boolean {
  const { paused } = record.now;
  return webhook.active && (paused === null || webhook.activated_seq > paused.seq);
}
