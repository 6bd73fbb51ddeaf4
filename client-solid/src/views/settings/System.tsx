/** How the server is: its health and what its last start found. Neighbours: GET health, GET system/recovery. */
import { createResource, For, Show } from "solid-js";
import { Button } from "../../parts/Button.tsx";
import { Refusal } from "../../parts/Refusal.tsx";
import { useRead } from "../../parts/read.ts";
import { Ago } from "../../parts/signs.tsx";
import { plural } from "../../parts/words.ts";
import { Section } from "./Section.tsx";

export default function System() {
  const read = useRead();
  const [health, { refetch }] = createResource(async () => read("health", {}));
  const [recovery] = createResource(async () => (await read("system/recovery", {})).recovery);
  return (
    <>
      <Section title="Health">
        <Show when={health.state === "errored"}>
          <Refusal of={health.error as Error} />
        </Show>
        <Show when={health.latest}>
          {(said) => (
            <dl class="facts" data-testid="health">
              <dt>Version</dt>
              <dd>{said().version}</dd>
              <dt>Started</dt>
              <dd>
                <Ago time={said().booted_at} />
              </dd>
              <dt>State came from</dt>
              <dd>{said().state_source}</dd>
              <dt>Holds</dt>
              <dd>
                {plural(said().tasks, "task")}, {plural(said().agents, "agent")}
              </dd>
              <dt>Last entry</dt>
              <dd class="number">{said().seq}</dd>
            </dl>
          )}
        </Show>
        <p>
          <Button small onClick={() => void refetch()}>
            Look again
          </Button>
        </p>
      </Section>
      <Section title="Recovery" text="What the last start loaded, replayed, cut off or refused.">
        <Show when={recovery.state === "errored"}>
          <Refusal of={recovery.error as Error} />
        </Show>
        <Show when={recovery.state === "ready" && recovery()}>
          {(said) => (
            <>
              <dl class="facts" data-testid="recovery">
                <dt>Recovered</dt>
                <dd>
                  <Ago time={said().recovered_at} />
                </dd>
                <dt>From</dt>
                <dd>
                  {said().source}
                  {said().snapshot_seq === null ? "" : `, snapshot of entry ${said().snapshot_seq}`}
                </dd>
                <dt>Replayed</dt>
                <dd>
                  {plural(said().entries_replayed, "entry", "entries")}, up to {said().head_seq}
                </dd>
                <dt>Cut off</dt>
                <dd>
                  <Show when={said().cut_off} fallback="nothing">
                    {(cut) => (
                      <>
                        {plural(cut().entries, "entry", "entries")} after {cut().after_seq}:{" "}
                        {cut().reason}
                        {cut().kept_in ? `; kept in ${cut().kept_in}` : ""}
                      </>
                    )}
                  </Show>
                </dd>
                <dt>Snapshots refused</dt>
                <dd>
                  <For each={said().refused} fallback="none">
                    {({ seq, reason }) => (
                      <p>
                        {seq}: {reason}
                      </p>
                    )}
                  </For>
                </dd>
                <dt>Journal</dt>
                <dd>
                  <code>{said().journal}</code>
                </dd>
              </dl>
              <h3>Snapshots kept</h3>
              <ul class="plain-list">
                <For each={said().backups} fallback={<li class="dim">None yet.</li>}>
                  {({ seq, created_at, bytes }) => (
                    <li>
                      Entry {seq}, {Math.ceil(bytes / 1_024)} kB, <Ago time={created_at} />
                    </li>
                  )}
                </For>
              </ul>
            </>
          )}
        </Show>
      </Section>
    </>
  );
}
