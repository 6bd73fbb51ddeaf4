/**
 * Answers that change with the sequence number only, kept as bytes until it moves on. Neighbour:
 * `read.ts`. Invariant: one build for each read and sequence number, however many ask; two databases
 * never share a tag.
 */
import type { Engine } from "../core/index.ts";

export interface SnapshotCache {
  /** For `ETag`, quoted: as of the engine's head. */
  tag(): string;
  /** The pieces as of the engine's head, made by `build` when they are not at hand. */
  get(name: string, build: () => readonly Uint8Array[]): readonly Uint8Array[];
}

export function createSnapshotCache(engine: Pick<Engine, "view" | "journalId">): SnapshotCache {
  // One for each read that is declared `cached`, so its size is fixed.
  const kept = new Map<string, { tag: string; pieces: readonly Uint8Array[] }>();
  const tagNow = () => `"${engine.journalId()}-${engine.view().seq}"`;
  return {
    tag: tagNow,
    get(name, build) {
      const tag = tagNow();
      const known = kept.get(name);
      if (known?.tag === tag) return known.pieces;
      const pieces = build();
      kept.set(name, { tag, pieces });
      return pieces;
    },
  };
}

/** Whether the client's `If-None-Match` names this tag; weak or strong makes no difference here. */
export function isCurrent(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch
    .split(",")
    .map((given) => given.trim())
    .some((given) => given === "*" || given === tag || given === `W/${tag}`);
}
