/**
 * One bucket of exceptions: what the CEO has to look at, most urgent first. Neighbour: the dashboard.
 * Invariant: the count is of all, the list is bounded.
 */
import { A } from "@solidjs/router";
import { For, Show } from "solid-js";
import type { ExceptionBucket } from "../../../../core/state/tasks/views.ts";
import { usePage } from "../../page.ts";
import { BUCKET_WORDS } from "../../parts/words.ts";
import { ExceptionRow } from "./ExceptionRow.tsx";
import { REMEDIES_OF, type RemedyName } from "./remedies.ts";

const MAX_SHOWN = 3;
/** Where the rest of a bucket is seen. */
const ALL: Record<ExceptionBucket, string> = {
  blocked: "/pipeline?needs=blocked",
  needs_approval: "/approvals",
  stale: "/pipeline?needs=stale",
  overdue: "/pipeline?needs=overdue",
};

export function Bucket(props: {
  bucket: ExceptionBucket;
  /** What comes up this moment is not decided on. */
  paused: boolean;
  onRemedy(name: RemedyName, taskId: string): void;
}) {
  const { read } = usePage();
  const heading = () => `bucket-${props.bucket}`;
  const ids = () => read.exceptionIds(props.bucket);
  return (
    <section
      class="card bucket"
      aria-labelledby={heading()}
      data-bucket={props.bucket}
      data-testid={heading()}
      data-some={ids().length > 0 ? "" : undefined}
    >
      <header class="row">
        <h2 id={heading()}>
          {BUCKET_WORDS[props.bucket].title} <span class="count">{ids().length}</span>
        </h2>
        <span class="grow" />
        <Show when={ids().length > MAX_SHOWN}>
          <A href={ALL[props.bucket]} class="link small dim">
            See all
          </A>
        </Show>
      </header>
      <ul>
        <For
          each={ids().slice(0, MAX_SHOWN)}
          fallback={<li class="dim none">{BUCKET_WORDS[props.bucket].none}</li>}
        >
          {(id) => (
            <Show when={read.exception(props.bucket, id)}>
              {(item) => (
                <ExceptionRow
                  item={item()}
                  remedies={REMEDIES_OF[props.bucket]}
                  paused={props.paused}
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
