/**
 * What was said long ago and may leave the state: messages and directives, but for the last ones of each
 * thread. Neighbours: `core/talk.ts` has their order, the server's timers ask, `talk-action.ts` moves.
 * Invariant: what is due is the beginning of a thread, so that what is archived of it comes before all
 * that is not.
 */
import type { Relations } from "../../relations.ts";
import { get } from "../../table.ts";
import { DIRECTIVES } from "../../talk.ts";
import { DAY_MS, fromTime } from "../../time.ts";
import type { Message } from "../conversations/thread.ts";
import type { Directive } from "../directives/directive.ts";
import type { State } from "../state.ts";

/** So many of each thread, and of the directives, stay however old they are: who opens one sees its end. */
export const KEPT_OF_EACH = 50;
/** Messages and directives of one entry. */
export const MAX_SAID_AT_ONCE = 100;
/** Characters of what one entry moves, as JSON writes it, but for a single larger record. */
export const MAX_CHARACTERS_AT_ONCE = 1_000_000;

export interface TalkBounds {
  /** How long ago it must have been said. */
  days: number;
  /** How many of each thread, and of the directives, stay. */
  keep: number;
}

/** What may go, thread by thread, the oldest first. A look costs a step for each thread, not for what stays. */
export function* archivableTalk(
  state: State,
  relations: Relations,
  { days, keep }: TalkBounds,
  now: number,
): Generator<Message | Directive> {
  const dueOf = (key: string, id: string | undefined) => {
    const record =
      id && get<Message | Directive>(key === DIRECTIVES ? state.directives : state.messages, id);
    return record && now - fromTime(record.timestamp) >= days * DAY_MS ? record : undefined;
  };
  const long = [...relations.talk()].filter(
    ([key, ids]) => ids.length > keep && dueOf(key, ids[0]) !== undefined,
  );
  // Their own order tells how they grew, which a replay need not repeat.
  long.sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [key, ids] of long) {
    for (let at = 0; at < ids.length - keep; at++) {
      const record = dueOf(key, ids[at]);
      if (!record) break;
      yield record;
    }
  }
}
