/** The action of notifications: dismiss. They are raised and closed by `notices.ts`. */
import { Type } from "typebox";
import { defineAction } from "../../action.ts";
import { refuseMissing } from "../../errors.ts";
import { flag, ids, source } from "../../schema.ts";
import { get, values } from "../../table.ts";

/** By one action; who dismisses all of more says it again. */
export const MAX_DISMISSED_AT_ONCE = 5_000;

const dismiss = defineAction({
  name: "notifications/dismiss",
  summary: "Dismiss notifications, by id or all; unknown ids do no harm.",
  body: Type.Object({
    notification_ids: ids("The notifications."),
    all: flag(`Dismiss them all, ${MAX_DISMISSED_AT_ONCE} at once; what is left is counted.`),
    source,
  }),
  kind: "state_saved",
  most: MAX_DISMISSED_AT_ONCE,
  examples: [{ notification_ids: ["N-001", "N-002"] }],
  actor: () => "ceo",
  reduce(draft, { notification_ids, all }, context) {
    const wanted = all
      ? values(context.before.notifications).map(({ id }) => id)
      : (notification_ids ?? refuseMissing("notification_ids"));
    let dismissed = 0;
    let left = 0;
    for (const id of wanted) {
      if (get(context.before.notifications, id)?.dismissed !== false) continue;
      if (context.most !== undefined && dismissed >= context.most) {
        left++;
        continue;
      }
      const notification = get(draft.notifications, id);
      if (!notification || notification.dismissed) continue;
      notification.dismissed = true;
      dismissed++;
    }
    return {
      title: `${dismissed} notification${dismissed === 1 ? "" : "s"} dismissed`,
      reply: (): { dismissed: number; left?: number } => ({ dismissed, ...(left > 0 && { left }) }),
    };
  },
});

export const notificationActions = [dismiss] as const;
