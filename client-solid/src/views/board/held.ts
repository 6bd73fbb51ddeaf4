/**
 * The card that is held over the board, by the pointer or by the keyboard, and where it is held.
 * Neighbours: cards and columns mark themselves by it, `Board` drops it.
 * Invariant: nothing is written before the drop, and an illegal drop writes nothing at all.
 */
import { type Accessor, createContext, createMemo, createSignal, useContext } from "solid-js";
import type { TaskStatus } from "../../../../core/state/tasks/task.ts";
import { usePage } from "../../page.ts";
import { STATUS_WORDS } from "../../parts/words.ts";
import type { Selection } from "../../task/selection.ts";
import type { Dragging } from "./dragging.ts";
import { toVerdict, type Verdict } from "./model.ts";

interface Grip {
  id: string;
  /** The column over which it is; null over none. */
  over: TaskStatus | null;
  by: "pointer" | "keyboard";
}

export interface Held {
  grip: Accessor<Grip | null>;
  take(id: string, by: Grip["by"]): void;
  hover(over: TaskStatus | null): void;
  /** Ends it. @returns where the card is to go; null when it stays */
  drop(): { id: string; to: TaskStatus } | null;
  /** What would come of dropping it on this column; null while nothing is held. */
  verdictOn(status: TaskStatus): Verdict | null;
  /** Said to who cannot see it. */
  said: Accessor<string>;
}

export function createHeld(): Held {
  const { wire } = usePage().mirror;
  const [grip, setGrip] = createSignal<Grip | null>(null);
  const [said, setSaid] = createSignal("");
  const verdictOn = (status: TaskStatus): Verdict | null => {
    const held = grip();
    const task = held && wire.tasks[held.id];
    return task ? toVerdict(wire, task, status) : null;
  };
  const tell = (id: string, over: TaskStatus) => {
    const { allowed, text } = verdictOn(over) ?? { allowed: true, text: "" };
    const where = `${id} over ${STATUS_WORDS[over]}`;
    setSaid(`${where}. ${allowed ? "" : "Not possible. "}${text}`);
  };
  return {
    grip,
    said,
    verdictOn,
    take(id, by) {
      const over = wire.tasks[id]?.status ?? null;
      setGrip({ id, over, by });
      if (by === "keyboard") {
        setSaid(`${id} held. Left and right choose a column, Enter drops it, Escape lets it be.`);
      }
    },
    hover(over) {
      const held = grip();
      if (!held || held.over === over) return;
      setGrip({ ...held, over });
      if (over) tell(held.id, over);
    },
    drop() {
      const held = grip();
      const verdict = held?.over ? verdictOn(held.over) : null;
      const from = held && wire.tasks[held.id]?.status;
      setGrip(null);
      if (!held?.over || !verdict) return null;
      if (!verdict.allowed) {
        setSaid(`${held.id} stays. ${verdict.text}`);
        return null;
      }
      setSaid("");
      return held.over === from ? null : { id: held.id, to: held.over };
    },
  };
}

/** What the cards of a board share. */
export interface BoardContext {
  held: Held;
  dragging: Dragging;
  selection: Selection;
  /** The card that Tab reaches. */
  current: Accessor<string | null>;
  setCurrent(id: string): void;
  isDropped: Accessor<number>;
}

export const BoardContext = createContext<BoardContext>();

export function useBoard(): BoardContext {
  const board = useContext(BoardContext);
  if (!board) throw new Error("no board around this card");
  return board;
}

/** Whether a column is where the held card is, and what that would mean. */
export function createDropMark(status: Accessor<TaskStatus>): Accessor<Verdict | null> {
  const { held } = useBoard();
  return createMemo(() => (held.grip()?.over === status() ? held.verdictOn(status()) : null));
}
