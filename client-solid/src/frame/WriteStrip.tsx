/**
 * Says what the page's writes wait for, and which they are, while they wait: the write limit, a server
 * that is busy or away. Neighbour: `sync/write-queue.ts`. Invariant: over the page, so that nothing
 * moves when it comes and goes; only that something waits is announced, not every second of it.
 */
import { createEffect, createMemo, createSignal, For, on, onCleanup, Show } from "solid-js";
import { usePage } from "../page.ts";
import { plural } from "../parts/words.ts";
import type { Write } from "../sync/write.ts";
import { queueWords } from "../sync/write-queue.ts";

const MAX_LISTED = 20;

export function WriteStrip() {
  const { api, toasts } = usePage();
  const { writes } = api;
  const [seconds, setSeconds] = createSignal(Date.now());
  const waiting = createMemo(() => {
    const state = writes.state();
    return state.status === "waiting" ? state : null;
  });
  createEffect(() => {
    if (!waiting()) return;
    setSeconds(Date.now());
    const counting = setInterval(() => setSeconds(Date.now()), 1_000);
    onCleanup(() => clearInterval(counting));
  });
  // What was left from before a reload has no view any more that waits for the answer.
  createEffect(
    on(writes.refused, (refused) => {
      if (!refused?.restored) return;
      const { label, code, message } = refused;
      const why = code === "stale" ? "not done, for it was changed since you looked" : message;
      toasts.show("refused", `${label}: ${why}`);
    }),
  );
  const count = () => writes.pending().length;
  return (
    <div class="write-strip" data-testid="writes">
      <p class="unseen" role="status">
        {waiting()
          ? `${plural(count(), "change waits", "changes wait")}. ${waiting()?.message}`
          : ""}
      </p>
      <Show when={waiting()}>
        {(state) => (
          <details>
            <summary>
              <span class="dot" aria-hidden="true" />
              {queueWords(state(), count(), seconds())}
            </summary>
            <p class="small">{state().message}</p>
            <ol class="small">
              <For each={writes.pending().slice(0, MAX_LISTED)}>
                {(write) => <li>{labelOf(write)}</li>}
              </For>
            </ol>
            <Show when={count() > MAX_LISTED}>
              <p class="small">and {count() - MAX_LISTED} more</p>
            </Show>
            <p class="small dim">
              Nothing is lost: they go out in this order, also after a reload.
            </p>
          </details>
        )}
      </Show>
    </div>
  );
}

/** What the view called it; else the action and what it is about. */
function labelOf({ label, asks: [ask], bulk }: Write): string {
  if (bulk || !ask || label !== ask.action) return label;
  const about = Object.entries(ask.body).find(([field]) => field.endsWith("_id"))?.[1];
  return typeof about === "string" ? `${label} ${about}` : label;
}
