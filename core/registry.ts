/**
 * All actions, collected from their slices. Neighbours: the engine and every transport find an action
 * here by its name; types for payloads and replies are read off it. Invariant: names are unique.
 */
import type { Static } from "typebox";
import type { AnyAction } from "./action.ts";
import { agentActions } from "./state/agents/actions.ts";
import { leaveActions } from "./state/agents/leave-actions.ts";
import { rosterActions } from "./state/agents/roster-actions.ts";
import { archiveActions } from "./state/archive/actions.ts";
import { companyActions } from "./state/company/actions.ts";
import { systemActions } from "./state/company/sweep.ts";
import { conversationActions } from "./state/conversations/actions.ts";
import { directiveActions } from "./state/directives/actions.ts";
import { missionActions } from "./state/missions/actions.ts";
import { notificationActions } from "./state/notifications/actions.ts";
import { projectActions } from "./state/projects/actions.ts";
import { runActions } from "./state/runs/actions.ts";
import { sprintActions } from "./state/sprints/actions.ts";
import { taskActions } from "./state/tasks/actions.ts";
import { eventActions } from "./state/tasks/event-action.ts";
import { leaseActions } from "./state/tasks/lease-actions.ts";
import { linkActions } from "./state/tasks/link-actions.ts";
import { tokenActions } from "./state/tokens/actions.ts";
import { webhookActions } from "./state/webhooks/actions.ts";

const declarations = [
  ...agentActions,
  ...leaveActions,
  ...rosterActions,
  ...taskActions,
  ...linkActions,
  ...eventActions,
  ...leaseActions,
  ...archiveActions,
  ...missionActions,
  ...sprintActions,
  ...projectActions,
  ...conversationActions,
  ...directiveActions,
  ...runActions,
  ...notificationActions,
  ...webhookActions,
  ...tokenActions,
  ...companyActions,
  ...systemActions,
] as const;

type Declared = (typeof declarations)[number];
export type ActionName = Declared["name"];
type Of<N extends ActionName> = Extract<Declared, { name: N }>;
/** What an action takes. */
export type PayloadOf<N extends ActionName> = Static<Of<N>["body"]>;
/** What its caller is told, beside `ok`. */
export type ReplyOf<N extends ActionName> = ReturnType<ReturnType<Of<N>["reduce"]>["reply"]>;

export const actions: ReadonlyMap<string, AnyAction> = new Map(
  (declarations as readonly AnyAction[]).map((declaration) => [declaration.name, declaration]),
);
