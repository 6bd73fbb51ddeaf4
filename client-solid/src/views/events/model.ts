/**
 * The stream as the events view shows it: filtered by what the address says, the kept events and older
 * ones as one list. Neighbours: `Events.tsx`. Invariant: pure; an event is in the list once.
 */
import type { WireEvent } from "../../sync/wire.ts";

export interface EventFilter {
  kind: string;
  agent: string;
  task: string;
  /** Every word must occur. */
  text: string;
}

export function matches(event: WireEvent, { kind, agent, task, text }: EventFilter): boolean {
  if (kind && event.kind !== kind) return false;
  if (agent && !touches(event, agent)) return false;
  if (task && !touches(event, task.toUpperCase())) return false;
  if (!text) return true;
  const said = `${event.title} ${event.details} ${event.meta.action ?? ""}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => said.includes(word));
}

/** Whether one of the ids of its meta is this one; the action's name is no id. */
function touches({ meta }: WireEvent, id: string): boolean {
  return Object.entries(meta).some(
    ([key, value]) => key !== "action" && [value].flat().includes(id),
  );
}

/** Both newest first; what both have is taken once. */
export function joined(kept: readonly WireEvent[], older: readonly WireEvent[]): WireEvent[] {
  const oldest = kept.at(-1)?.id ?? Number.POSITIVE_INFINITY;
  return [...kept, ...older.filter(({ id }) => id < oldest)];
}
