/**
 * The plan of the room: where the zones, the desks and the seats are. Pure geometry, in the units of
 * the drawing (1200 × 720, y downwards, a point is where somebody's feet are). Neighbours: `places.ts`
 * gives seats to agents, `Room.tsx` draws. Invariant: every zone has a seat for any number.
 */
export const ROOM = { width: 1200, height: 720 } as const;

export interface Point {
  x: number;
  y: number;
}

/** Where the room is entered and left. */
export const DOOR: Point = { x: 818, y: 706 };

export const ZONES = ["desks", "rail", "table", "lounge"] as const;
export type Zone = (typeof ZONES)[number];

/** The aisle between the desks and the rest; all long ways lead along it. */
export const CORRIDOR_X = 818;

const POD = { left: 34, top: 176, width: 190, height: 172, columns: 4 } as const;
export const MAX_PODS = 12;
export const DESK = { width: 76, depth: 26, gap: 10 } as const;
/** Seats of a pod that have a desk. */
export const DESKS_PER_POD = 2;

/** The left upper corner of a pod. */
export function podAt(pod: number): Point {
  const column = pod % POD.columns;
  const row = Math.floor(pod / POD.columns);
  return { x: POD.left + column * POD.width, y: POD.top + row * POD.height };
}

/** The left upper corner of the top of a desk. */
export function deskAt(pod: number, desk: number): Point {
  const { x, y } = podAt(pod);
  return { x: x + 8 + desk * (DESK.width + DESK.gap), y: y + 76 };
}

/** Behind a desk; those who find none free stand in rows before the desks. */
export function deskSeat(pod: number, seat: number): Point {
  if (seat < DESKS_PER_POD) {
    const { x, y } = deskAt(pod, seat);
    return { x: x + DESK.width / 2, y: y + 6 };
  }
  const { x, y } = podAt(pod);
  return inRows({ x: x + 20, y: y + 140 }, seat - DESKS_PER_POD, 6, 29, 14);
}

export const RAIL = { x: 864, y: 236, width: 296, depth: 22 } as const;

/** Behind the rail, eight side by side; more stand before it. */
export function railSeat(seat: number): Point {
  if (seat < 8) return { x: RAIL.x + 18 + seat * 37, y: RAIL.y + 4 };
  return inRows({ x: RAIL.x + 18, y: RAIL.y + 60 }, seat - 8, 8, 37, 14);
}

export const TABLE = { x: 1012, y: 404, rx: 84, ry: 34 } as const;

/** Around the table, ten in a ring; more in wider rings. */
export function tableSeat(seat: number): Point {
  const ring = Math.floor(seat / 10);
  const angle = ((seat % 10) / 10) * 2 * Math.PI - Math.PI / 2 + ring * 0.3;
  return {
    x: Math.round(TABLE.x + Math.cos(angle) * (TABLE.rx + 26 + ring * 26)),
    y: Math.round(TABLE.y + 8 + Math.sin(angle) * (TABLE.ry + 22 + ring * 16)),
  };
}

export const SOFAS: readonly Point[] = [
  { x: 868, y: 562 },
  { x: 1034, y: 562 },
];
export const SOFA = { width: 124, depth: 40 } as const;

/** Three on each sofa; more stand on the rug. */
export function loungeSeat(seat: number): Point {
  const sofa = SOFAS[Math.floor(seat / 3)];
  if (sofa) return { x: sofa.x + 24 + (seat % 3) * 38, y: sofa.y + 34 };
  return inRows({ x: 884, y: 640 }, seat - 3 * SOFAS.length, 8, 34, 16);
}

function inRows(first: Point, at: number, perRow: number, stepX: number, stepY: number): Point {
  const row = Math.floor(at / perRow);
  // Every other row is set off by half a step, so that nobody stands right behind another.
  const shift = row % 2 === 0 ? 0 : stepX / 2;
  return { x: first.x + (at % perRow) * stepX + shift, y: first.y + row * stepY };
}
