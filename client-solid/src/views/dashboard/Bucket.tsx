/**
 * One bucket of exceptions: what the CEO has to look at, most urgent first. Neighbour: the overview.
 * Invariant: the count is of all, the list is bounded.
 */
import { A } from "@solidjs/router";
import { createMemo, For, Show } from "solid-js";
import type { ExceptionBucket, ExceptionItem } from "../../../../core/state/tasks/views.ts";
import { usePage } from "../../page.ts";
import { BUCKET_WORDS, toAge } from "../../parts/words.ts";

const MAX_SHOWN = 4;

export function Bucket(props: { bucket: ExceptionBucket; items: readonly ExceptionItem[] }) {
  const { now } = usePage();
  const heading = () => `bucket-${props.bucket}`;
  // By id, so that an item that stays keeps its row.
  const byId = createMemo(() => new Map(props.items.map((item) => [item.task_id, item])));
  const shown = createMemo(() => props.items.slice(0, MAX_SHOWN).map(({ task_id }) => task_id));
  return (
    <section
      class="card bucket"
      aria-labelledby={heading()}
      data-bucket={props.bucket}
      data-testid={heading()}
      data-some={props.items.length > 0 ? "" : undefined}
    >
      <h2 id={heading()}>
        {BUCKET_WORDS[props.bucket].title} <span class="count">{props.items.length}</span>
      </h2>
      <ul>
        <For each={shown()} fallback={<li class="dim">{BUCKET_WORDS[props.bucket].none}</li>}>
          {(id) => (
            <Show when={byId().get(id)}>
              {(item) => (
                <li>
                  <span class="row">
                    <span class="task-id">{id}</span>
                    <span class="chip" data-priority={item().priority}>
                      {item().priority}
                    </span>
                    <span class="dim end">{toAge(item().since, now())}</span>
                  </span>
                  <span class="title">{item().title}</span>
                  <span class="dim">
                    {item().owner_name ?? "Nobody"} · {item().reason}
                  </span>
                </li>
              )}
            </Show>
          )}
        </For>
      </ul>
      <Show when={props.items.length > MAX_SHOWN}>
        <A href="/board" class="more">
          and {props.items.length - MAX_SHOWN} more on the board
        </A>
      </Show>
    </section>
  );
}
