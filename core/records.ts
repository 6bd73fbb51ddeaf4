/**
 * What the journal keeps of a decision: its text, made when it is decided. Neighbours: `commits.ts` has it
 * written, `batch-dispatch.ts` makes that of each action of a batch by itself and counts its characters.
 * Invariant: nothing of an entry changes once its record is made.
 */
import type { Entry } from "./entry.ts";
import { toJournalKey } from "./idempotency.ts";
import { textAtHand } from "./json.ts";
import { OWNER } from "./permissions.ts";
import type { JournalRecord } from "./ports.ts";
import { toArchiveChange } from "./state/archive/archive.ts";

/** The answer to a batch is as large as all that it changed: its text, which there is, is not made again. */
function toText(entry: Entry): string {
  const { reply, batch, warnings, ...own } = entry;
  const text = batch === undefined || reply === undefined ? undefined : textAtHand(reply);
  if (text === undefined) return JSON.stringify(entry);
  const rest = JSON.stringify({ batch, warnings }).slice(1);
  return `${JSON.stringify(own).slice(0, -1)},"reply":${text},${rest}`;
}

export function toRecord(entry: Entry): JournalRecord {
  const { seq, key, action, archive } = entry;
  const { by = OWNER.name } = action.stamp;
  return {
    seq,
    json: toText(entry),
    key: key === undefined ? null : toJournalKey({ by, key }),
    ...(archive && { archive: toArchiveChange(archive) }),
  };
}

/** The characters of their texts together. */
export function charactersOf(records: readonly JournalRecord[]): number {
  return records.reduce((sum, { json }) => sum + json.length, 0);
}
