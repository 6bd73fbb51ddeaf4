/**
 * A disk as a power cut leaves it: names and bytes that were synced are there; of what was not, any
 * part may be, in any order, torn in the middle of a write. Neighbours: `strace.ts` gives the calls.
 * Invariant: names change in their order, as a journaling file system keeps them; bytes in none.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Random } from "../support/random.ts";
import type { Call } from "./strace.ts";

type Change = { at: number; bytes: Buffer } | { size: number };

interface File {
  durable: Buffer;
  changes: Change[];
  /** How many of the changes the sync under way will have made durable. */
  syncing: number;
}

type Naming = { path: string; file: File | null };

/** What happens to unsynced changes: none is there, all are, or chance decides. */
export type Fate = "none" | "all" | "some";
export const FATES: readonly Fate[] = ["none", "all", "some", "some"];

const SECTOR_BYTES = 512;

export interface Disk {
  play(call: Call): void;
  /** Writes what is left after a power cut now into a folder. */
  writeImage(folder: string, fate: Fate, random: Random): void;
}

export function createDisk(): Disk {
  const names = new Map<string, File>();
  const durableNames = new Map<string, File>();
  const namings: Naming[] = [];
  let syncingNames = 0;

  function name(path: string, file: File | null): void {
    if (file) names.set(path, file);
    else names.delete(path);
    namings.push({ path, file });
  }

  function fileAt(path: string): File | undefined {
    return names.get(path);
  }

  return {
    play(call) {
      if (call.kind === "said") return;
      const file = fileAt(call.path);
      switch (call.kind) {
        case "create":
          if (!file) name(call.path, { durable: Buffer.alloc(0), changes: [], syncing: 0 });
          return;
        case "unlink":
          return name(call.path, null);
        case "rename":
          if (!file) throw new Error(`renamed what was never made: ${call.path}`);
          name(call.to, file);
          return name(call.path, null);
        case "write":
          file?.changes.push({ at: call.at, bytes: call.bytes });
          return;
        case "cut":
          file?.changes.push({ size: call.size });
          return;
        case "sync":
          if (file) file.syncing = file.changes.length;
          else syncingNames = namings.length;
          return;
        case "synced":
          if (file) {
            for (const change of file.changes.splice(0, file.syncing)) {
              file.durable = apply(file.durable, change);
            }
          } else {
            for (const naming of namings.splice(0, syncingNames)) rename(durableNames, naming);
          }
      }
    },
    writeImage(folder, fate, random) {
      mkdirSync(folder, { recursive: true });
      const left = new Map(durableNames);
      const kept = { none: 0, all: namings.length, some: random.whole(namings.length + 1) }[fate];
      for (const naming of namings.slice(0, kept)) rename(left, naming);
      for (const [path, file] of left) {
        writeFileSync(join(folder, basename(path)), contentOf(file, fate, random));
      }
    },
  };
}

function rename(names: Map<string, File>, { path, file }: Naming): void {
  if (file) names.set(path, file);
  else names.delete(path);
}

function contentOf({ durable, changes }: File, fate: Fate, random: Random): Buffer {
  let content = durable;
  if (fate === "none") return content;
  for (const change of changes) {
    if (fate === "all") content = apply(content, change);
    else if (random.whole(2) === 0) content = apply(content, torn(change, random));
  }
  return content;
}

/** Now and then only the first sectors of a write. */
function torn(change: Change, random: Random): Change {
  if (!("bytes" in change) || random.whole(3) > 0) return change;
  const sectors = Math.ceil(change.bytes.length / SECTOR_BYTES);
  return { at: change.at, bytes: change.bytes.subarray(0, random.whole(sectors) * SECTOR_BYTES) };
}

/** Copies, so that an image is not changed later. */
function apply(content: Buffer, change: Change): Buffer {
  if ("size" in change) {
    const next = Buffer.alloc(change.size);
    content.copy(next, 0, 0, Math.min(content.length, change.size));
    return next;
  }
  const end = change.at + change.bytes.length;
  const next = Buffer.alloc(Math.max(content.length, end));
  content.copy(next);
  change.bytes.copy(next, change.at);
  return next;
}
