/**
 * The short messages at the edge of the page: answers of the server, in its own words. Neighbours:
 * `Toasts.tsx` shows them. Invariant: few at a time, each with an end.
 */
import { type Accessor, createSignal } from "solid-js";

export interface Toast {
  id: number;
  kind: "done" | "refused";
  text: string;
  /** What can still be done about it. */
  action?: ToastAction | undefined;
}

export interface ToastAction {
  label: string;
  run(): void;
}

export interface Toasts {
  list: Accessor<readonly Toast[]>;
  show(kind: Toast["kind"], text: string, action?: ToastAction): void;
  dismiss(id: number): void;
  close(): void;
}

const MAX_TOASTS = 4;
/** A refusal has to be read and understood; a success only noticed, or taken back in time. */
const SHOWN_MS = { done: 4_000, refused: 12_000 };
const UNDO_MS = 10_000;

export function createToasts(): Toasts {
  const [list, setList] = createSignal<readonly Toast[]>([]);
  const timers = new Map<number, ReturnType<typeof setTimeout>>();
  let last = 0;

  function dismiss(id: number): void {
    clearTimeout(timers.get(id));
    timers.delete(id);
    setList((before) => before.filter((toast) => toast.id !== id));
  }

  return {
    list,
    dismiss,
    show(kind, text, action) {
      const id = ++last;
      const crowded = list().slice(0, Math.max(0, list().length + 1 - MAX_TOASTS));
      for (const oldest of crowded) dismiss(oldest.id);
      setList((before) => [...before, { id, kind, text, action }]);
      const shownMs = action ? UNDO_MS : SHOWN_MS[kind];
      timers.set(
        id,
        setTimeout(() => dismiss(id), shownMs),
      );
    },
    close() {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}
