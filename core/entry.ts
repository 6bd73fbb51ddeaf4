/**
 * The entry: one committed action as the journal keeps it and the streams show it. Neighbours: the
 * engine makes it, the journal stores its text, SSE and WebSocket encode it.
 * Invariant: an entry read back from its text equals the one that was written.
 */
import type { Action } from "./action.ts";
import type { Patch } from "./patch.ts";
import type { EventDraft } from "./reduce.ts";
import type { ArchiveStep } from "./state/archive/archive.ts";

/** reference.txt, "Event format": what stands in `data:`. */
export interface StreamEvent extends EventDraft {
  /** The entry's sequence number. */
  id: number;
}

export interface Entry {
  seq: number;
  action: Action;
  patches: Patch[];
  event: StreamEvent;
  /** What it did to the archive: with the patches, all that it changed. */
  archive?: ArchiveStep;
  /** The caller's idempotency key, and the answer a retry with it gets again. */
  key?: string;
  reply?: object;
  /** What was asked with the batch that ended with this entry, as its digest, where the key was that of all of it. */
  batch?: string;
  /** What the request said beside the payload, where it came with a key: the fields nobody knows. */
  warnings?: readonly string[];
}
