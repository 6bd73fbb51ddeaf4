/**
 * All actions, collected from their slices, and all writes: the actions that have a route, and the
 * batch of them. Neighbours: the engine and every transport find an action here by its name; types for
 * payloads and replies are read off it. Invariant: names are unique.
 */
import type { Static } from "typebox";
import type { AnyAction, AnyWrite } from "./action.ts";
import { type BatchReply, batch } from "./batch.ts";
import { agentActions } from "./state/agents/actions.ts";
import { handOverActions } from "./state/agents/hand-over.ts";
import { leaveActions } from "./state/agents/leave-actions.ts";
import { rosterActions } from "./state/agents/roster-actions.ts";
import { archiveActions } from "./state/archive/actions.ts";
import { talkArchiveActions } from "./state/archive/talk-action.ts";
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
  ...handOverActions,
  ...rosterActions,
  ...taskActions,
  ...linkActions,
  ...eventActions,
  ...leaseActions,
  ...archiveActions,
  ...talkArchiveActions,
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
/** The actions that have a route of their own. */
type PublicName = Exclude<ActionName, `system/${string}`>;
/** What can be posted. */
export type WriteName = PublicName | typeof batch.name;
type EffectOf<N extends ActionName> = ReturnType<Of<N>["reduce"]>;
type PayloadOfAction<N extends ActionName> = Static<Of<N>["body"]>;
/** What an action takes, or a batch of them. */
export type PayloadOf<N extends ActionName | WriteName> = N extends ActionName
  ? PayloadOfAction<N>
  : Batch;
/** What its caller is told, beside `ok`. */
export type ReplyOf<N extends ActionName | WriteName> = N extends ActionName
  ? ReturnType<EffectOf<N>["reply"]> & ReturnType<NonNullable<EffectOf<N>["overview"]>>
  : BatchReply;

/** One action of a batch. */
export type BatchAction = {
  [N in PublicName]: { action: N; body: PayloadOfAction<N>; idempotency_key?: string };
}[PublicName];

export interface Batch {
  actions: readonly BatchAction[];
  /** All of them or none. */
  atomic?: boolean;
}

export const actions: ReadonlyMap<string, AnyAction> = new Map(
  (declarations as readonly AnyAction[]).map((declaration) => [declaration.name, declaration]),
);

/** Everything that can be posted, by its name. */
export const writes: ReadonlyMap<string, AnyWrite> = new Map(
  [...[...actions.values()].filter(({ internal }) => !internal), batch].map((write) => [
    write.name,
    write,
  ]),
);
