/**
 * Of what several share and what has a bound, the part that agents may take: the last fifth is the CEO's, or one
 * agent could close a task, a mission or a sprint to everybody. Neighbours: `tasks/`, whose groups and links it
 * bounds. Invariant: what an agent may have, the CEO may too.
 */
import { type Context, isSince } from "../action.ts";
import { get } from "../table.ts";
import { CEO } from "./agents/agent.ts";

const OF_AGENTS = 0.8;
const OF_OTHERS = 0.5;

/**
 * People, the server itself, and in a name of its own whoever is no agent: an agent's token signs with its agent's id,
 * and who has another one is trusted with all.
 */
export function isPerson(context: Context, who = context.actor): boolean {
  if (who === CEO || who === "system") return true;
  return isSince(context, 2) && !get(context.before.agents, who);
}

/**
 * How many of `most` may be there for one more of this actor.
 * @param isNamed whether what has the bound names it as who works on it; half is for those
 */
export function shareOf(most: number, context: Context, isNamed = true): number {
  if (isPerson(context)) return most;
  return Math.floor(most * (isNamed ? OF_AGENTS : OF_OTHERS));
}

/** What an agent is told beside the bound; nothing where it is the whole. */
export function restOf(most: number, context: Context, isNamed = true): string {
  if (isPerson(context)) return "";
  const others = isNamed ? "" : "who works on it may add more, ";
  return ` (${others}the CEO${isNamed ? " may add" : ""} up to ${most})`;
}
