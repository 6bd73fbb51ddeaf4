/**
 * Takes the server's entries as fast as the page can show them and no faster: one that comes alone is
 * shown at once, a burst in slices, each within a part of a frame, so that typing and scrolling go on.
 * Neighbours: `connection.ts` brings, `store.ts` takes. Invariant: entries are applied in order, each
 * once; after one that does not fit none is, until a whole state has come.
 */
import { type Accessor, createSignal } from "solid-js";
import type { Commit, Hello } from "./wire.ts";

export interface IntakePorts {
  /** @throws Error when an entry does not fit */
  apply(commits: readonly Commit[]): void;
  /** Given one with a state. */
  replace(hello: Hello): void;
  /** The state cannot be continued. */
  onMisfit(): void;
  /** Runs soon, after what the browser has to do; also where the tab is hidden. */
  schedule(run: () => void): void;
  /** Milliseconds that only rise. */
  elapsed(): number;
}

export interface Intake {
  /** One without a state goes on where the entries end that have come, shown or not. */
  hello(hello: Hello): void;
  /** What came together. */
  commits(commits: readonly Commit[]): void;
  /** Whether more has come than fits into one slice. */
  behind: Accessor<boolean>;
}

/** Of a frame's 16 ms; the rest is the browser's. */
const SLICE_MS = 8;
/** Entries applied between two looks at the clock. */
const STEP = 16;

export function createIntake(ports: IntakePorts): Intake {
  const { elapsed } = ports;
  const [behind, setBehind] = createSignal(false);
  let queue: Commit[] = [];
  let scheduled = false;
  let restUntil = Number.NEGATIVE_INFINITY;

  function drain(): void {
    scheduled = false;
    const end = elapsed() + SLICE_MS;
    try {
      while (queue.length > 0 && elapsed() < end) ports.apply(queue.splice(0, STEP));
    } catch {
      queue = [];
      setBehind(false);
      ports.onMisfit();
      return;
    }
    restUntil = elapsed() + SLICE_MS;
    setBehind(queue.length > 0);
    if (queue.length > 0) later();
  }

  function later(): void {
    if (scheduled) return;
    scheduled = true;
    ports.schedule(drain);
  }

  return {
    behind,
    hello(hello) {
      if (hello.state === undefined) return;
      // What came before a whole state is part of it.
      queue = [];
      ports.replace(hello);
    },
    commits(commits) {
      queue.push(...commits);
      if (scheduled || elapsed() < restUntil) later();
      else drain();
    },
  };
}
