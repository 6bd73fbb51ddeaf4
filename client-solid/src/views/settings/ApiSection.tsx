/** Every endpoint with its summary, the schemas, and any write to be run by hand. Neighbour: the contract. */
import { createMemo, createResource, createSignal, For, lazy, Show } from "solid-js";
import { TextField } from "../../parts/Field.tsx";
import { Refusal } from "../../parts/Refusal.tsx";
import { useRead } from "../../parts/read.ts";
import { Section } from "./Section.tsx";

const RunAction = lazy(() => import("./RunAction.tsx"));

export default function ApiSection() {
  const read = useRead();
  const [contract] = createResource(() => read("openclaw/contract", {}));
  const [typed, setTyped] = createSignal("");
  const shown = createMemo(() => {
    const words = typed().toLowerCase();
    // Read while it comes, the whole section waits for it, and nothing moves when it is there.
    const all = contract.state === "errored" ? [] : (contract()?.endpoints ?? []);
    return all.filter(({ path, summary }) => `${path} ${summary}`.toLowerCase().includes(words));
  });
  return (
    <>
      <Section
        title="Run an action"
        text="Every write of the API, those of agents too, from the schema that checks it."
      >
        <RunAction />
      </Section>
      <Section title="Endpoints" text="What this server answers. All of it is open to any program.">
        <p class="row wrap">
          <a class="button" href="/docs">
            API documentation
          </a>
          <a class="button" href="/api/openapi.json">
            OpenAPI
          </a>
          <a class="button" href="/api/asyncapi.json">
            AsyncAPI
          </a>
          <Show when={contract.state === "ready" && contract()}>
            {(said) => (
              <For each={Object.entries(said().schemas)}>
                {([name, href]) => (
                  <a class="button" data-kind="quiet" href={href}>
                    {name} schema
                  </a>
                )}
              </For>
            )}
          </Show>
        </p>
        <Show when={contract.state === "errored"}>
          <Refusal of={contract.error as Error} />
        </Show>
        <TextField label="Find an endpoint" type="search" value={typed()} onInput={setTyped} />
        <ul class="endpoints" data-testid="endpoints">
          <For each={shown()} fallback={<li class="dim">None matches.</li>}>
            {({ method, path, summary }) => (
              <li>
                <span class="chip" data-tone={method === "POST" ? "info" : undefined}>
                  {method}
                </span>
                <code>{path}</code>
                <span class="dim small">{summary}</span>
              </li>
            )}
          </For>
        </ul>
      </Section>
    </>
  );
}
