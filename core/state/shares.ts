/**
 * Of what several share and what has a bound, the part that agents may take: the last fifth is the CEO's, or one
 * agent could close a task, a mission or a sprint to everybody. Neighbours: `tasks/`, whose groups and links it
 * bounds. Invariant: what an agent may have, the CEO may too.
 */
import type { Context } from "../action.ts";
import { CEO } from "./agents/agent.ts";

const OF_AGENTS = 0.8;

/** People and the server itself; a name that no agent has may be an agent's all the same. */
export function isPerson(actor: string): boolean {
  return actor === CEO || actor === "system";
}

/** How many of `most` may be there for one more of this actor. */
export function shareOf(most: number, { actor }: Context): number {
  return isPerson(actor) ? most : Math.floor(most * OF_AGENTS);
}

/** What an agent is told beside the bound; nothing where it is the whole. */
export function restOf(most: number, context: Context): string {
  const share = shareOf(most, context);
  return share < most ? ` (the CEO may add up to ${most})` : "";
}
