/**
 * What is held in memory for those to whom it is being sent: many share a body, such as the state as of a number,
 * and bodies share the pieces that did not change; each stays until the last who is sent it has it. Neighbours:
 * transport-http holds the snapshots so, transport-ws the states of those who join. Invariants: a piece counts once,
 * and together they have a bounded size; who would need longest for the rest is let go for it, so whoever goes on
 * gets it whole, whoever else comes. How long is said by the slower of all its time and of late: much at first and
 * little then is slow.
 */

/** Twice the largest body where that is more: a new version never costs those who are sent the one before. */
const MAX_BYTES = 256 * 1024 * 1024;
/** Not just below the bound: the next version would find it passed again. */
const KEPT = 3 / 4;

export type Body = readonly Uint8Array[];

/** What counts as of late, in milliseconds: so long at least. */
const LATE_MS = 5_000;
/** To ask a crowd takes its time. */
const ASK_EVERY_MS = 1_000;

/** One to whom a body is being sent. */
export interface Holder {
  /** In bytes: what is left of the body, and all that its connection has taken, whatever of. */
  progress(): { left: number; taken: number };
  letGo(): void;
}

/** What a connection had taken at a time. */
interface Mark {
  at: number;
  taken: number;
}

interface Progress {
  begun: Mark;
  /** The later one is `LATE_MS` behind the one before it, at least. */
  marks: [before: Mark, later: Mark];
}

interface Sending {
  length: number;
  holders: Map<Holder, Progress>;
}

export interface Holding {
  /** @returns is to be called, once or more often, when it is sent or not needed any more */
  hold(body: Body, holder: Holder): () => void;
  bytes(): number;
}

/** @param now milliseconds, of any beginning */
export function createHolding({
  now,
  maxBytes = MAX_BYTES,
}: {
  now(): number;
  maxBytes?: number | undefined;
}): Holding {
  const bodies = new Map<Body, Sending>();
  /** In how many bodies each is. */
  const pieces = new Map<Uint8Array, number>();
  let bytes = 0;
  let askedAt = Number.NEGATIVE_INFINITY;

  function add(body: Body): Sending {
    for (const piece of body) {
      const uses = pieces.get(piece) ?? 0;
      if (uses === 0) bytes += piece.length;
      pieces.set(piece, uses + 1);
    }
    const sending: Sending = { length: lengthOf(body), holders: new Map() };
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
    const byTime: { body: Body; holders: Sending["holders"]; time: number }[] = [];
    for (const [body, { holders }] of bodies) {
      if (body === newest) continue;
      let time = Number.POSITIVE_INFINITY;
      for (const [holder, known] of holders) time = Math.min(time, timeLeft(holder, known));
      byTime.push({ body, holders, time });
    }
    byTime.sort((a, b) => b.time - a.time);
    for (const { body, holders } of byTime) {
      if (bytes <= most * KEPT) return;
      drop(body);
      for (const holder of [...holders.keys()]) holder.letGo();
    }
  }

  function timeLeft(holder: Holder, { begun, marks: [before] }: Progress): number {
    const { left, taken } = holder.progress();
    const since = (mark: Mark) => (left * (now() - mark.at)) / Math.max(1, taken - mark.taken);
    return Math.max(since(begun), since(before));
  }

  /** So that it is known of each what it took of late, once there is too much. */
  function askAll(): void {
    const at = now();
    if (at - askedAt < ASK_EVERY_MS) return;
    askedAt = at;
    for (const { holders } of bodies.values()) {
      for (const [holder, known] of holders) {
        const [, later] = known.marks;
        if (at - later.at < LATE_MS) continue;
        known.marks = [later, { at, taken: holder.progress().taken }];
      }
    }
  }

  return {
    hold(body, holder) {
      askAll();
      const sending = bodies.get(body) ?? add(body);
      const begun = { at: now(), taken: holder.progress().taken };
      sending.holders.set(holder, { begun, marks: [begun, begun] });
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
