/**
 * The records of the company and its server as answers show them: talk, notifications, events, webhooks,
 * recovery. Neighbours: their slices have the interfaces; `records.ts` gathers all records.
 */
import { Type } from "typebox";
import { EVENT_KINDS } from "../action.ts";
import type { RecoveryReport } from "../ports.ts";
import { StreamEventSchema } from "../protocol.ts";
import type { ArchivedDirective, ArchivedMessage } from "../state/archive/talk-views.ts";
import type { Company } from "../state/company/company.ts";
import { CATEGORIES, type Message, type Thread } from "../state/conversations/thread.ts";
import type { Directive } from "../state/directives/directive.ts";
import { NOTIFICATION_KINDS, type Notification } from "../state/notifications/notification.ts";
import type { Delivery } from "../state/webhooks/views.ts";
import type { Webhook } from "../state/webhooks/webhook.ts";
import {
  count,
  flag,
  oneOf,
  optionalText,
  optionalTime,
  orNull,
  record,
  text,
  texts,
  time,
} from "./fields.ts";

export const company = record<Company>()("Company", {
  name: text(),
  ceo_name: text(),
  ceo_role: text(),
  chief_agent_id: optionalText(),
  mode: oneOf(["demo", "blank", "bootstrap"]),
});

export const thread = record<Thread>()("Thread", {
  id: text(),
  title: text(),
  participants: texts(),
  archived_messages: Type.Optional(
    count("Its messages that are in the archive (conversations/archive); absent for none."),
  ),
  created_at: time(),
  updated_at: time(),
});

export const message = record<Message>()("Message", {
  id: text(),
  thread_id: text(),
  sender: text(),
  target: optionalText(),
  text: text(),
  category: oneOf(CATEGORIES),
  project_id: optionalText(),
  timestamp: time(),
});

export const directive = record<Directive>()("Directive", {
  id: text(),
  target: text(),
  text: text(),
  project_id: optionalText(),
  specialist: optionalText(),
  status: oneOf(["queued"]),
  task_id: optionalText(),
  timestamp: time(),
});

export const archivedMessage = record<ArchivedMessage>()("ArchivedMessage", {
  ...message.properties,
  archived_seq: count("The entry that archived it."),
});

export const archivedDirective = record<ArchivedDirective>()("ArchivedDirective", {
  ...directive.properties,
  archived_seq: count("The entry that archived it."),
});

export const notification = record<Notification>()("Notification", {
  id: text(),
  kind: oneOf(NOTIFICATION_KINDS),
  title: text(),
  detail: text(),
  agent_id: optionalText(),
  task_id: optionalText(),
  mission_id: optionalText(),
  timestamp: time(),
  dismissed: flag(),
  active: flag(),
});

export const event = Type.Object(StreamEventSchema.properties, { title: "Event" });

export const recovery = record<RecoveryReport>()("Recovery", {
  recovered_at: text("Empty where nothing is kept."),
  source: oneOf(["empty", "journal", "snapshot"]),
  journal: text(),
  snapshot_seq: orNull(count()),
  head_seq: count(),
  entries_replayed: count(),
  verified_at: orNull(
    text("When every digest had been compared; null while what is older is being checked."),
  ),
  cut_off: orNull(
    Type.Object({
      after_seq: count(),
      entries: count(),
      reason: text(),
      kept_in: optionalText(),
    }),
  ),
  refused: Type.Array(Type.Object({ seq: count(), reason: text() })),
  backups: Type.Array(Type.Object({ seq: count(), created_at: time(), bytes: count() })),
});

export const webhook = record<Webhook>()("Webhook", {
  id: text(),
  origin: text("Scheme, host and port of its address."),
  url_id: optionalText(),
  secret_id: optionalText(),
  kinds: Type.Array(oneOf(EVENT_KINDS), { description: "All when empty." }),
  description: text(),
  active: flag(),
  created_seq: count(),
  activated_seq: count(),
  version: count(),
  created_at: time(),
  updated_at: time(),
});

export const delivery = record<Delivery>()("Delivery", {
  webhook_id: text(),
  delivery_id: text("As in the header ClawTasker-Delivery, the same for every attempt."),
  seq: count(),
  kind: orNull(oneOf(EVENT_KINDS)),
  redelivery: flag(),
  outcome: oneOf(["delivered", "retrying", "failed", "skipped"]),
  attempts: count(),
  status: orNull(count("Of the last answer.")),
  error: optionalText(),
  started_at: time(),
  ended_at: time(),
  duration_ms: Type.Number({ minimum: 0 }),
  next_attempt_at: optionalTime(),
});
