/**
 * Who is where: an agent's place follows from its state, and it keeps its seat while others come and
 * go. Neighbours: `floor-plan.ts` knows the seats, `Person.tsx` walks. Pure.
 * Invariants: no two have the same seat; who stays in a zone stays on the same seat.
 */
import type { AgentStatus } from "../../../../core/state/agents/agent.ts";
import {
  CORRIDOR_X,
  DOOR,
  deskSeat,
  loungeSeat,
  MAX_PODS,
  type Point,
  railSeat,
  tableSeat,
  type Zone,
} from "./floor-plan.ts";

/** What of an agent decides its place. */
export interface Occupant {
  id: string;
  status: AgentStatus;
  /** Whose desks it works at. */
  specialist: string;
}

export interface Place extends Point {
  zone: Zone;
  /** Of the desks: which group; 0 elsewhere. */
  pod: number;
  seat: number;
}

const ZONE_OF: Record<Exclude<AgentStatus, "offline">, Zone> = {
  working: "desks",
  validation: "rail",
  blocked: "table",
  idle: "lounge",
};

/** The specialisms that have desks, in the given order; the last pod takes all that are too many. */
export function podsOf(specialists: readonly string[]): string[] {
  const known = [...new Set(specialists)];
  return known.length <= MAX_PODS ? known : [...known.slice(0, MAX_PODS - 1), "others"];
}

/**
 * The places of all who are there, given those of before.
 * @param pods as `podsOf` has them
 */
export function placesFor(
  occupants: readonly Occupant[],
  pods: readonly string[],
  before: ReadonlyMap<string, Place>,
): Map<string, Place> {
  const wanted = occupants.flatMap(({ id, status, specialist }) => {
    if (status === "offline") return [];
    const zone = ZONE_OF[status];
    const pod = zone === "desks" ? podOf(pods, specialist) : 0;
    return [{ id, zone, pod }];
  });
  const taken = new Map<string, Set<number>>();
  const takenIn = (key: string) => {
    const seats = taken.get(key) ?? new Set<number>();
    taken.set(key, seats);
    return seats;
  };
  const places = new Map<string, Place>();
  for (const { id, zone, pod } of wanted) {
    const old = before.get(id);
    if (old?.zone !== zone || old.pod !== pod) continue;
    places.set(id, old);
    takenIn(`${zone} ${pod}`).add(old.seat);
  }
  for (const { id, zone, pod } of wanted) {
    if (places.has(id)) continue;
    const seats = takenIn(`${zone} ${pod}`);
    let seat = 0;
    while (seats.has(seat)) seat++;
    seats.add(seat);
    places.set(id, { zone, pod, seat, ...pointOf(zone, pod, seat) });
  }
  return places;
}

function podOf(pods: readonly string[], specialist: string): number {
  const at = pods.indexOf(specialist);
  return at < 0 ? Math.max(0, pods.length - 1) : at;
}

function pointOf(zone: Zone, pod: number, seat: number): Point {
  if (zone === "desks") return deskSeat(pod, seat);
  if (zone === "rail") return railSeat(seat);
  return zone === "table" ? tableSeat(seat) : loungeSeat(seat);
}

/** The way from one point to another: along the aisle before each, and the corridor between. */
export function wayBetween(from: Point, to: Point): Point[] {
  const leave = { x: from.x, y: aisleAt(from) };
  const arrive = { x: to.x, y: aisleAt(to) };
  const sameSide = from.x < CORRIDOR_X === to.x < CORRIDOR_X && leave.y === arrive.y;
  const corridor = sameSide
    ? []
    : [
        { x: CORRIDOR_X, y: leave.y },
        { x: CORRIDOR_X, y: arrive.y },
      ];
  return withoutStops([from, leave, ...corridor, arrive, to]);
}

/** The free floor nearest below a point. */
function aisleAt({ x, y }: Point): number {
  if (y >= DOOR.y) return y;
  const aisles = x < CORRIDOR_X ? [336, 508, 690] : [318, 500, 690];
  return aisles.find((aisle) => aisle > y) ?? DOOR.y;
}

function withoutStops(way: readonly Point[]): Point[] {
  return way.filter((point, at) => {
    const last = way[at - 1];
    return !last || last.x !== point.x || last.y !== point.y;
  });
}

export function lengthOf(way: readonly Point[]): number {
  return way.reduce((sum, point, at) => {
    const last = way[at - 1];
    return last ? sum + Math.hypot(point.x - last.x, point.y - last.y) : 0;
  }, 0);
}
