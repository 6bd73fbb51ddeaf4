/**
 * Commands of the whole page beside "go to": what one makes, how it looks, and what can be done with the
 * task one is at. Neighbours: `commands.ts` keeps them, `App.tsx` adds them.
 */
import { useLocation, useNavigate } from "@solidjs/router";
import ArrowRight from "lucide-solid/icons/arrow-right";
import Megaphone from "lucide-solid/icons/megaphone";
import PanelRight from "lucide-solid/icons/panel-right";
import SunMoon from "lucide-solid/icons/sun-moon";
import Target from "lucide-solid/icons/target";
import { type Accessor, createSignal } from "solid-js";
import { TRANSITIONS } from "../../../core/state/tasks/task.ts";
import type { Command } from "../commands.ts";
import { usePage } from "../page.ts";
import { useTaskHref } from "../parts/links.tsx";
import { STATUS_WORDS } from "../parts/words.ts";
import { prefs, THEMES } from "../prefs.ts";
import { useMove } from "../task/move.ts";

export function useMakingCommands(): Accessor<readonly Command[]> {
  const navigate = useNavigate();
  return () => [
    {
      id: "make directive",
      name: "Write a directive",
      group: "Everywhere",
      icon: Megaphone,
      run: () => navigate("/conversations/directives"),
    },
    {
      id: "make mission",
      name: "Plan a mission",
      group: "Everywhere",
      icon: Target,
      run: () => navigate("/missions/new"),
    },
    ...THEMES.filter((theme) => theme !== prefs.get().theme).map((theme) => ({
      id: `theme ${theme}`,
      name: theme === "system" ? "Theme: like the system" : `Theme: ${theme}`,
      group: "Everywhere",
      icon: SunMoon,
      run: () => prefs.set({ theme }),
    })),
  ];
}

export interface TaskCommands {
  commands: Accessor<readonly Command[]>;
  /** Notes at which task the person is, before the focus goes into the palette. */
  note(): void;
}

/** For the task that has the focus, or whose panel is open. */
export function useTaskCommands(): TaskCommands {
  const { mirror } = usePage();
  const navigate = useNavigate();
  const location = useLocation();
  const taskHref = useTaskHref();
  const { move } = useMove();
  const [at, setAt] = createSignal<string | null>(null);
  return {
    note() {
      const row = document.activeElement?.closest<HTMLElement>("[data-task-id], [data-exception]");
      const open = new URLSearchParams(location.search).get("task");
      setAt(row?.dataset.taskId ?? row?.dataset.exception ?? open);
    },
    commands: () => {
      const id = at();
      const task = id === null ? undefined : mirror.wire.tasks[id];
      if (id === null || !task) return [];
      return [
        {
          id: `open ${id}`,
          name: `Open ${id}`,
          group: id,
          icon: PanelRight,
          run: () => navigate(taskHref(id), { scroll: false }),
        },
        ...TRANSITIONS[task.status].map((to) => ({
          id: `move ${id} ${to}`,
          name: `Move ${id} to ${STATUS_WORDS[to]}`,
          group: id,
          icon: ArrowRight,
          run: () => void move(id, to),
        })),
      ];
    },
  };
}
