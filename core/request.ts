/**
 * From a name and a body that nobody has looked at to a request that may be decided: the action is
 * known, its caller's role may send it, the body conforms. Neighbours: `validate.ts` and `permissions.ts`
 * know the rules, `engine.ts` and `batch-dispatch.ts` dispatch. Invariant: no state is asked here, so the
 * same body of the same caller always makes the same request, or the same refusal.
 */
import type { AnyAction, Recalled } from "./action.ts";
import { type Rejection, rejection } from "./errors.ts";
import type { DispatchOptions } from "./outcome.ts";
import {
  callerOf,
  type Role,
  refuseRole,
  refuseSaid,
  refuseSpeaker,
  speakAs,
  speakerOf,
} from "./permissions.ts";
import { actions } from "./registry.ts";
import type { State } from "./state/state.ts";
import type { Validator } from "./validate.ts";

/** A validated dispatch. */
export interface Request {
  recalled?: Recalled | undefined;
  declaration: AnyAction;
  payload: unknown;
  actor: string;
  by: string;
  role: Role;
  actionId: string;
  key: string | undefined;
  warnings: readonly string[];
  /** Why its caller may not speak so, now and as of this state; null where it may. */
  hear(state: State): Rejection | null;
  /** The same, and why what it says may not be done; for what is to be decided. */
  judge(state: State): Rejection | null;
}

export type ToRequest = (
  name: string,
  body: unknown,
  options: DispatchOptions,
) => Request | Rejection;

const REVOKED = rejection("forbidden", "the token was revoked; ask the owner for another");

/** @param newId a new id for each action */
export function createToRequest(validator: Validator, newId: () => string): ToRequest {
  return (name, body, { key, ...who }) => {
    const by = callerOf(who);
    const declaration = actions.get(name);
    if (!declaration) return rejection("unknown_id", `unknown action: ${name}`);
    const refused = refuseRole(by, "writes", name);
    if (refused) return refused;
    const validated = validator.validate(declaration, body, speakerOf(by, declaration));
    if (!validated.ok) return validated;
    const { warnings } = validated;
    const payload = speakAs(by, declaration, validated.payload);
    const actor = declaration.actor?.(payload) || who.actor || by.agent_id || "ceo";
    const hear = (state: State) => {
      if (who.isKnown?.() === false) return REVOKED;
      return refuseSpeaker(by, declaration, payload, state, who.isBound);
    };
    const judge = (state: State) => hear(state) ?? refuseSaid(by, declaration, payload, state);
    const actionId = newId();
    const { name: byName, role } = by;
    return {
      declaration,
      payload,
      actor,
      by: byName,
      role,
      actionId,
      key,
      warnings,
      hear,
      judge,
    };
  };
}
