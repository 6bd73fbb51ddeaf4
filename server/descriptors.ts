/**
 * How many connections the process may hold: each is a descriptor, of which the system allows so many. Neighbour:
 * `compose.ts` asks at the start. Invariant: what the server itself opens, its journal, files that are sent, copies and
 * webhooks, has descriptors left when all connections are taken; else nobody comes in, and it is not known whose they are.
 */

/** For the server itself; where few are allowed, half of them. */
const OWN_DESCRIPTORS = 200;

/** @param allowed how many the process may open */
export function connectionsWithin(most: number, allowed: number): number {
  return Math.min(most, allowed - Math.min(OWN_DESCRIPTORS, Math.ceil(allowed / 2)));
}

/** What the system allows this process; without end where it names no limit, as on Windows. */
export function allowedDescriptors(): number {
  const report: { userLimits?: { open_files?: { soft?: unknown } } } = process.report.getReport();
  const soft = report.userLimits?.open_files?.soft;
  return typeof soft === "number" ? soft : Number.POSITIVE_INFINITY;
}
