/** The ways of leaving in words: what each is called, and what it means. Neighbours: the menu, the dialog. */
import Combine from "lucide-solid/icons/combine";
import LogOut from "lucide-solid/icons/log-out";
import Repeat from "lucide-solid/icons/repeat";
import Sunset from "lucide-solid/icons/sunset";
import Trash from "lucide-solid/icons/trash";
import type { Standing } from "../../../../core/state/agents/agent.ts";
import type { Icon } from "../../parts/Button.tsx";
import type { Way } from "./leaving.ts";

export const STANDING_WORDS: Record<Standing, string> = {
  active: "Active",
  decommissioned: "Decommissioned",
  retired: "Retired",
};

interface LeaveWords {
  menu: string;
  title: (name: string) => string;
  /** What stays of it. */
  stays: string;
  yes: string;
  icon: Icon;
}

export const LEAVE_WORDS: Record<Way, LeaveWords> = {
  decommission: {
    menu: "Decommission",
    title: (name) => `Decommission ${name}?`,
    stays: "It goes off the active roster; its record stays, and it can be brought back.",
    yes: "Decommission",
    icon: LogOut,
  },
  retire: {
    menu: "Retire",
    title: (name) => `Retire ${name}?`,
    stays: "It retires; its record stays, and it can be brought back.",
    yes: "Retire",
    icon: Sunset,
  },
  replace: {
    menu: "Replace",
    title: (name) => `Replace ${name}?`,
    stays: "Another takes over all of its work; it retires, and its record stays.",
    yes: "Replace",
    icon: Repeat,
  },
  merge: {
    menu: "Merge into another",
    title: (name) => `Merge ${name} into another?`,
    stays: "Another takes over its work, skills and specialisms; it retires, and its record stays.",
    yes: "Merge",
    icon: Combine,
  },
  delete: {
    menu: "Delete",
    title: (name) => `Delete ${name}?`,
    stays: "Its record is removed for good. Decommission it to keep it for history.",
    yes: "Delete for good",
    icon: Trash,
  },
};
