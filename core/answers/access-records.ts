/** The record of access as answers show it. Neighbours: `replies.ts`, `core/state/tokens`. */
import { ROLES } from "../permissions.ts";
import type { Grant } from "../state/tokens/grant.ts";
import { oneOf, optionalText, optionalTime, record, text, time } from "./fields.ts";

export const grant = record<Grant>()("Grant", {
  name: text(),
  role: oneOf(ROLES),
  agent_id: optionalText(),
  description: text(),
  created_at: time(),
  revoked_at: optionalTime(),
  last_used_at: optionalTime(),
});
