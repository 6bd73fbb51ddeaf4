/**
 * The actions of webhooks: configure (create or update), delete, and the request to deliver again.
 * Neighbours: `server/webhooks` keeps address and secret before it dispatches, and follows the feed.
 * Invariant: neither the address nor the secret is in a payload, so neither is in the journal. Entries of
 * releases before that had the origin; the reducer decides them as it did then.
 */
import { Type } from "typebox";
import { type Context, defineAction, EVENT_KINDS } from "../../action.ts";
import { refuse, refuseMissing } from "../../errors.ts";
import { flag, id, oneOf, RULE, source, text } from "../../schema.ts";
import { put, remove, size } from "../../table.ts";
import { CEO } from "../agents/agent.ts";
import { find, touch } from "../lookup.ts";
import { type State, takeId } from "../state.ts";
import { MAX_REDELIVERED, MAX_WEBHOOKS, originOf, type Webhook } from "./webhook.ts";

const webhookUrl = Type.Optional(
  Type.String({
    maxLength: 2_000,
    pattern: "^[Hh][Tt][Tt][Pp][Ss]?://[^\\s/?#@\\\\]+([/?#][^\\s\\\\]*)?$",
    description: "Where events are sent; required for a new one. Kept out of the state.",
    [RULE]: "must be an http or https address without a user name or password",
  }),
);

const secret = Type.Optional(
  Type.String({
    pattern: "^[\\x21-\\x7e]{16,200}$",
    description: "Signs the deliveries; made, and shown once, where a new webhook comes without.",
    [RULE]: "must be 16 to 200 visible ASCII characters without spaces",
    writeOnly: true,
  }),
);

/** Written by the server; what a caller sends in its place is ignored. */
const sealedId = Type.Optional(
  Type.String({
    pattern: "^[0-9a-f]{16}$",
    description: "Written by the server: where it keeps the value. Ignored when sent.",
    [RULE]: "is written by the server",
  }),
);

const configure = defineAction({
  name: "webhooks/configure",
  alone: "its address and secret are kept apart from the journal",
  summary: "Create a webhook or change it; active true also ends a pause.",
  body: Type.Object(
    {
      webhook_id: Type.Optional(id("The webhook to change; a new one when absent.")),
      url: webhookUrl,
      kinds: Type.Optional(
        Type.Array(oneOf(EVENT_KINDS, "A kind of event."), {
          maxItems: EVENT_KINDS.length,
          description: "Only events of these kinds; all when empty.",
        }),
      ),
      secret,
      active: flag("Whether it is sent anything; true when absent."),
      description: text("What it is for."),
      url_id: sealedId,
      secret_id: sealedId,
      source,
    },
    { if: { required: ["webhook_id"] }, else: { required: ["url"] } },
  ),
  kind: "state_saved",
  examples: [
    {
      url: "https://hooks.example/clawtasker",
      kinds: ["task_updated", "directive_queued"],
      description: "Tells the build server; switched on once that is ready.",
      active: false,
    },
  ],
  actor: () => CEO,
  // Nothing of an address goes on that is kept elsewhere; of another one, in an embedded core, its origin.
  prepare: ({ secret: _secret, url, ...rest }) => ({
    ...rest,
    ...(url !== undefined && rest.url_id === undefined && { url: originOf(url) }),
  }),
  reduce(draft, { webhook_id, url, url_id, secret_id, kinds, active, description }, context) {
    const webhook = webhook_id ? find(draft, "webhooks", webhook_id) : addWebhook(draft, context);
    const isNamed = url !== undefined || url_id !== undefined;
    if (isNamed) {
      webhook.origin = url ?? "";
      webhook.url_id = url_id ?? null;
    } else if (!webhook_id) refuseMissing("url");
    if (secret_id !== undefined) webhook.secret_id = secret_id;
    if (kinds !== undefined) webhook.kinds = [...new Set(kinds)];
    if (description !== undefined) webhook.description = description;
    if (active !== undefined) webhook.active = active;
    // Whoever names another address or secret wants it tried.
    if (active || isNamed || secret_id !== undefined) webhook.activated_seq = context.seq;
    touch(webhook, context);
    const { id } = webhook;
    const details = [leadsTo(webhook), webhook.active ? "" : "not active"];
    return {
      title: `Webhook ${id} ${webhook_id ? "changed" : "created"}`,
      details: details.filter((part) => part !== "").join(", "),
      ids: { webhook_id: id },
      reply: (after): { webhook: Webhook; secret?: string } => ({
        webhook: find(after, "webhooks", id),
      }),
    };
  },
});

function leadsTo({ origin }: Webhook): string {
  return origin === "" ? "" : `to ${origin}`;
}

function addWebhook(state: State, context: Context): Webhook {
  const { time, seq } = context;
  if (size(state.webhooks) >= MAX_WEBHOOKS) {
    refuse("conflict", `there are ${MAX_WEBHOOKS} webhooks; delete one first`);
  }
  const id = takeId(state, "webhook", context);
  put(state.webhooks, id, {
    id,
    origin: "",
    url_id: null,
    secret_id: null,
    kinds: [],
    description: "",
    active: true,
    created_seq: seq,
    activated_seq: seq,
    version: seq,
    created_at: time,
    updated_at: time,
  });
  return find(state, "webhooks", id);
}

/** A webhook as the first one of the demo company. */
const CONFIGURED = [["webhooks/configure", { url: "https://hooks.example/clawtasker" }]] as const;

const deleteWebhook = defineAction({
  name: "webhooks/delete",
  summary: "Delete a webhook, its secret and its delivery log; nothing more is sent.",
  body: Type.Object({ webhook_id: id("The webhook."), source }),
  kind: "state_saved",
  given: CONFIGURED,
  examples: [{ webhook_id: "W-001" }],
  actor: () => CEO,
  reduce(draft, { webhook_id }) {
    const details = leadsTo(find(draft, "webhooks", webhook_id));
    remove(draft.webhooks, webhook_id);
    return {
      title: `Webhook ${webhook_id} deleted`,
      details,
      ids: { webhook_id },
      reply: () => ({ webhook_id }),
    };
  },
});

const seqNumber = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description }));

const redeliver = defineAction({
  name: "webhooks/redeliver",
  summary: "Deliver one event again, or all that the webhook wants since a sequence number.",
  body: Type.Object({
    webhook_id: id("The webhook."),
    seq: seqNumber("Only the event of this entry."),
    since: seqNumber("The events after this one, up to this request."),
    source,
  }),
  kind: "state_saved",
  given: CONFIGURED,
  examples: [{ webhook_id: "W-001", seq: 1 }],
  actor: () => CEO,
  // What is to be sent again the courier reads from this entry, when it comes to it.
  reduce(draft, { webhook_id, seq, since }, context) {
    const webhook = find(draft, "webhooks", webhook_id);
    if (seq === undefined && since === undefined) refuseMissing("seq");
    if (seq !== undefined && since !== undefined) {
      refuse("invalid", "give seq or since, not both", { field: "since" });
    }
    if (!webhook.active) {
      refuse(
        "conflict",
        `webhook ${webhook_id} is not active; configure it with active true first`,
      );
    }
    const first = seq ?? (since ?? 0) + 1;
    if (first < 1 || first >= context.seq) {
      refuse("unknown_id", `there is no entry ${first} yet`, {
        field: seq === undefined ? "since" : "seq",
      });
    }
    if (since !== undefined && context.seq - since > MAX_REDELIVERED) {
      refuse("invalid", `since is more than ${MAX_REDELIVERED} entries back; take less at a time`, {
        field: "since",
      });
    }
    return {
      title: `Webhook ${webhook_id} delivers again`,
      details: seq === undefined ? `since ${since}` : `event ${seq}`,
      ids: { webhook_id },
      reply: () => ({ webhook_id, ...(seq === undefined ? { since } : { seq }) }),
    };
  },
});

export const webhookActions = [configure, deleteWebhook, redeliver] as const;
