/**
 * What all connections hold together: each has its bounds, and many that take little would still fill the
 * memory of the process. Neighbours: `line.ts` counts its requests here, `connections.ts` has the lines.
 * Invariants: of requests under way and waiting there is a bounded number, beside one for each connection; of
 * answers that were made and are not taken a bounded size, beyond which those are cut off who hold the longest.
 */
import type { Socket } from "node:net";
import type { Line } from "./line.ts";

/** From here on a connection has one request under way, and no more. */
const MANY_UNDER_WAY = 16_384;
const MAX_WAITING = 16_384;
/** Of bodies that nobody else has. */
const MAX_HELD_BYTES = 256 * 1024 * 1024;

export interface Room {
  underWay: number;
  waiting: number;
  isCrowded(): boolean;
  /** No more may wait. */
  isFull(): boolean;
}

export function createRoom({ many = MANY_UNDER_WAY, most = MAX_WAITING } = {}): Room {
  return {
    underWay: 0,
    waiting: 0,
    isCrowded() {
      return this.underWay >= many;
    },
    isFull() {
      return this.waiting > most;
    },
  };
}

/** Too many wait: that line ends which has the most, not whoever came last. */
export function endLongest(lines: Iterable<Line>): void {
  let longest: Line | null = null;
  for (const line of lines) if (!longest || line.waits() > longest.waits()) longest = line;
  longest?.cutOff("crowded");
}

export interface HeldOptions {
  maxBytes?: number;
  everyMs?: number;
}

/** Watches what waits to be taken; answers what stops it. */
export function watchHeld(
  lines: ReadonlyMap<Socket, Line>,
  { maxBytes = MAX_HELD_BYTES, everyMs = 500 }: HeldOptions = {},
): () => void {
  /** In how many looks one after the other a connection held anything. */
  let seen = new Map<Socket, number>();

  function look(): void {
    const holders: { socket: Socket; line: Line; bytes: number; looks: number }[] = [];
    let total = 0;
    for (const [socket, line] of lines) {
      const bytes = line.held();
      if (bytes === 0) continue;
      total += bytes;
      holders.push({ socket, line, bytes, looks: (seen.get(socket) ?? 0) + 1 });
    }
    seen = new Map(holders.map(({ socket, looks }) => [socket, looks]));
    if (total <= maxBytes) return;
    holders.sort((a, b) => b.looks - a.looks || b.bytes - a.bytes);
    for (const { line, bytes } of holders) {
      // Not just below the bound: the next look would find it passed again.
      if (total <= maxBytes / 2) return;
      total -= bytes;
      line.cutOff("held");
    }
  }

  const looking = setInterval(look, everyMs);
  looking.unref();
  return () => clearInterval(looking);
}
