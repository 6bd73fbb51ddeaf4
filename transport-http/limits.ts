/**
 * The write limit: so many POSTs from one address in any 60 seconds, so many actions in batches, and so many
 * characters for the journal. Neighbours: `write.ts`, which asks before it reads anything, and `app.ts` for
 * what is mounted. Invariants: who is refused is told which bound it met; a fixed number of slots for each
 * address, a bounded number of addresses; whoever waits as long as it is told gets through, where nobody else uses
 * the address, and a third of the bounds is there for people whatever others do.
 */
import type { IncomingMessage } from "node:http";
import { isIPv4, isIPv6 } from "node:net";
import { isOfPeople, MAX_ACTIONS, MAX_JOURNALED, type Principal } from "../core/index.ts";

const WINDOW_MS = 60_000;
const MAX_PER_MINUTE = 1_000_000;
const MAX_ADDRESSES = 10_000;
/** Bounds the memory of all addresses together: 8 bytes a slot. */
const MAX_SLOTS = 4_000_000;

/** A batch is one write of somebody's many; without a bound of its own it would stretch the limit 500-fold. */
const ACTIONS_A_WRITE = 100;

/** Of what is journaled: more than any body makes of itself, and some of the answer that is kept with its key. */
const CHARACTERS_A_WRITE = 1_000_000;

/** Of each bound, what people have for themselves once others at their address have used it up. */
const PART_OF_PEOPLE = 1 / 3;

/** Which bound an address has met: in words and numbers, and when it is over. */
export interface TooMuch {
  message: string;
  waitSeconds: number;
}

export interface WriteLimit {
  /** Null when the write may go on, which then counts; asked before anything of it is read. */
  admit(sender: WriteCaller): TooMuch | null;
  /** The same for the actions of a batch, all of them or none. */
  admitActions(sender: WriteCaller, count: number): TooMuch | null;
  /** Counts what a write had the journal write, which is known only afterwards. */
  wrote(sender: WriteCaller, characters: number): void;
}

export interface WriteCaller {
  address: string;
  /** It comes with a token of people: agents at the same address, or who has no token, must not use up all of it. */
  isPerson: boolean;
}

/** @param caller whose token is in the header, which is known before a body is read */
export function senderOf({ socket }: IncomingMessage, caller: Principal | null): WriteCaller {
  const address = socket.remoteAddress ?? "unknown";
  return { address, isPerson: caller !== null && isOfPeople(caller) };
}

/** When each of the last writes of one address came, the oldest at `next`. */
interface Ring {
  times: Float64Array;
  next: number;
}

/**
 * @param perMinute at most a million, beyond which a limit means nothing
 * @param clock milliseconds
 * @throws RangeError when `perMinute` is no positive number
 */
export function createWriteLimit(perMinute: number, clock: () => number): WriteLimit {
  if (!(perMinute >= 1)) throw new RangeError("writesPerMinute must be at least 1");
  const shared = createBounds(perMinute, clock);
  const ofPeople = createBounds(Math.max(1, Math.floor(perMinute * PART_OF_PEOPLE)), clock);

  function tooMuch(waitSeconds: number, bound: string): TooMuch | null {
    if (waitSeconds === 0) return null;
    return { message: `more than ${bound}; try again in ${waitSeconds} s`, waitSeconds };
  }

  /** What people send counts with all the rest, and beside it: up to their part it passes where that is used up. */
  function take(
    kind: "writes" | "actions",
    { address, isPerson }: WriteCaller,
    count: number,
  ): number {
    const place = placeOf(address);
    const wait = shared[kind].take(place, count);
    if (!isPerson) return wait;
    if (wait > 0) return Math.min(wait, ofPeople[kind].take(place, count));
    ofPeople[kind].note(place, count);
    return 0;
  }

  function waitWritten({ address, isPerson }: WriteCaller): number {
    const place = placeOf(address);
    const wait = shared.written.wait(place);
    return isPerson ? Math.min(wait, ofPeople.written.wait(place)) : wait;
  }

  return {
    admit: (sender) =>
      tooMuch(
        take("writes", sender, 1),
        `${perMinute} writes in a minute from this address (CLAWTASKER_WRITE_LIMIT)`,
      ) ??
      tooMuch(
        waitWritten(sender),
        `${shared.charactersPerMinute} characters written to the journal in a minute for this address (a million for each write of CLAWTASKER_WRITE_LIMIT)`,
      ),
    admitActions: (sender, count) =>
      tooMuch(
        take("actions", sender, Math.min(count, MAX_ACTIONS)),
        `${shared.actionsPerMinute} actions in batches in a minute from this address (a hundred for each write of CLAWTASKER_WRITE_LIMIT)`,
      ),
    wrote({ address, isPerson }, characters) {
      const place = placeOf(address);
      shared.written.add(place, characters);
      if (isPerson) ofPeople.written.add(place, characters);
    },
  };
}

function createBounds(perMinute: number, clock: () => number) {
  // The largest batch passes, however small the limit.
  const actionsPerMinute = Math.max(perMinute * ACTIONS_A_WRITE, MAX_ACTIONS);
  const charactersPerMinute = Math.max(perMinute * CHARACTERS_A_WRITE, MAX_JOURNALED);
  return {
    actionsPerMinute,
    charactersPerMinute,
    writes: createWindow(perMinute, clock),
    actions: createWindow(actionsPerMinute, clock),
    written: createLevels(charactersPerMinute, clock),
  };
}

/** Whose a request is, where places are shared out: by its token, where one was asked for, and by its address. */
export function whoIs(
  { socket }: { socket: Pick<IncomingMessage["socket"], "remoteAddress"> },
  token = "",
): string {
  return `${token} ${placeOf(socket.remoteAddress ?? "")}`;
}

/**
 * What has one allowance: this machine, whichever of its loopback addresses is used; a network of IPv6 (64
 * bits), of which a single machine has all; else the address.
 */
function placeOf(address: string): string {
  if (isIPv4(address)) return address.startsWith("127.") ? LOOPBACK : address;
  if (!isIPv6(address)) return address;
  // In its one spelling, which has no IPv4 in it.
  const { hostname } = new URL(`http://[${address.replace(/%.*/, "")}]`);
  const [left = "", right] = hostname.slice(1, -1).split("::");
  const words = (text: string) => (text === "" ? [] : text.split(":"));
  const [front, back] = [words(left), words(right ?? "")];
  const all = [...front, ...Array<string>(8 - front.length - back.length).fill("0"), ...back];
  const [high = "0", low = "0"] = all.slice(-2);
  const prefix = all.slice(0, 6).join(":");
  if (prefix === "0:0:0:0:0:ffff") {
    const bytes = [high, low].flatMap((word) => {
      const number = Number.parseInt(word, 16);
      return [number >> 8, number & 255];
    });
    return placeOf(bytes.join("."));
  }
  if (prefix === "0:0:0:0:0:0" && high === "0" && low === "1") return LOOPBACK;
  return all.slice(0, 4).join(":");
}

const LOOPBACK = "127.0.0.0/8";

/** How much of one address is known only afterwards: it falls by so much a minute, and above that nothing goes on. */
function createLevels(perMinute: number, clock: () => number) {
  const perMs = perMinute / WINDOW_MS;
  // In the order of last use, so that the one to forget stands first.
  const levels = new Map<string, { level: number; at: number }>();

  function levelOf(address: string): number {
    const known = levels.get(address);
    const elapsed = clock() - (known?.at ?? 0);
    // A clock set back must not lock anybody out.
    return known && elapsed >= 0 ? Math.max(0, known.level - elapsed * perMs) : 0;
  }

  return {
    wait(address: string): number {
      const over = levelOf(address) - perMinute;
      return over > 0 ? Math.ceil(over / perMs / 1_000) : 0;
    },
    add(address: string, amount: number): void {
      const level = levelOf(address) + amount;
      levels.delete(address);
      levels.set(address, { level, at: clock() });
      if (levels.size <= MAX_ADDRESSES) return;
      for (const longestUnused of levels.keys()) {
        levels.delete(longestUnused);
        return;
      }
    },
  };
}

/** Admits so many from one address in any 60 seconds; `count` at once take that many slots, or none. */
function createWindow(perMinute: number, clock: () => number) {
  const slots = Math.min(Math.floor(perMinute), MAX_PER_MINUTE);
  const maxAddresses = Math.max(1, Math.min(MAX_ADDRESSES, Math.floor(MAX_SLOTS / slots)));
  // In the order of last use, so that the one to forget stands first.
  const rings = new Map<string, Ring>();

  function ringOf(address: string): Ring {
    const known = rings.get(address);
    if (known) rings.delete(address);
    else if (rings.size >= maxAddresses) {
      for (const longestUnused of rings.keys()) {
        rings.delete(longestUnused);
        break;
      }
    }
    const ring = known ?? {
      times: new Float64Array(slots).fill(Number.NEGATIVE_INFINITY),
      next: 0,
    };
    rings.set(address, ring);
    return ring;
  }

  function enter(ring: Ring, count: number, now: number): void {
    for (let n = 0; n < Math.min(count, slots); n++) {
      ring.times[ring.next] = now;
      ring.next = (ring.next + 1) % slots;
    }
  }

  return {
    /** @returns the seconds to wait, or 0 where they were taken */
    take(address: string, count: number): number {
      const ring = ringOf(address);
      const now = clock();
      // The youngest of those whose slots are needed.
      const last = (ring.next + Math.max(count, 1) - 1) % slots;
      const ageMs = now - (ring.times[last] ?? Number.NEGATIVE_INFINITY);
      // A clock set back must not lock anybody out: what lies in the future is forgotten.
      if (ageMs >= 0 && ageMs < WINDOW_MS) return Math.ceil((WINDOW_MS - ageMs) / 1_000);
      enter(ring, count, now);
      return 0;
    },
    /** Takes them whatever was taken before. */
    note: (address: string, count: number) => enter(ringOf(address), count, clock()),
  };
}
