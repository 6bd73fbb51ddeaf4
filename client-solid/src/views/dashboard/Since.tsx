/** What changed since the person last looked, in words, and the button that says: seen. Neighbour: `model.ts`. */
import { A } from "@solidjs/router";
import CheckCheck from "lucide-solid/icons/check-check";
import { createMemo, For, onMount, Show } from "solid-js";
import { usePage } from "../../page.ts";
import { Button } from "../../parts/Button.tsx";
import { Kbd } from "../../parts/Kbd.tsx";
import { TaskLink } from "../../parts/links.tsx";
import { prefs } from "../../prefs.ts";
import { newsSince } from "./model.ts";

const MAX_TASKS = 3;

/** Everything up to now is seen. */
export function useMarkSeen(): () => void {
  const { mirror } = usePage();
  return () => prefs.set({ seenSeq: mirror.seq() });
}

export function Since() {
  const { mirror } = usePage();
  const markSeen = useMarkSeen();
  onMount(() => {
    // The first visit begins the count; so does a database that was begun anew.
    const seen = prefs.get().seenSeq;
    if (seen === null || seen > mirror.seq()) markSeen();
  });
  const news = createMemo(() => newsSince(mirror.events(), prefs.get().seenSeq ?? mirror.seq()));
  return (
    <section class="since" aria-label="Since you last looked" data-testid="since">
      <Show
        when={news().groups.length > 0}
        fallback={<p class="dim">Nothing has changed since you last looked.</p>}
      >
        <h2 class="dim small">Since you last looked</h2>
        <ul>
          <For each={news().groups}>
            {({ words, taskIds, href }) => (
              <li>
                <A href={href} class="link">
                  {words}
                </A>
                <For each={taskIds.slice(0, MAX_TASKS)}>{(id) => <TaskLink id={id} />}</For>
              </li>
            )}
          </For>
          <Show when={news().more}>
            <li>
              <A href="/events" class="link dim">
                and more before that
              </A>
            </li>
          </Show>
        </ul>
        <Button small kind="quiet" icon={CheckCheck} onClick={markSeen}>
          Mark as seen
          <Kbd keys="s" />
        </Button>
      </Show>
    </section>
  );
}
