/**
 * The command palette: commands, tasks, agents, missions, projects in one list, by what is typed.
 * Neighbours: `commands.ts`, `find.ts` ranks. Invariant: the keyboard never leaves the field, and what
 * is chosen runs after the palette is gone, so that the focus goes where the command puts it.
 */
import * as Kobalte from "@kobalte/core/dialog";
import { useNavigate } from "@solidjs/router";
import Bot from "lucide-solid/icons/bot";
import FolderKanban from "lucide-solid/icons/folder-kanban";
import Square from "lucide-solid/icons/square";
import Target from "lucide-solid/icons/target";
import { createEffect, createMemo, createSignal, For, on, Show, untrack } from "solid-js";
import { Dynamic } from "solid-js/web";
import { usePage } from "../page.ts";
import type { Icon } from "../parts/Button.tsx";
import { Kbd } from "../parts/Kbd.tsx";
import { useTaskHref } from "../parts/links.tsx";
import { StatusIcon } from "../parts/signs.tsx";
import { bestMatches } from "./find.ts";

interface Row {
  key: string;
  group: string;
  name: string;
  id?: string;
  icon?: Icon | undefined;
  keys?: string | undefined;
  run(): void;
}

/** Of each kind. */
const MAX_ROWS = 8;

export function Palette(props: { open: boolean; onClose(): void }) {
  return (
    <Kobalte.Root open={props.open} onOpenChange={(open) => !open && props.onClose()}>
      <Kobalte.Portal>
        <Kobalte.Overlay class="veil" />
        <Kobalte.Content class="dialog palette" data-testid="palette">
          <Kobalte.Title class="unseen">Search and commands</Kobalte.Title>
          <Body onClose={() => props.onClose()} />
        </Kobalte.Content>
      </Kobalte.Portal>
    </Kobalte.Root>
  );
}

function Body(props: { onClose(): void }) {
  const rowsFor = useRows();
  const [typed, setTyped] = createSignal("");
  const [at, setAt] = createSignal(0);
  // Found when something is typed; what changes meanwhile does not move the list under the hand.
  const rows = createMemo(() => {
    const words = typed().trim();
    return untrack(() => rowsFor(words));
  });
  createEffect(on(rows, () => setAt(0)));
  let list!: HTMLDivElement;

  function choose(row: Row | undefined): void {
    if (!row) return;
    props.onClose();
    queueMicrotask(row.run);
  }

  function step(by: number): void {
    const count = rows().length;
    if (count > 0) setAt((at() + by + count) % count);
    list.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined) step(by);
    else if (event.key === "Enter") choose(rows()[at()]);
    else return;
    event.preventDefault();
  };

  return (
    <>
      <input
        type="text"
        role="combobox"
        aria-label="Search tasks, agents, missions and commands"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={rows().length > 0 ? `palette-${at()}` : undefined}
        placeholder="Search tasks, agents, missions, or type a command"
        autocomplete="off"
        autofocus
        value={typed()}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div ref={list} role="listbox" id="palette-list" aria-label="Results" tabindex="-1">
        <For each={rows()} fallback={<p class="none">Nothing matches.</p>}>
          {(row, index) => (
            <>
              <Show when={row.group !== rows()[index() - 1]?.group}>
                <div role="presentation">{row.group}</div>
              </Show>
              {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys. */}
              {/* biome-ignore lint/a11y/useFocusableInteractive: the field above keeps the focus. */}
              <div
                role="option"
                id={`palette-${index()}`}
                tabindex="-1"
                aria-selected={index() === at()}
                onPointerMove={() => setAt(index())}
                onClick={() => choose(row)}
              >
                <Show when={row.icon}>
                  {(icon) => <Dynamic component={icon()} size={16} aria-hidden="true" />}
                </Show>
                <Show when={row.id}>
                  <span class="task-id">{row.id}</span>
                </Show>
                <span class="cut">{row.name}</span>
                <Show when={row.keys}>{(keys) => <Kbd keys={keys()} />}</Show>
              </div>
            </>
          )}
        </For>
      </div>
    </>
  );
}

/** What can be chosen, by what is typed; without a word, the commands. */
function useRows(): (typed: string) => Row[] {
  const { commands, mirror } = usePage();
  const { wire } = mirror;
  const navigate = useNavigate();
  const taskHref = useTaskHref();
  return (typed) => {
    const found: Row[] = bestMatches(
      commands.all().filter(({ hidden }) => !hidden),
      typed,
      ({ name }) => name,
      typed ? MAX_ROWS : Number.POSITIVE_INFINITY,
    ).map((command) => ({ ...command, key: command.id, id: undefined }) as unknown as Row);
    if (!typed) return found;
    const tasks = bestMatches(
      Object.values(wire.tasks),
      typed,
      ({ id, title }) => `${id} ${title}`,
      MAX_ROWS,
    );
    const agents = bestMatches(
      Object.values(wire.agents),
      typed,
      ({ name, role, id }) => `${name} ${role} ${id}`,
      MAX_ROWS,
    );
    const missions = bestMatches(
      Object.values(wire.missions),
      typed,
      ({ id, title }) => `${id} ${title}`,
      MAX_ROWS,
    );
    const projects = bestMatches(
      Object.values(wire.projects),
      typed,
      ({ id, name }) => `${name} ${id}`,
      MAX_ROWS,
    );
    return [
      ...tasks.map(({ id, title, status }) => ({
        key: id,
        group: "Tasks",
        id,
        name: title,
        icon: (icon: { size?: number | string }) =>
          StatusIcon({ status, ...(typeof icon.size === "number" && { size: icon.size }) }),
        run: () => navigate(taskHref(id), { scroll: false }),
      })),
      ...agents.map(({ id, name, role }) => ({
        key: id,
        group: "Agents",
        name: `${name}, ${role}`,
        icon: Bot,
        run: () => navigate(`/team/agents/${id}`),
      })),
      ...missions.map(({ id, title }) => ({
        key: id,
        group: "Missions",
        id,
        name: title,
        icon: Target,
        run: () => navigate(`/missions/${id}`),
      })),
      ...projects.map(({ id, name }) => ({
        key: id,
        group: "Projects",
        name,
        icon: FolderKanban,
        run: () => navigate(`/projects/${id}`),
      })),
      ...found.map((row) => ({ ...row, icon: row.icon ?? Square })),
    ];
  };
}
