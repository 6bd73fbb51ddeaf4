/**
 * The frame of every view: navigation, the cluster of bell and wire, main, and what lies above: task
 * panel, palette, shortcuts, questions, toasts, token form. Neighbours: `main.tsx` mounts it, the router
 * fills it, `routes.ts` lists the views. Invariant: without a first state no view is shown, so that an
 * empty list always means that there is nothing.
 */
import { type RouteSectionProps, useNavigate } from "@solidjs/router";
import Keyboard from "lucide-solid/icons/keyboard";
import Plus from "lucide-solid/icons/plus";
import Search from "lucide-solid/icons/search";
import { createEffect, createSignal, lazy, on, onCleanup, Show, Suspense } from "solid-js";
import { useCommands } from "./commands.ts";
import { ActingAs } from "./frame/ActingAs.tsx";
import { Alerts } from "./frame/Alerts.tsx";
import { Bell } from "./frame/Bell.tsx";
import { BottomBar } from "./frame/BottomBar.tsx";
import { AsOf, ConnectionBadge } from "./frame/ConnectionBadge.tsx";
import { useMakingCommands, useTaskCommands } from "./frame/commands.ts";
import { Palette } from "./frame/Palette.tsx";
import { ShortcutSheet } from "./frame/ShortcutSheet.tsx";
import { Sidebar } from "./frame/Sidebar.tsx";
import { TokenForm } from "./frame/TokenForm.tsx";
import { WriteStrip } from "./frame/WriteStrip.tsx";
import { usePage } from "./page.ts";
import { IconButton } from "./parts/Button.tsx";
import { Confirm } from "./parts/Confirm.tsx";
import { focusFirstField } from "./parts/focus.ts";
import { Skeleton } from "./parts/Skeleton.tsx";
import { Toasts } from "./parts/Toasts.tsx";
import { VIEWS, viewOf } from "./routes.ts";
import { createTask, newTaskAsked } from "./task/new-task.ts";

const NewTask = lazy(() => import("./task/NewTask.tsx"));
const TaskPanel = lazy(() => import("./task/TaskPanel.tsx"));

export function App(props: RouteSectionProps) {
  const { mirror, commands } = usePage();
  const navigate = useNavigate();
  let main!: HTMLElement;
  const [searching, setSearching] = createSignal(false);
  const [shortcuts, setShortcuts] = createSignal(false);
  const path = () => props.location.pathname;
  const taskId = () => new URLSearchParams(props.location.search).get("task");

  createEffect(() => {
    document.title = `${viewOf(path())?.name ?? "Not found"} · ClawTasker`;
  });
  // After a change of view the keyboard goes on in it, as after a load: where it asks for something, there.
  createEffect(
    on(path, () => focusFirstField(main) || main.focus({ preventScroll: true }), { defer: true }),
  );

  onCleanup(commands.listen());
  const making = useMakingCommands();
  const atTask = useTaskCommands();
  useCommands(atTask.commands);
  const search = () => {
    if (!searching()) atTask.note();
    setSearching((open) => !open);
  };
  useCommands(() => [
    {
      id: "palette",
      name: "Search and commands",
      group: "Everywhere",
      keys: "$mod+k",
      hidden: true,
      run: search,
    },
    {
      id: "shortcuts",
      name: "Show the keyboard shortcuts",
      group: "Everywhere",
      keys: "?",
      icon: Keyboard,
      run: () => setShortcuts(true),
    },
    {
      id: "create task",
      name: "Create a task",
      group: "Everywhere",
      keys: "c",
      icon: Plus,
      run: () => createTask(),
    },
    ...making(),
    ...VIEWS.map(({ href, name, keys, icon }) => ({
      id: `go ${href}`,
      name: `Go to ${name}`,
      group: "Go to",
      keys,
      icon,
      run: () => navigate(href),
    })),
  ]);

  return (
    <>
      <button type="button" class="skip" onClick={() => main.focus()}>
        Skip to the content
      </button>
      <div class="frame">
        <Sidebar onSearch={search} />
        <main id="main" ref={main} tabindex="-1">
          <div class="cluster">
            <ConnectionBadge />
            <IconButton
              class="on-small"
              label="Search and commands"
              icon={Search}
              onClick={search}
            />
            <Bell />
          </div>
          <Show when={mirror.ready()} fallback={<Skeleton />}>
            <Suspense fallback={<Skeleton />}>{props.children}</Suspense>
          </Show>
          <div class="strips">
            <ActingAs />
            <AsOf />
          </div>
        </main>
        <Show when={taskId()}>
          {(id) => (
            <Show when={mirror.ready()} fallback={<ComingPanel />}>
              <Suspense fallback={<ComingPanel />}>
                <TaskPanel id={id()} />
              </Suspense>
            </Show>
          )}
        </Show>
        <BottomBar />
      </div>
      <Palette open={searching()} onClose={() => setSearching(false)} />
      <ShortcutSheet open={shortcuts()} onClose={() => setShortcuts(false)} />
      <Show when={newTaskAsked()}>
        {(presets) => (
          <Suspense>
            <NewTask presets={presets()} />
          </Suspense>
        )}
      </Show>
      <Confirm />
      <Toasts />
      <WriteStrip />
      <Alerts />
      <TokenForm />
    </>
  );
}

/** Holds the panel's place until it is loaded. */
function ComingPanel() {
  return (
    <aside class="task-panel">
      <Skeleton />
    </aside>
  );
}
