/**
 * Answers that change with the sequence number only, kept as bytes until it moves on. Neighbour:
 * `read.ts`. Invariant: one build for each read and sequence number, however many ask, and one at a time;
 * nobody is given what was begun before it asked and is older than it may know; two databases never
 * share a tag.
 */
import type { Engine } from "../core/index.ts";

export interface Kept {
  /** For `ETag`, quoted: of the entry as of which it is. */
  tag: string;
  pieces: readonly Uint8Array[];
}

/** At once, or after turns of the event loop. */
export type Build = () => readonly Uint8Array[] | Promise<readonly Uint8Array[]>;

export interface SnapshotCache {
  /** As of the engine's head. */
  tag(): string;
  /** As of the engine's head or later; made by `build`, which begins with the head, when not at hand. */
  get(name: string, build: Build): Kept | Promise<Kept>;
}

/** What is being made. */
interface UnderWay {
  tag: string;
  made: Promise<Kept>;
  /** For those who came after a later write. */
  next: Promise<Kept> | null;
}

export function createSnapshotCache(engine: Pick<Engine, "view" | "journalId">): SnapshotCache {
  // One for each read that is declared `cached`, so their size is fixed.
  const kept = new Map<string, Kept>();
  const underWay = new Map<string, UnderWay>();
  const tagNow = () => `"${engine.journalId()}-${engine.view().seq}"`;

  function begin(name: string, build: Build): Kept | Promise<Kept> {
    const tag = tagNow();
    const keep = (pieces: readonly Uint8Array[]) => {
      const made = { tag, pieces };
      kept.set(name, made);
      return made;
    };
    const built = build();
    if (!(built instanceof Promise)) return keep(built);
    const made = built.then(keep).finally(() => underWay.delete(name));
    underWay.set(name, { tag, made, next: null });
    return made;
  }

  function get(name: string, build: Build): Kept | Promise<Kept> {
    const tag = tagNow();
    const known = kept.get(name);
    if (known?.tag === tag) return known;
    const going = underWay.get(name);
    if (!going) return begin(name, build);
    if (going.tag === tag) return going.made;
    const again = () => get(name, build);
    going.next ??= going.made.then(again, again);
    return going.next;
  }

  return { tag: tagNow, get };
}

/** Whether the client's `If-None-Match` names this tag; weak or strong makes no difference here. */
export function isCurrent(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch
    .split(",")
    .map((given) => given.trim())
    .some((given) => given === "*" || given === tag || given === `W/${tag}`);
}
