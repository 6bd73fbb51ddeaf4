/**
 * What is held in memory for those to whom it is being sent: many share a body, such as the state as of a number,
 * and bodies share the pieces that did not change; each stays until the last who is sent it has it. Neighbours:
 * transport-http holds the snapshots so, transport-ws the states of those who join. Invariants: a piece counts once,
 * and together they have a bounded size; who would need longest for the rest is let go for it, so whoever goes on
 * gets it whole, whoever else comes.
 */

/** Twice the largest body where that is more: a new version never costs those who are sent the one before. */
const MAX_BYTES = 256 * 1024 * 1024;
/** Not just below the bound: the next version would find it passed again. */
const KEPT = 3 / 4;

export type Body = readonly Uint8Array[];

/** One to whom a body is being sent. */
export interface Holder {
  /** How long the rest will take if it goes on as it did, by any measure that is the same for all. */
  timeLeft(): number;
  letGo(): void;
}

interface Sending {
  length: number;
  holders: Set<Holder>;
}

export interface Holding {
  /** @returns is to be called, once or more often, when it is sent or not needed any more */
  hold(body: Body, holder: Holder): () => void;
  bytes(): number;
}

export function createHolding({
  maxBytes = MAX_BYTES,
}: {
  maxBytes?: number | undefined;
} = {}): Holding {
  const bodies = new Map<Body, Sending>();
  /** In how many bodies each is. */
  const pieces = new Map<Uint8Array, number>();
  let bytes = 0;

  function add(body: Body): Sending {
    for (const piece of body) {
      const uses = pieces.get(piece) ?? 0;
      if (uses === 0) bytes += piece.length;
      pieces.set(piece, uses + 1);
    }
    const sending: Sending = { length: lengthOf(body), holders: new Set() };
    bodies.set(body, sending);
    return sending;
  }

  function drop(body: Body): void {
    if (!bodies.delete(body)) return;
    for (const piece of body) {
      const uses = pieces.get(piece) ?? 0;
      if (uses > 1) pieces.set(piece, uses - 1);
      else {
        pieces.delete(piece);
        bytes -= piece.length;
      }
    }
  }

  function makeRoom(newest: Body): void {
    let largest = 0;
    for (const { length } of bodies.values()) largest = Math.max(largest, length);
    const most = Math.max(maxBytes, 2 * largest);
    if (bytes <= most) return;
    const byTime: { body: Body; holders: Set<Holder>; time: number }[] = [];
    for (const [body, { holders }] of bodies) {
      if (body === newest) continue;
      let time = Number.POSITIVE_INFINITY;
      for (const holder of holders) time = Math.min(time, holder.timeLeft());
      byTime.push({ body, holders, time });
    }
    byTime.sort((a, b) => b.time - a.time);
    for (const { body, holders } of byTime) {
      if (bytes <= most * KEPT) return;
      drop(body);
      for (const holder of [...holders]) holder.letGo();
    }
  }

  return {
    hold(body, holder) {
      const sending = bodies.get(body) ?? add(body);
      sending.holders.add(holder);
      if (bytes > maxBytes) makeRoom(body);
      return () => {
        sending.holders.delete(holder);
        if (sending.holders.size === 0 && bodies.get(body) === sending) drop(body);
      };
    },
    bytes: () => bytes,
  };
}

export function lengthOf(body: Body): number {
  return body.reduce((sum, { length }) => sum + length, 0);
}
