/**
 * Answers that change with the sequence number only, kept as bytes until it moves on. Neighbour:
 * `read.ts`. Invariant: one build for each read and sequence number, however many ask; two databases
 * never share a tag.
 */
import type { Engine } from "../core/index.ts";

export interface Cached {
  /** For `ETag`, quoted. */
  tag: string;
  bytes: Buffer;
}

export interface SnapshotCache {
  /** The bytes as of the engine's head, made by `build` when they are not at hand. */
  get(name: string, build: () => object): Cached;
}

export function createSnapshotCache(engine: Pick<Engine, "view" | "journalId">): SnapshotCache {
  // One for each read that is declared `cached`, so its size is fixed.
  const kept = new Map<string, Cached>();
  return {
    get(name, build) {
      const tag = `"${engine.journalId()}-${engine.view().seq}"`;
      const known = kept.get(name);
      if (known?.tag === tag) return known;
      const cached = { tag, bytes: Buffer.from(JSON.stringify(build())) };
      kept.set(name, cached);
      return cached;
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
