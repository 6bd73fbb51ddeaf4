/**
 * The engine's way to the archive: the record that a reopening needs, and the right words for a task
 * that is archived, not unknown. Neighbours: `engine.ts` asks, the journal keeps the rows.
 * Invariant: of those that bring something back one runs at a time, so that what was looked up is
 * still there when it is decided.
 */
import type { Recalled } from "./action.ts";
import { rejection } from "./errors.ts";
import type { Outcome } from "./outcome.ts";
import { type ArchiveReader, namedBy } from "./state/archive/archive.ts";
import type { Task } from "./state/tasks/task.ts";

export interface Recall {
  /** The archived task, or undefined where there is none. */
  recall(id: string): Promise<Recalled | undefined>;
  /** Runs when those before have ended. */
  alone<T>(run: () => Promise<T>): Promise<T>;
  /** Of these tasks those that are archived. */
  archived(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** An unknown task that is archived is refused in those words. */
  explain(outcome: Outcome): Promise<Outcome>;
}

export function createRecall(archive: ArchiveReader): Recall {
  let last: Promise<unknown> = Promise.resolve();

  async function archived(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await archive.findArchived("task", ids, "present");
    return new Set(rows.map(({ id }) => id));
  }

  return {
    archived,
    async recall(id) {
      const [row] = await archive.findArchived("task", [id]);
      if (!row) return undefined;
      const task = JSON.parse(row.json) as Task;
      return { task, seq: row.seq, archived: [...(await archived(namedBy(task)))] };
    },
    alone(run) {
      const mine = last.then(run);
      last = mine.catch(() => {});
      return mine;
    },
    async explain(outcome) {
      const id = missingIn(outcome);
      return id === undefined ? outcome : inWords(outcome, await archived([id]));
    },
  };
}

/** The task that a refusal found unknown. */
export function missingIn(outcome: Outcome): string | undefined {
  return outcome.ok ? undefined : outcome.missingTask;
}

/** @param archived what the archive says of the task that the outcome found unknown */
export function inWords(outcome: Outcome, archived: ReadonlySet<string>): Outcome {
  if (outcome.ok || outcome.missingTask === undefined) return outcome;
  const { missingTask: id, ...told } = outcome;
  if (!archived.has(id)) return told;
  return rejection("conflict", `task ${id} is archived; reopen it first`);
}
