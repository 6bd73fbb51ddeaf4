/** The time of day as the windows show it. Pure; neighbour: `Room.tsx`. */

export const PHASES = ["night", "dawn", "day", "dusk"] as const;
export type Phase = (typeof PHASES)[number];

/** @param hour of the person's own clock, 0 up to 24 */
export function phaseAt(hour: number): Phase {
  if (hour < 6 || hour >= 21) return "night";
  if (hour < 8) return "dawn";
  return hour < 18 ? "day" : "dusk";
}

/** How far the sun, or the moon, has come on its way from left to right; 0 up to 1. */
export function skyPosition(hour: number): number {
  const isDay = hour >= 6 && hour < 21;
  return isDay ? (hour - 6) / 15 : ((hour + 3) % 24) / 9;
}
