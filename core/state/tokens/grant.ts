/** What a named token grants to whom. No part of the state, which is open to read: the server keeps it. */
import type { Role } from "../../permissions.ts";

export interface Grant {
  /** Unique, also among those revoked: entries name it. */
  name: string;
  role: Role;
  /** The agent it speaks for (role agent). */
  agent_id: string | null;
  description: string;
  created_at: string;
  revoked_at: string | null;
  /** Since the server started; null for never. */
  last_used_at: string | null;
}
