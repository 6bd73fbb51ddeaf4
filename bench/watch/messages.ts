/**
 * What the bench and its process of watchers say to each other: one call, one answer. Neighbours:
 * `watchers.ts` calls, `main.ts` answers.
 */
import type { DialectName } from "./dialects.ts";

export type Call =
  | { name: "open"; port: number; count: number; wire: "ws" | "sse"; dialect: DialectName }
  /** What comes from now on is counted. */
  | { name: "begin" }
  /** Answered once every watcher has had so many updates, or nothing has come for a while. */
  | { name: "await"; updates: number }
  /** So many new watchers at once; answered when each has its whole first message. */
  | { name: "join"; port: number; count: number; path: string; deflate: boolean }
  | { name: "close" };

export interface Seen {
  /** By all watchers together. */
  updates: number;
  bytes: number;
  /** Updates that were not the next one of their watcher. */
  disorder: number;
  /** Watchers that have had everything. */
  complete: number;
  /** When the last watcher had the n-th update. */
  lastAt: number[];
}

export interface Joined {
  /** Milliseconds of each, from asking to the end of the first message. */
  times: number[];
  /** Of one first message, as it came over the wire. */
  bytes: number;
}
