/**
 * Says what the page's writes wait for, and which they are, while they wait: the write limit, a server
 * that is busy or away, or the person's word where the server has another company by now. Neighbour:
 * `sync/write-queue.ts`. Invariants: over the page, so that nothing moves when it comes and goes, and over dialogs, one
 * of which may wait for the answer; only that something waits is announced, not every second of it.
 */
import { createEffect, createMemo, createSignal, For, on, onCleanup, Show } from "solid-js";
import { usePage } from "../page.ts";
import { Button } from "../parts/Button.tsx";
import { plural } from "../parts/words.ts";
import type { Write } from "../sync/write.ts";
import { queueWords } from "../sync/write-queue.ts";
import { createPause } from "../task/pause.ts";

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
  const inLine = () => {
    const held = new Set(writes.elsewhere());
    return writes.pending().filter((write) => !held.has(write));
  };
  const count = () => inLine().length;
  const isElsewhere = () => elsewhere().length > 0;
  /** What was made in another company: the first, and what goes with it. */
  const elsewhere = () => {
    const all = writes.elsewhere();
    return all.filter(({ journal }) => journal === all[0]?.journal);
  };
  const pause = createPause();
  const asked = createMemo(() => (isElsewhere() ? elsewhere()[0]?.journal : undefined));
  createEffect(() => asked() !== undefined && pause.begin());
  function settle(send: boolean): void {
    writes.settleElsewhere(send);
    // The buttons go with the question.
    const dialog = document.querySelector<HTMLElement>('[role="dialog"]');
    (dialog ?? document.getElementById("main"))?.focus();
  }
  return (
    <div class="write-strip" data-testid="writes" data-kb-top-layer="">
      <p class="unseen" role="status">
        {waiting()
          ? `${plural(count(), "change waits", "changes wait")}. ${waiting()?.message}`
          : ""}
      </p>
      <Show when={isElsewhere()}>
        <section class="elsewhere" role="alert" data-testid="elsewhere">
          <p>
            <strong>
              {plural(elsewhere().length, "change waits", "changes wait")} for your word.
            </strong>{" "}
            The server has other data than when you made {elsewhere().length === 1 ? "it" : "them"}:
            another company, or a backup that was put back. What has the same number may be
            something else here.
          </p>
          <Listed writes={elsewhere()} />
          <div class="row wrap">
            <Button small off={pause.isOn()} onClick={() => settle(false)}>
              {elsewhere().length === 1 ? "Drop it" : "Drop them"}
            </Button>
            <Button small kind="main" off={pause.isOn()} onClick={() => settle(true)}>
              {elsewhere().length === 1 ? "Send it here" : "Send them here"}
            </Button>
          </div>
        </section>
      </Show>
      <Show when={waiting()}>
        {(state) => (
          <details>
            <summary>
              <span class="dot" aria-hidden="true" />
              {queueWords(state(), count(), seconds())}
            </summary>
            <p class="small">{state().message}</p>
            <Listed writes={inLine()} />
            <p class="small dim">
              Nothing is lost: they go out in this order, also after a reload.
            </p>
          </details>
        )}
      </Show>
    </div>
  );
}

function Listed(props: { writes: readonly Write[] }) {
  return (
    <>
      <ol class="small">
        <For each={props.writes.slice(0, MAX_LISTED)}>{(write) => <li>{labelOf(write)}</li>}</For>
      </ol>
      <Show when={props.writes.length > MAX_LISTED}>
        <p class="small">and {props.writes.length - MAX_LISTED} more</p>
      </Show>
    </>
  );
}

/** What the view called it; else the action and what it is about. */
function labelOf({ label, asks: [ask], bulk }: Write): string {
  if (bulk || !ask || label !== ask.action) return label;
  const about = Object.entries(ask.body).find(([field]) => field.endsWith("_id"))?.[1];
  return typeof about === "string" ? `${label} ${about}` : label;
}
