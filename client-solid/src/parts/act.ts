/**
 * How a view writes: one call that sends an action, says how it went, and offers the way back where
 * there is one. Neighbours: `page.api` queues and sends, the toasts show.
 * Invariant: no write of a view ends without the person being told.
 */
import { createSignal } from "solid-js";
import type { RouteName } from "../../../client/client.ts";
import type { PayloadOf, ReplyOf } from "../../../core/registry.ts";
import { usePage } from "../page.ts";
import type { ApiResult } from "../sync/api.ts";

export interface Undo<N extends RouteName = RouteName> {
  name: N;
  payload: PayloadOf<N>;
}

/** A way back that goes by what the change was answered with; null where there is none. */
export type UndoBy<R> = (reply: R) => (() => void) | null;

export interface Told<R> {
  /** Said when it went through; nothing is said where the page itself shows it. */
  done?: string | ((reply: R) => string);
  /** The action that takes it back, offered beside `done`. */
  undo?: Undo | UndoBy<R>;
  /** What it is, in the list of what waits. */
  label?: string;
  /** Told the no instead of a toast. */
  refused?(no: Extract<ApiResult<object>, { ok: false }>): void;
  /** The caller shows the warnings of the reply itself. */
  showsWarnings?: true;
}

/** Sends actions for one component; `busy` while one is under way, `refusal` is the last no in words. */
export function useAct() {
  const { api, toasts } = usePage();
  const [underWay, setUnderWay] = createSignal(0);
  const [refusal, setRefusal] = createSignal<Extract<ApiResult<object>, { ok: false }> | null>(
    null,
  );

  async function send<N extends RouteName>(
    name: N,
    payload: PayloadOf<N>,
    told: Told<ReplyOf<N>>,
    inForm: boolean,
  ): Promise<ReplyOf<N> | null> {
    setUnderWay((count) => count + 1);
    setRefusal(null);
    const result = await api.post(name, payload, told.label ? { label: told.label } : {});
    setUnderWay((count) => count - 1);
    if (!result.ok) {
      setRefusal(result);
      if (told.refused) told.refused(result);
      else if (!inForm) toasts.show("refused", result.message);
      return null;
    }
    const { done, undo } = told;
    if (done) {
      const text = typeof done === "function" ? done(result.reply) : done;
      const run =
        typeof undo === "function"
          ? undo(result.reply)
          : undo && (() => void act(undo.name, undo.payload));
      toasts.show("done", text, run ? { label: "Undo", run } : undefined);
    }
    if (told.showsWarnings) return result.reply;
    for (const warning of result.warnings) toasts.show("refused", warning);
    return result.reply;
  }

  const act = <N extends RouteName>(name: N, payload: PayloadOf<N>, told: Told<ReplyOf<N>> = {}) =>
    send(name, payload, told, false);

  return {
    /** @returns the reply, or null after a refusal, which a toast has shown */
    act,
    /** The same for a form, which shows `refusal` itself. */
    submit: <N extends RouteName>(name: N, payload: PayloadOf<N>, told: Told<ReplyOf<N>> = {}) =>
      send(name, payload, told, true),
    busy: () => underWay() > 0,
    refusal,
  };
}
