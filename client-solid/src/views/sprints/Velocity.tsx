/** What the latest sprints planned and got done, as bars; the numbers stand beside them. */
import { For, Show } from "solid-js";
import { averageDone, type SprintSum } from "./velocity.ts";

export function Velocity(props: { sums: readonly SprintSum[]; completed: readonly SprintSum[] }) {
  const top = () => Math.max(1, ...props.sums.map(({ planned }) => planned));
  const average = () => averageDone(props.completed);
  return (
    <section class="card stack" aria-labelledby="velocity-title">
      <h2 id="velocity-title">Velocity</h2>
      <Show
        when={props.sums.length > 0}
        fallback={<p class="dim">The first sprint that begins shows up here.</p>}
      >
        <ul class="velocity">
          <For each={props.sums}>
            {({ name, planned, done }) => (
              <li>
                <span class="cut">{name}</span>
                <span class="bars" aria-hidden="true">
                  <span class="planned" style={{ width: `${(planned / top()) * 100}%` }} />
                  <span class="done" style={{ width: `${(done / top()) * 100}%` }} />
                </span>
                <span class="number small dim">
                  {done} of {planned}
                </span>
              </li>
            )}
          </For>
        </ul>
        <Show when={average()}>
          {(done) => (
            <p class="dim small">{done().toFixed(1)} done in a complete sprint, on average.</p>
          )}
        </Show>
      </Show>
    </section>
  );
}
