/**
 * Says in words how the wire is, and while it is down, as of when the rest of the page is true.
 * Neighbour: `sync/connection.ts`. Invariant: never says live without a living wire.
 */
import { createEffect, createMemo, createSignal, onCleanup, Show } from "solid-js";
import { usePage } from "../page.ts";
import { toMoment } from "../parts/words.ts";
import { toWords } from "../sync/connection.ts";

export function ConnectionBadge() {
  const { connection } = usePage();
  const [seconds, setSeconds] = createSignal(Date.now());
  createEffect(() => {
    if (connection().status !== "offline") return;
    setSeconds(Date.now());
    const counting = setInterval(() => setSeconds(Date.now()), 1_000);
    onCleanup(() => clearInterval(counting));
  });
  const words = createMemo(() => toWords(connection(), seconds()));
  return (
    <p class="badge" data-testid="connection" data-status={connection().status}>
      <span class="dot" aria-hidden="true" />
      {/* Only the state is announced, not every second of the countdown. */}
      <span role="status">{words().short}</span>
      <span>{words().more}</span>
    </p>
  );
}

/** While what is shown may be out of date: since when. */
export function AsOf() {
  const { connection, now, mirror } = usePage();
  const asOf = () => {
    const state = connection();
    return mirror.ready() && state.status === "offline" ? state.asOf : null;
  };
  return (
    <Show when={asOf()}>
      {(at) => (
        <p class="strip" data-tone="bad" data-testid="as-of">
          No connection to the server. What you see is as of {toMoment(at(), now())}.
        </p>
      )}
    </Show>
  );
}
