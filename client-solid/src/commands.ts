/**
 * Everything that can be done from the keyboard, said once: the palette lists it, the sheet of shortcuts
 * shows it, its keys run it. Neighbours: the frame and the views add theirs while they are shown.
 * Invariants: no key acts while somebody types or a dialog is open, except those with a modifier; nor does one where
 * the field that somebody types into was taken away, until they do something else than type.
 */
import { type Accessor, createMemo, createSignal, onCleanup } from "solid-js";
import { tinykeys } from "tinykeys";
import { usePage } from "./page.ts";
import type { Icon } from "./parts/Button.tsx";

export interface Command {
  id: string;
  /** As in the palette: `Create a task`. */
  name: string;
  /** Heading under which it stands: the view's name, or `Go to`. */
  group: string;
  /** As tinykeys reads it: `c`, `g b`, `$mod+k`. */
  keys?: string;
  icon?: Icon;
  /** Kept out of the palette: keys that only mean something with a selection. */
  hidden?: boolean;
  run(): void;
}

export interface Commands {
  all: Accessor<readonly Command[]>;
  /** Adds commands for as long as the returned function is not called. */
  add(commands: Accessor<readonly Command[]>): () => void;
  /** Listens on the window; the returned function ends it. */
  listen(): () => void;
}

export function createCommands(): Commands {
  const [sources, setSources] = createSignal<readonly Accessor<readonly Command[]>[]>([]);
  const all = createMemo(() => sources().flatMap((source) => source()));
  /** What was last typed into. */
  let field: Element | null = null;
  const isOrphaned = () => field !== null && !field.isConnected;

  /** The latest with those keys: what a view adds wins over the frame. */
  function run(keys: string, event: KeyboardEvent): void {
    const command = all().findLast((one) => one.keys === keys);
    if (!command || isTaken(event) || (isOrphaned() && !hasModifier(event))) return;
    event.preventDefault();
    command.run();
  }

  return {
    all,
    add(commands) {
      setSources((before) => [...before, commands]);
      return () => setSources((before) => before.filter((one) => one !== commands));
    },
    listen() {
      let stop = () => {};
      let bound = "";
      const bind = (event: KeyboardEvent) => {
        // Bound anew when the set of keys has changed, before tinykeys sees this very press.
        const keys = [...new Set(all().flatMap((command) => command.keys ?? []))];
        if (keys.join("\n") === bound || event.repeat) return;
        bound = keys.join("\n");
        stop();
        stop = tinykeys(
          window,
          Object.fromEntries(keys.map((one) => [one, (press) => run(one, press)])),
        );
      };
      const note = (event: KeyboardEvent) => {
        const target = event.target instanceof Element ? event.target.closest(TYPED_INTO) : null;
        // Left or sent by the person, or taken away and noticed.
        if (endsTyping(event, target)) field = null;
        else if (target) field = target;
        else if (field?.isConnected) field = null;
      };
      const forget = () => {
        field = null;
      };
      // Where a field is taken away, nothing takes the focus.
      window.addEventListener("focusin", forget, { capture: true });
      window.addEventListener("keydown", note, { capture: true });
      window.addEventListener("pointerdown", forget, { capture: true });
      window.addEventListener("keydown", bind, { capture: true });
      return () => {
        window.removeEventListener("focusin", forget, { capture: true });
        window.removeEventListener("keydown", note, { capture: true });
        window.removeEventListener("pointerdown", forget, { capture: true });
        window.removeEventListener("keydown", bind, { capture: true });
        stop();
      };
    },
  };
}

const TYPED_INTO = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

function endsTyping(event: KeyboardEvent, field: Element | null): boolean {
  if (event.key === "Tab" || event.key === "Escape") return true;
  return event.key === "Enter" && (hasModifier(event) || field?.tagName !== "TEXTAREA");
}

function hasModifier({ ctrlKey, metaKey }: KeyboardEvent): boolean {
  return ctrlKey || metaKey;
}

function isTaken(event: KeyboardEvent): boolean {
  if (event.defaultPrevented) return true;
  if (hasModifier(event)) return false;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest(TYPED_INTO)) return true;
  return document.querySelector("[role=dialog], [role=alertdialog], [role=menu], dialog[open]")
    ? target?.closest("[data-keys-pass]") === null || target === null
    : false;
}

/** Adds a view's commands while it is shown. */
export function useCommands(commands: Accessor<readonly Command[]>): void {
  onCleanup(usePage().commands.add(commands));
}

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);

/** The keys as a person reads them: `⌘ K`, `G then B`. */
export function toKeyWords(keys: string): string {
  return keys
    .split(" ")
    .map((press) =>
      press
        .split("+")
        .map((key) => {
          if (key === "$mod") return IS_MAC ? "⌘" : "Ctrl";
          if (key === "Shift") return IS_MAC ? "⇧" : "Shift";
          return key.length === 1 ? key.toUpperCase() : key;
        })
        .join(" "),
    )
    .join(" then ");
}
