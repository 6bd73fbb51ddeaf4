/**
 * The pure heart: state and action in, new state and patches out, or a rejection. Neighbours: the
 * declarations (what changes), `notices.ts` (what follows from it for the CEO), `engine.ts` (when).
 * Invariant: same state and same action, same answer, bit for bit; the given state is untouched.
 */
import type { Patch as ImmerPatch } from "immer";
import type { Action, AnyAction, Context, Effect, EventKind } from "./action.ts";
import { Refusal, type Rejection } from "./errors.ts";
import { immer } from "./immer.ts";
import { inSteps } from "./list-steps.ts";
import { growthBy, type Patch, type Touched, touchedBy, toWire } from "./patch.ts";
import { createRelations, type Relations } from "./relations.ts";
import type { ArchiveStep } from "./state/archive/archive.ts";
import { noticesAfter, writeNotices } from "./state/notifications/notices.ts";
import type { State } from "./state/state.ts";
import { toTime } from "./time.ts";

/** One event of the stream, before the journal gives it its id. */
export interface EventDraft {
  timestamp: string;
  kind: EventKind;
  title: string;
  details: string;
  meta: Record<string, unknown>;
}

export interface Reduction {
  ok: true;
  state: State;
  /** RFC 6902, on the wire form of the state. */
  patches: Patch[];
  /** What takes the new state back to the old one; made when it is asked for. */
  inverse(): Patch[];
  touched: Touched;
  /** By how many characters, as JSON writes them, the state is larger than before. */
  growth(): number;
  event: EventDraft;
  reply: object;
  /** The rest of the reply of an action that is sent by itself; made when it is asked for. */
  overview(): object;
  archive?: ArchiveStep;
  repeated: boolean;
  idle: boolean;
}

/**
 * Runs one action.
 * @param relations Look-ups as of `state`; built when absent, which costs a pass over the state.
 * @returns the reduction, or the rejection when the reducer refused; never throws for a refusal.
 */
export function reduce(
  state: State,
  declaration: AnyAction,
  action: Action,
  relations: Relations = createRelations(state),
): Reduction | Rejection {
  const { stamp } = action;
  // Not by a spread: that with more fields after it is the dearest single step of an action.
  const context: Context = Object.assign(
    { time: toTime(stamp.at), before: state, relations },
    stamp,
  );
  let effect: Effect<object, object> | undefined;
  const step = attempt(() =>
    immer.produceWithPatches(state, (draft) => {
      effect = declaration.reduce(draft, action.payload, context);
    }),
  );
  if ("code" in step) return step;
  if (effect === undefined) throw new Error(`${declaration.name} reported no effect`);

  const { overview } = effect;
  let [after] = step;
  const patches = toWire(inSteps(step[1], state));
  const touched = touchedBy(patches);
  const steps = [[step[1], step[2]] as const];

  const notices = noticesAfter(
    { before: state, after, touched, revisit: effect.revisit ?? [] },
    relations,
    stamp.at,
  );
  if (notices.length > 0) {
    const written = attempt(() =>
      immer.produceWithPatches(after, (draft) => writeNotices(draft, notices, context)),
    );
    if ("code" in written) return written;
    const [noticed, more, back] = written;
    after = noticed;
    const wire = toWire(more);
    patches.push(...wire);
    steps.unshift([more, back]);
    touchedBy(wire, touched);
  }

  return {
    ok: true,
    state: after,
    patches,
    inverse: () => steps.flatMap(([forth, back]) => toWire(back, forth)),
    touched,
    growth: () => steps.reduce((sum, step) => sum + growthBy(...step), 0),
    event: {
      timestamp: context.time,
      kind: effect.kind ?? declaration.kind,
      title: effect.title,
      details: effect.details ?? "",
      meta: { action: declaration.name, ...effect.ids },
    },
    reply: effect.reply(after, stamp.at),
    overview: () => overview?.(after, stamp.at) ?? {},
    ...(effect.archive && { archive: effect.archive }),
    repeated: effect.repeated === true,
    idle: effect.idle === true,
  };
}

type Step = readonly [State, ImmerPatch[], ImmerPatch[]];

/** The step, or why it was refused. */
function attempt(take: () => Step): Step | Rejection {
  try {
    return take();
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.rejection;
    throw thrown;
  }
}
