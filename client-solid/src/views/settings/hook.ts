/** A webhook as the settings show it. Neighbours: `Webhooks` lists them, `WebhookForm` changes one. */
import type { AnswerOf } from "../../../../core/queries.ts";

export type Hook = AnswerOf<"webhooks/list">["webhooks"][number];
