/**
 * One bucket of exceptions: what the CEO has to look at, most urgent first. Neighbour: the dashboard.
 * Invariant: the count is of all, the list is bounded.
 */
import { A } from "@solidjs/router";
import { createMemo, For, Show } from "solid-js";
import type { ExceptionBucket, ExceptionItem } from "../../../../core/state/tasks/views.ts";
import { BUCKET_WORDS } from "../../parts/words.ts";
import { ExceptionRow } from "./ExceptionRow.tsx";
import { REMEDIES_OF, type RemedyName } from "./remedies.ts";

const MAX_SHOWN = 3;
/** Where the rest of a bucket is seen. */
const ALL: Record<ExceptionBucket, string> = {
  blocked: "/pipeline?blocked=1",
  needs_approval: "/approvals",
  stale: "/pipeline?status=in_progress",
  overdue: "/calendar",
};

export function Bucket(props: {
  bucket: ExceptionBucket;
  items: readonly ExceptionItem[];
  onRemedy(name: RemedyName, taskId: string): void;
}) {
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
      <header class="row">
        <h2 id={heading()}>
          {BUCKET_WORDS[props.bucket].title} <span class="count">{props.items.length}</span>
        </h2>
        <span class="grow" />
        <Show when={props.items.length > MAX_SHOWN}>
          <A href={ALL[props.bucket]} class="link small dim">
            See all
          </A>
        </Show>
      </header>
      <ul>
        <For each={shown()} fallback={<li class="dim none">{BUCKET_WORDS[props.bucket].none}</li>}>
          {(id) => (
            <Show when={byId().get(id)}>
              {(item) => (
                <ExceptionRow
                  item={item()}
                  remedies={REMEDIES_OF[props.bucket]}
                  onRemedy={props.onRemedy}
                />
              )}
            </Show>
          )}
        </For>
      </ul>
    </section>
  );
}
