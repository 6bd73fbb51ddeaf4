/** Stands where content will be, in its size, until the first state is there. */
import { For } from "solid-js";

export function Skeleton(props: { rows?: number }) {
  return (
    <div class="view-body" role="status" aria-label="Loading" data-testid="skeleton">
      <For each={Array.from({ length: props.rows ?? 6 }, (_, row) => row)}>
        {(row) => <span class="skeleton" style={{ width: `${92 - ((row * 17) % 40)}%` }} />}
      </For>
    </div>
  );
}
