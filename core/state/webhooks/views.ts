/**
 * The reads of webhooks: the list with how each one fares, and the log of its deliveries. Both ask for
 * the token. Neighbours: `server/webhooks` knows what lies outside the state and adds it to the view.
 * Invariant: no secret is in an answer.
 */
import { Type } from "typebox";
import type { EventKind } from "../../action.ts";
import { defineQuery } from "../../query.ts";
import { line } from "../../schema.ts";
import { compareIds, list } from "../../table.ts";
import type { View } from "../../view.ts";
import { find } from "../lookup.ts";
import type { Webhook } from "./webhook.ts";

/** One delivery: an event on its way to one webhook, with all its attempts. */
export interface Delivery {
  webhook_id: string;
  /** As in the header `ClawTasker-Delivery`, the same for every attempt. */
  delivery_id: string;
  seq: number;
  /** Null where entries had to be passed over. */
  kind: EventKind | null;
  redelivery: boolean;
  outcome: "delivered" | "retrying" | "failed" | "skipped";
  attempts: number;
  /** The HTTP status of the last attempt; null when there was no answer. */
  status: number | null;
  error: string | null;
  started_at: string;
  ended_at: string;
  /** Of the last attempt, in milliseconds. */
  duration_ms: number;
  next_attempt_at: string | null;
}

export interface Progress {
  /** Every event up to this entry is delivered, failed for good, or not wanted. */
  cursor: number;
  /** Why nothing is sent although it is active. */
  paused: { at: string; reason: string } | null;
}

/** What is known of webhooks outside the state. */
export interface WebhookFacts {
  urlOf(webhook: Webhook): string | null;
  progressOf(id: string): Progress | null;
  /** The newest last. */
  deliveriesOf(id: string): readonly Delivery[];
}

/** The view that a server with webhooks gives. */
export interface ViewWithWebhooks extends View {
  webhooks: WebhookFacts;
}

function factsOf(view: View): WebhookFacts | undefined {
  return (view as Partial<ViewWithWebhooks>).webhooks;
}

function statusOf(
  { active }: Webhook,
  progress: Progress | null,
): "active" | "inactive" | "paused" {
  if (!active) return "inactive";
  return progress?.paused ? "paused" : "active";
}

const listWebhooks = defineQuery({
  name: "webhooks/list",
  summary: "The webhooks, how far each has been told, and why one is paused.",
  auth: true,
  params: Type.Object({}),
  examples: [{}],
  answer({ view }) {
    const facts = factsOf(view);
    const webhooks = list(view.state.webhooks)
      .sort((a, b) => compareIds(a.id, b.id))
      .map((webhook) => {
        const progress = facts?.progressOf(webhook.id) ?? null;
        return {
          ...webhook,
          url: facts?.urlOf(webhook) ?? null,
          status: statusOf(webhook, progress),
          paused: progress?.paused ?? null,
          cursor: progress?.cursor ?? null,
        };
      });
    return { webhooks };
  },
});

/** Of all webhooks together, when none is named. */
const MAX_SHOWN = 200;

const deliveries = defineQuery({
  name: "webhooks/deliveries",
  summary: "The latest deliveries of a webhook, or of all, the newest first.",
  auth: true,
  params: Type.Object({ webhook_id: line("The webhook; all when absent.") }),
  examples: [{}],
  answer({ view }, { webhook_id }) {
    const of = webhook_id ? [find(view.state, "webhooks", webhook_id)] : list(view.state.webhooks);
    const found = of.flatMap(({ id }) => factsOf(view)?.deliveriesOf(id) ?? []);
    // Times are written alike, so they sort as text.
    found.sort((a, b) =>
      a.ended_at < b.ended_at ? 1 : a.ended_at > b.ended_at ? -1 : b.seq - a.seq,
    );
    return { deliveries: found.slice(0, MAX_SHOWN) };
  },
});

export const webhookQueries = [listWebhooks, deliveries] as const;
