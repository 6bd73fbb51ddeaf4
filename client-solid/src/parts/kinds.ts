/** The kinds of events in words and signs. Neighbours: event list, events view, webhooks, the bell. */
import Bot from "lucide-solid/icons/bot";
import HeartPulse from "lucide-solid/icons/heart-pulse";
import ListTodo from "lucide-solid/icons/list-todo";
import LogOut from "lucide-solid/icons/log-out";
import Megaphone from "lucide-solid/icons/megaphone";
import MessageSquare from "lucide-solid/icons/message-square";
import Save from "lucide-solid/icons/save";
import Target from "lucide-solid/icons/target";
import type { EventKind } from "../../../core/action.ts";
import type { Icon } from "./Button.tsx";

export interface Kind {
  kind: EventKind;
  name: string;
  icon: Icon;
}

export const KINDS: readonly Kind[] = [
  { kind: "task_updated", name: "Task", icon: ListTodo },
  { kind: "message_posted", name: "Message", icon: MessageSquare },
  { kind: "directive_queued", name: "Directive", icon: Megaphone },
  { kind: "mission_planned", name: "Mission", icon: Target },
  { kind: "agent_registered", name: "Agent joined or changed", icon: Bot },
  { kind: "agent_heartbeat", name: "Heartbeat", icon: HeartPulse },
  { kind: "agent_decommission", name: "Agent left", icon: LogOut },
  { kind: "state_saved", name: "Everything else", icon: Save },
];

const BY_KIND = new Map<string, Kind>(KINDS.map((one) => [one.kind, one]));

export function kindOf(kind: string): Kind | undefined {
  return BY_KIND.get(kind);
}
