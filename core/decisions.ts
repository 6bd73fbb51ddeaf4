/**
 * What has been decided: each request is reduced on what was decided before it, durable or not.
 * Neighbours: `reduce.ts` decides a single one, `quota.ts` says whether there is room for it, `commits.ts` makes
 * decisions durable, `engine.ts` and `batch.ts` ask. Invariant: only the last decisions can be taken back, and then
 * nothing is left of them.
 */
import { type Action, RULES } from "./action.ts";
import type { Entry } from "./entry.ts";
import type { Outcome } from "./outcome.ts";
import { merge, type Touched } from "./patch.ts";
import type { Adding, Quota } from "./quota.ts";
import { reduce } from "./reduce.ts";
import type { Request } from "./request.ts";
import type { State } from "./state/state.ts";
import { toView, type View } from "./view.ts";

/**
 * Entries that were decided together and are not queued yet. Of the states between them none is kept:
 * they are taken back together, and shown together.
 */
export interface Taken {
  before: View;
  entries: Entry[];
  after: State;
  /** The records in which the two states may differ. */
  touched: Touched;
  /** By how much the state grew, and by whose steps. */
  growth: number;
  adding: Adding | null;
}

export interface How {
  /** It is written even where it repeats what was done. */
  keyed?: boolean;
  /** Its reply is without the overview of the whole company. */
  brief?: boolean;
}

export interface Decisions {
  /** As decided; equal to the durable view when nothing is under way. */
  view(): View;
  /**
   * Reduces one more request; what is to be written joins `taken`.
   * @param how where it is decided otherwise than a request that came by itself
   */
  take(request: Request, taken: Taken, how?: How): Outcome;
  /** What joins it from here on is decided on what is decided now. */
  begin(): Taken;
  /** As if none of these had been decided: they are the last ones. */
  giveBack(taken: Taken): void;
  /** Forgets all that is not durable. */
  restart(durable: View, size: number): void;
}

/** @param clock milliseconds since the epoch */
export function createDecisions(durable: View, clock: () => number, quota: Quota): Decisions {
  // With look-ups of its own, which run ahead of the durable ones.
  let view = toView(durable);

  return {
    view: () => view,
    begin: () => ({
      before: view,
      entries: [],
      after: view.state,
      touched: new Map(),
      growth: 0,
      adding: null,
    }),
    take(
      { declaration, payload, actor, by, role, actionId, key, warnings, recalled, judge },
      taken,
      { keyed = key !== undefined, brief = false } = {},
    ) {
      const before = view;
      // Again, on what is decided now: it may have waited, and meanwhile its agent been retired or its
      // token revoked.
      const refused = judge(before.state);
      if (refused) return refused;
      const seq = before.seq + 1;
      const stamp = {
        at: clock(),
        seq,
        actor,
        by,
        actionId,
        rules: RULES,
        ...(recalled && { recalled }),
        ...(declaration.most !== undefined && { most: declaration.most }),
      };
      const action: Action = { name: declaration.name, payload, stamp };
      const result = reduce(before.state, declaration, action, before.relations);
      if (!result.ok) return result;
      const said = brief ? result.reply : { ...result.reply, ...result.overview() };
      const reply = withWarnings(said, warnings);
      // With a key it is journaled all the same, or the key would be free again once it is no repetition.
      if (result.idle || (result.repeated && !keyed)) {
        return { ok: true, seq: before.seq, reply, replayed: false };
      }
      const growth = result.growth();
      const adding = { by, role };
      // What a timer writes has bounds of its own, and must be said.
      const full = declaration.internal ? null : quota.refuse(adding, growth);
      if (full) return full;
      const entry: Entry = {
        seq,
        action,
        patches: result.patches,
        event: { id: seq, ...result.event },
        ...(result.archive && { archive: result.archive }),
        ...(key !== undefined && { key, reply }),
        ...(key !== undefined && warnings.length > 0 && { warnings }),
      };
      taken.entries.push(entry);
      taken.after = result.state;
      taken.touched = merge(taken.touched, result.touched);
      taken.growth += growth;
      taken.adding = adding;
      quota.grew(adding, growth);
      before.relations.advance(before.state, result.state, result.touched);
      view = { state: result.state, seq, relations: before.relations };
      return { ok: true, seq, reply, replayed: false };
    },
    giveBack({ before, after, touched, growth, adding }) {
      before.relations.advance(after, before.state, touched);
      if (adding) quota.grew(adding, -growth);
      view = before;
    },
    restart(latest, size) {
      view = toView(latest);
      quota.restart(size);
    },
  };
}

export function withWarnings(reply: object, warnings: readonly string[]): object {
  if (warnings.length === 0) return reply;
  const own = (reply as { warnings?: string[] }).warnings ?? [];
  return { ...reply, warnings: [...own, ...warnings] };
}
