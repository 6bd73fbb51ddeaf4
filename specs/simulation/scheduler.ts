/**
 * The one source of order in a simulated world: whatever may happen next is drawn by the seed, one step
 * at a time, and noted. Neighbours: everything in this folder adds steps. Invariant: with one seed the
 * same steps run in the same order; nothing else wakes anybody.
 */
import { createHash } from "node:crypto";
import type { Random } from "../support/random.ts";

export interface Scheduler {
  /** Runs at some later step. Gives back what cancels it. */
  add(name: string, run: () => void): () => void;
  /** The same, not before so many milliseconds are over. */
  after(delayMs: number, name: string, run: () => void): () => void;
  /** One step and all that follows from it at once; false when nothing is due. */
  step(): Promise<boolean>;
  /** Notes what happened, for the trace. */
  note(text: string): void;
  /** Of all that happened so far. */
  trace(): string;
  /** The last things that happened, for a report. */
  recent(): readonly string[];
}

interface Step {
  name: string;
  due: number;
  run(): void;
}

const RECENT = 12;

/** @param now milliseconds on a clock that never goes back */
export function createScheduler(random: Random, now: () => number): Scheduler {
  let steps: Step[] = [];
  const hash = createHash("sha256");
  const recent: string[] = [];

  function note(text: string): void {
    hash.update(`${text}\n`);
    recent.push(text.slice(0, 200));
    if (recent.length > RECENT) recent.shift();
  }

  function at(due: number, name: string, run: () => void): () => void {
    const step = { name, due, run };
    steps.push(step);
    return () => {
      steps = steps.filter((other) => other !== step);
    };
  }

  return {
    after: (delayMs, name, run) => at(now() + delayMs, name, run),
    add: (name, run) => at(Number.NEGATIVE_INFINITY, name, run),
    async step() {
      const due = steps.filter((step) => step.due <= now());
      if (due.length === 0) return false;
      const step = random.pick(due);
      steps = steps.filter((other) => other !== step);
      note(step.name);
      step.run();
      // All promises that hang on it, and those that hang on them.
      await new Promise((resolve) => setImmediate(resolve));
      return true;
    },
    note,
    trace: () => hash.copy().digest("hex"),
    recent: () => recent,
  };
}
