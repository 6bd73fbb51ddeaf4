/**
 * The views, each said once: address, name, icon, chord. The router, the sidebar, the bottom bar, the
 * palette and the document's title are all made from this list. Invariant: a view is loaded when it is
 * first opened, so a new one costs the first load nothing.
 */

import Building from "lucide-solid/icons/building";
import CalendarDays from "lucide-solid/icons/calendar-days";
import CircleCheckBig from "lucide-solid/icons/circle-check-big";
import FolderKanban from "lucide-solid/icons/folder-kanban";
import Gauge from "lucide-solid/icons/gauge";
import MessagesSquare from "lucide-solid/icons/messages-square";
import Network from "lucide-solid/icons/network";
import Radio from "lucide-solid/icons/radio";
import Rows3 from "lucide-solid/icons/rows-3";
import ScrollText from "lucide-solid/icons/scroll-text";
import Settings from "lucide-solid/icons/settings";
import SquareKanban from "lucide-solid/icons/square-kanban";
import Target from "lucide-solid/icons/target";
import Timer from "lucide-solid/icons/timer";
import type { Component } from "solid-js";
import { lazy } from "solid-js";

export const GROUPS = ["Now", "Work", "People", "Record"] as const;

export interface View {
  /** What stands first in the address. */
  href: string;
  /** Patterns of the router below `href`; the view reads the rest of the address itself. */
  paths: readonly string[];
  name: string;
  group: (typeof GROUPS)[number] | "Foot";
  /** The chord that opens it from anywhere. */
  keys: string;
  icon: Component<{ size?: number | string; "aria-hidden"?: "true" }>;
  component: Component & { preload(): Promise<unknown> };
  /** In the bar at the bottom of small screens; the rest is behind More. */
  bar?: true;
}

export const VIEWS: readonly View[] = [
  {
    href: "/",
    paths: ["/"],
    name: "Dashboard",
    group: "Now",
    keys: "g d",
    icon: Gauge,
    component: lazy(() => import("./views/dashboard/Dashboard.tsx")),
    bar: true,
  },
  {
    href: "/approvals",
    paths: ["/approvals"],
    name: "Approvals",
    group: "Now",
    keys: "g a",
    icon: CircleCheckBig,
    component: lazy(() => import("./views/approvals/Approvals.tsx")),
    bar: true,
  },
  {
    href: "/office",
    paths: ["/office"],
    name: "Office",
    group: "Now",
    keys: "g o",
    icon: Building,
    component: lazy(() => import("./views/office/Office.tsx")),
  },
  {
    href: "/board",
    paths: ["/board"],
    name: "Board",
    group: "Work",
    keys: "g b",
    icon: SquareKanban,
    component: lazy(() => import("./views/board/Board.tsx")),
    bar: true,
  },
  {
    href: "/pipeline",
    paths: ["/pipeline"],
    name: "Pipeline",
    group: "Work",
    keys: "g l",
    icon: Rows3,
    component: lazy(() => import("./views/pipeline/Pipeline.tsx")),
  },
  {
    href: "/missions",
    paths: ["/missions/:id?"],
    name: "Missions",
    group: "Work",
    keys: "g m",
    icon: Target,
    component: lazy(() => import("./views/missions/Missions.tsx")),
  },
  {
    href: "/sprints",
    paths: ["/sprints/:id?"],
    name: "Sprints",
    group: "Work",
    keys: "g s",
    icon: Timer,
    component: lazy(() => import("./views/sprints/Sprints.tsx")),
  },
  {
    href: "/calendar",
    paths: ["/calendar"],
    name: "Calendar",
    group: "Work",
    keys: "g c",
    icon: CalendarDays,
    component: lazy(() => import("./views/calendar/Calendar.tsx")),
  },
  {
    href: "/projects",
    paths: ["/projects/:id?"],
    name: "Projects",
    group: "Work",
    keys: "g p",
    icon: FolderKanban,
    component: lazy(() => import("./views/projects/Projects.tsx")),
  },
  {
    href: "/team",
    paths: ["/team", "/team/*rest"],
    name: "Team",
    group: "People",
    keys: "g t",
    icon: Network,
    component: lazy(() => import("./views/team/Team.tsx")),
    bar: true,
  },
  {
    href: "/conversations",
    paths: ["/conversations/:id?"],
    name: "Conversations",
    group: "People",
    keys: "g v",
    icon: MessagesSquare,
    component: lazy(() => import("./views/conversations/Conversations.tsx")),
  },
  {
    href: "/runs",
    paths: ["/runs"],
    name: "Runs",
    group: "Record",
    keys: "g r",
    icon: ScrollText,
    component: lazy(() => import("./views/runs/Runs.tsx")),
  },
  {
    href: "/events",
    paths: ["/events"],
    name: "Events",
    group: "Record",
    keys: "g e",
    icon: Radio,
    component: lazy(() => import("./views/events/Events.tsx")),
  },
  {
    href: "/settings",
    paths: ["/settings/:section?"],
    name: "Settings",
    group: "Foot",
    keys: "g ,",
    icon: Settings,
    component: lazy(() => import("./views/settings/Settings.tsx")),
  },
];

/** The view of an address. */
export function viewOf(path: string): View | undefined {
  if (path === "/") return VIEWS[0];
  return VIEWS.find(({ href }) => href !== "/" && (path === href || path.startsWith(`${href}/`)));
}
