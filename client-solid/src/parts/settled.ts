/**
 * A value derived from the whole state, for what sums up everything: derived at once after a change,
 * then at most a few times a second, from the records without their signals. Neighbours: the dashboard
 * and other sums; lists of tasks take `mirror.tasks`. Invariant: it is never older than `CALM_MS`.
 */
import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js";
import { unwrap } from "solid-js/store";
import type { WireState } from "../../../core/state/state.ts";
import { usePage } from "../page.ts";

const CALM_MS = 250;

/** @param derive pure; `now` in milliseconds by the server's clock */
export function useSettled<T>(derive: (state: WireState, now: number) => T): Accessor<T> {
  const { mirror, now, api } = usePage();
  const state = unwrap(mirror.wire);
  const [value, setValue] = createSignal<T>(derive(state, now()));
  let derivedAt = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function renew(): void {
    timer = undefined;
    derivedAt = performance.now();
    setValue(() => derive(state, now()));
  }

  createEffect(
    // A write that waits may already show its effect.
    on(
      [mirror.seq, mirror.ready, now, api.writes.pending],
      () => {
        if (timer !== undefined) return;
        const waitMs = derivedAt + CALM_MS - performance.now();
        timer = setTimeout(renew, Math.max(0, waitMs));
      },
      { defer: true },
    ),
  );
  onCleanup(() => clearTimeout(timer));
  return value;
}
