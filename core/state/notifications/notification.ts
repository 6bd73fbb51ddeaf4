/** The notification: one cause that wants the CEO's eye, once for as long as the cause lasts. */
export const NOTIFICATION_KINDS = [
  "task_blocked",
  "approval_needed",
  "agent_silent",
  "agent_overloaded",
  "task_overdue",
  "lease_lost",
  "needs_human",
  "mission_blocked",
] as const;
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

export interface Notification {
  id: string;
  kind: NotificationKind;
  title: string;
  detail: string;
  agent_id: string | null;
  task_id: string | null;
  mission_id: string | null;
  timestamp: string;
  dismissed: boolean;
  /** The cause still lasts; while it does, it raises no second notification. */
  active: boolean;
}
