/** Engines for the specs of batches, closed after each, and what a batch says. Neighbour: `core.ts`. */
import type { Test } from "uvu";
import {
  createMemoryJournal,
  type Engine,
  type EngineOptions,
  type Entry,
  type Journal,
  type Outcome,
  openEngine,
} from "../../core/index.ts";
import { AT, createIds } from "./core.ts";
import { readAll } from "./journal.ts";

const opened: Engine[] = [];

export async function open(
  journal: Journal = createMemoryJournal(),
  { company = true, ...more }: Partial<EngineOptions> & { company?: boolean } = {},
): Promise<Engine> {
  const engine = await openEngine({ journal, clock: () => AT, newId: createIds(), ...more });
  opened.push(engine);
  if (company) await engine.dispatch("demo/reset", {});
  return engine;
}

export function closeAfterEach(test: Test): void {
  test.after.each(async () => {
    for (const engine of opened.splice(0)) await engine.close();
  });
}

export interface One {
  action: string;
  body: unknown;
  idempotency_key?: string;
}

export const send = (
  engine: Engine,
  actions: readonly unknown[],
  more: object = {},
  key?: string,
): Promise<Outcome> => engine.dispatchUnknown("batch", { actions, ...more }, { key });

export type Result = { status: number } & Record<string, unknown>;

export function resultsOf(outcome: Outcome): Result[] {
  if (!outcome.ok) throw new Error(outcome.message);
  return (outcome.reply as { results: Result[] }).results;
}

export async function entriesOf(journal: Journal): Promise<Entry[]> {
  return (await readAll(journal)).map(({ json }) => JSON.parse(json) as Entry);
}

export const unknownField = (field: string): string => `unknown field: ${field}`;
