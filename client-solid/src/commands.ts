/**
 * Everything that can be done from the keyboard, said once: the palette lists it, the sheet of shortcuts
 * shows it, its keys run it. Neighbours: the frame and the views add theirs while they are shown.
 * Invariants: no key acts while somebody types or a dialog is open, except those with a modifier; nor does one where
 * the field that somebody types into, or is about to, was taken away or lost the focus, until they do something else
 * than type; a key that is held down acts once.
 */
import { type Accessor, createMemo, createSignal, onCleanup } from "solid-js";
import { tinykeys } from "tinykeys";
import { usePage } from "./page.ts";
import type { Icon } from "./parts/Button.tsx";
import { FIRST_FIELD } from "./parts/focus.ts";

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
  /** It only moves what is looked at: held down, the key goes on. */
  moves?: boolean;
  run(): void;
}

export interface Commands {
  all: Accessor<readonly Command[]>;
  /** Adds commands for as long as the returned function is not called. */
  add(commands: Accessor<readonly Command[]>): () => void;
  /** Listens on the window; the returned function ends it. */
  listen(): () => void;
}

/** @param say tells the person why nothing was done */
export function createCommands(say: (why: string) => void): Commands {
  const [sources, setSources] = createSignal<readonly Accessor<readonly Command[]>[]>([]);
  const all = createMemo(() => sources().flatMap((source) => source()));
  /** What is typed into, or was opened for it. */
  let field: Element | null = null;
  let hasBegun = false;
  /** That the field is gone. */
  let isSaid = false;
  /** The key that ran a command, while it is down. */
  let down: string | null = null;
  const isLost = () => field !== null && field !== document.activeElement;

  /** The latest with those keys: what a view adds wins over the frame. */
  function run(keys: string, event: KeyboardEvent): void {
    const command = all().findLast((one) => one.keys === keys);
    if (!command || isTaken(event)) return;
    event.preventDefault();
    if (event.repeat && !command.moves) return;
    if (!command.moves) down = event.code;
    if (hasModifier(event)) field = null;
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
        if (event.repeat && (event.code === down || isPress(event))) return swallow(event);
        down = null;
        const target = event.target instanceof Element ? event.target.closest(TYPED_INTO) : null;
        if (isLost() && !target && isTyped(event) && (hasBegun || !isPress(event))) {
          // Once somebody types, also Space and Enter, which would press what has the focus by nobody's choice.
          hasBegun = true;
          swallow(event);
          if (!isSaid)
            say("What you typed into is gone, and what you type is for nothing. Esc goes on.");
          isSaid = true;
        }
        if (target) hasBegun = true;
        // Left or sent by the person.
        if (endsTyping(event, target) || (isLost() && GOES.has(event.key))) field = null;
        else if (target) {
          field = target;
          isSaid = false;
        }
      };
      /** What takes Enter for itself has done with the text. */
      const sent = (event: KeyboardEvent) => {
        if (event.key === "Enter" && event.defaultPrevented) field = null;
      };
      const opened = ({ target }: FocusEvent) => {
        if (!(target instanceof Element) || target === field || !target.matches(FIRST_FIELD))
          return;
        field = target;
        hasBegun = false;
        isSaid = false;
      };
      const forget = ({ isTrusted }: Event) => {
        if (isTrusted) field = null;
      };
      const abort = new AbortController();
      const options = { capture: true, signal: abort.signal };
      window.addEventListener("focusin", opened, options);
      window.addEventListener("keydown", note, options);
      window.addEventListener("keydown", bind, options);
      window.addEventListener("keydown", sent, { signal: abort.signal });
      for (const act of ["pointerdown", "click", "popstate"]) {
        window.addEventListener(act, forget, options);
      }
      return () => {
        abort.abort();
        stop();
      };
    },
  };
}

/** Where a field is gone, who goes on by these is not typing any more. */
const GOES: ReadonlySet<string> = new Set([
  ...["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"],
  ...["Home", "End", "PageUp", "PageDown"],
]);

const TYPED_INTO = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

function endsTyping(event: KeyboardEvent, field: Element | null): boolean {
  if (event.key === "Tab" || event.key === "Escape") return true;
  return event.key === "Enter" && (hasModifier(event) || field?.tagName !== "TEXTAREA");
}

function swallow(event: KeyboardEvent): void {
  event.preventDefault();
  event.stopImmediatePropagation();
}

function isTyped(event: KeyboardEvent): boolean {
  return event.key === "Enter" || (event.key.length === 1 && !hasModifier(event));
}

/** Enter or Space on what is pressed: the browser would press it again and again. */
function isPress({ key, target }: KeyboardEvent): boolean {
  const isOn = target instanceof Element && target.closest("button, summary, a, [role=button]");
  return (key === "Enter" || key === " ") && Boolean(isOn);
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
