/**
 * How much the state may hold, and what one agent may add to it in a day: without a bound whoever may write could fill
 * the memory of the process, which would then find no room at its next start either. Neighbours: `weight.ts`
 * measures, `decisions.ts` asks before it takes a decision, the server says how much. Invariants: what does not grow the
 * state always passes, so there is always a way back; it is no part of the rules, so a journal reads alike
 * whatever the bound.
 */
import { type Rejection, rejection } from "./errors.ts";
import type { Role } from "./permissions.ts";
import { DAY_MS } from "./time.ts";

/** In characters as JSON writes them; an embedder's, where it says no other. */
export const MAX_STATE = 256_000_000;

/**
 * Up to which part of the room a step may fill it: the last tenth is for small ones, so that what was begun can be
 * finished, and for people's; behind what agents take in large ones, together, is room for people.
 */
const PARTS = {
  agents: { large: 0.75, small: 0.9, step: 2_000 },
  people: { large: 0.9, small: 1, step: 10_000 },
} as const;

/** Of the room, what an agent's token may add at once, and again within a day. */
const SHARE = 1 / 8;

/** Whose step it is. */
export interface Adding {
  /** The name of the token. */
  by: string;
  role: Role;
}

export interface Quota {
  /** What the state holds. */
  size(): number;
  /** Why it may not grow by so much more, or null where it may. */
  refuse(adding: Adding, growth: number): Rejection | null;
  /** Counts what was decided, or with the opposite what was taken back. */
  grew(adding: Adding, growth: number): void;
  /** What was decided last is lost: so much is held. */
  restart(size: number): void;
}

/**
 * @param size what the state holds to begin with
 * @param clock milliseconds
 */
export function createQuota({
  size: initial,
  maxState = MAX_STATE,
  clock,
}: {
  size: number;
  maxState?: number | undefined;
  clock(): number;
}): Quota {
  let size = initial;
  const share = maxState * SHARE;
  /** What each agent's token has added, less what a day has taken off since. */
  const added = new Map<string, { characters: number; at: number }>();

  function addedBy(by: string): number {
    const known = added.get(by);
    if (!known) return 0;
    const passed = Math.max(0, clock() - known.at);
    return Math.max(0, known.characters - (share * passed) / DAY_MS);
  }

  return {
    size: () => size,
    refuse({ by, role }, growth) {
      if (growth <= 0) return null;
      const parts = role === "agent" ? PARTS.agents : PARTS.people;
      const part = growth <= parts.step ? parts.small : parts.large;
      if (size + growth > maxState * part) {
        const forWhom = role === "agent" ? `, and agents fill ${part * 100} % of that` : "";
        return rejection(
          "conflict",
          `the company holds ${inMegabytes(size)} of at most ${inMegabytes(maxState)}${forWhom}; delete what nobody needs, have more archived (CLAWTASKER_ARCHIVE_DAYS), or allow more (CLAWTASKER_MAX_STATE_MB)`,
        );
      }
      if (role !== "agent" || addedBy(by) + growth <= share) return null;
      return rejection(
        "conflict",
        `the token ${by} has added ${inMegabytes(addedBy(by))} to the company within a day, and an agent's may add ${inMegabytes(share)}; delete what nobody needs, or go on later`,
      );
    },
    grew({ by, role }, growth) {
      size += growth;
      if (role !== "agent" || growth === 0) return;
      added.set(by, { characters: Math.max(0, addedBy(by) + growth), at: clock() });
    },
    restart(latest) {
      size = latest;
    },
  };
}

function inMegabytes(characters: number): string {
  return `${(characters / 1_000_000).toFixed(characters < 10_000_000 ? 2 : 0)} MB`;
}
