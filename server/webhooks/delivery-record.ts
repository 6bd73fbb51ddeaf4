/**
 * What is known of one webhook's deliveries: how far it has been told, whether it is paused, the log.
 * Kept in a file of its own, outside the journal, so that a delivery makes no entry. Neighbours: the
 * courier writes it, the queries show it. Invariant: on disk the cursor may lag behind, and never runs
 * ahead of what was delivered or given up.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Delivery, Progress } from "../../core/state/webhooks/views.ts";
import type { Webhook } from "../../core/state/webhooks/webhook.ts";
import { readWhole, removeWhole, writeWhole } from "../whole-file.ts";

const MAX_LOGGED = 200;
/** What a crash makes known again; the journal's own syncs should not have to wait for these. */
const SAVE_WITHIN_MS = 200;

interface Kept extends Progress {
  /** The history that the numbers belong to. */
  journal: string;
  created_seq: number;
  /** The configuration that the attempts were made with. */
  version: number;
  paused: { at: string; reason: string; seq: number } | null;
  /** The delivery under way and how often it was tried. */
  trying: { delivery_id: string; attempts: number } | null;
  /** How far the redelivery asked for by an entry has come. */
  repeating: { entry: number; cursor: number } | null;
  failed_in_a_row: number;
  deliveries: Delivery[];
}

export interface DeliveryRecord {
  readonly now: Readonly<Kept>;
  /** Changes it, and has it written soon; what comes meanwhile is written together. */
  set(change: Partial<Kept>): void;
  /** Adds a delivery to the log, or replaces its earlier word; keeps the newest. */
  log(delivery: Delivery): void;
  /** Resolves once what was set is on disk, or could not be put there. */
  flush(): Promise<void>;
  remove(): Promise<void>;
}

export interface RecordOptions {
  dir: string;
  journal: string;
  /** The last entry of that journal. */
  head: number;
  onError(error: Error): void;
}

/** What is named so in the data folder is a webhook's. */
export const RECORD_FILE = /^webhook-(?:W-\d+|[0-9a-f]{64})\.json$/;

/** A state that was imported or restored may hold any id, also one that would lead out of the folder. */
export function recordFileOf(id: string): string {
  const name = /^W-\d{1,15}$/.test(id) ? id : createHash("sha256").update(id).digest("hex");
  return `webhook-${name}.json`;
}

/** Opens what is known of this webhook, or begins with what comes after it was made. */
export async function openDeliveryRecord(
  { id, created_seq, version }: Webhook,
  { dir, journal, head, onError }: RecordOptions,
): Promise<DeliveryRecord> {
  const path = join(dir, recordFileOf(id));
  const found = parse(await readWhole(path).catch(() => null));
  let now: Kept = {
    journal,
    created_seq,
    version,
    cursor: created_seq,
    paused: null,
    trying: null,
    repeating: null,
    failed_in_a_row: 0,
    deliveries: [],
  };
  // Another webhook of the same id, from before an older database was restored, tells us nothing.
  if (found && found.created_seq === created_seq) now = found;
  if (now.journal !== journal) {
    // Begun again after damage: the end of the old history is gone, and so is what was asked of it.
    now = { ...now, journal, cursor: Math.min(now.cursor, head), repeating: null };
  }
  let dirty = false;
  let removed = false;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    if (!dirty || removed) return;
    dirty = false;
    try {
      await writeWhole(path, JSON.stringify(now));
    } catch (error) {
      onError(error as Error);
    }
  }

  function writeNow(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write);
    return writing;
  }

  function save(): void {
    dirty = true;
    if (timer !== undefined) return;
    timer = setTimeout(() => void writeNow(), SAVE_WITHIN_MS);
    timer.unref();
  }

  return {
    get now() {
      return now;
    },
    set(change) {
      now = { ...now, ...change };
      save();
    },
    log(delivery) {
      const others = now.deliveries.filter(
        ({ delivery_id }) => delivery_id !== delivery.delivery_id,
      );
      now = { ...now, deliveries: [...others, delivery].slice(-MAX_LOGGED) };
      save();
    },
    flush: writeNow,
    async remove() {
      removed = true;
      await writeNow();
      await removeWhole(path);
    },
  };
}

/** What cannot be read is begun anew: better told twice than not at all. */
function parse(text: string | null): Kept | null {
  try {
    const kept = JSON.parse(text ?? "null") as Kept | null;
    return kept && Number.isInteger(kept.cursor) && Array.isArray(kept.deliveries) ? kept : null;
  } catch {
    return null;
  }
}
