/**
 * A whole company from one manifest (org/bootstrap): pasted or from a file, checked and previewed before
 * anything is sent, with the server's warnings afterwards. Neighbour: `model.ts` checks.
 */
import { createMemo, createSignal, For, Show } from "solid-js";
import type { PayloadOf } from "../../../../core/registry.ts";
import { usePage } from "../../page.ts";
import { useAct } from "../../parts/act.ts";
import { Button } from "../../parts/Button.tsx";
import { TextArea } from "../../parts/Field.tsx";
import { Refusal } from "../../parts/Refusal.tsx";
import { plural } from "../../parts/words.ts";
import { useLosses } from "./losses.ts";
import { previewManifest } from "./model.ts";
import { Section } from "./Section.tsx";

const EXAMPLE = {
  company_name: "Acme Corp",
  ceo_name: "Alex",
  projects: [{ project_id: "atlas-core", name: "Atlas Core" }],
  agents: [
    {
      agent_id: "orion",
      name: "Orion",
      role: "Chief of Staff",
      home_specialist: "planning",
      manager: "ceo",
    },
  ],
};

export function Bootstrap() {
  const { confirm } = usePage();
  const { submit, busy, refusal } = useAct();
  const losses = useLosses();
  const [text, setText] = createSignal("");
  const [result, setResult] = createSignal<{ made: string; warnings: readonly string[] } | null>(
    null,
  );
  const preview = createMemo(() => previewManifest(text()));
  let picker!: HTMLInputElement;

  async function send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (busy() || preview().problem || text().trim() === "") return;
    const sure = await confirm.ask({
      title: "Replace everything by this manifest",
      text: (
        <>
          <p>This company is taken away: {losses()}. The manifest makes:</p>
          <ul>
            <For each={preview().lines}>{(line) => <li>{line}</li>}</For>
          </ul>
        </>
      ),
      yes: "Replace everything",
      danger: true,
      typed: "replace",
    });
    if (!sure) return;
    // The server checks every part of it, and names what it leaves out.
    const said = await submit("org/bootstrap", JSON.parse(text()) as PayloadOf<"org/bootstrap">, {
      showsWarnings: true,
    });
    if (!said) return;
    const { agents_registered, projects, warnings } = said;
    setResult({
      made: `${plural(agents_registered.length, "agent")}, ${plural(projects.length, "project")}`,
      warnings,
    });
    setText("");
  }

  return (
    <Section
      title="Bootstrap from a manifest"
      text="One JSON file with the company, its projects and its agents makes all of it at once."
    >
      <form class="form" onSubmit={send} data-testid="bootstrap">
        <TextArea
          label="Manifest"
          rows={8}
          value={text()}
          onInput={setText}
          placeholder={JSON.stringify(EXAMPLE, null, 2)}
          hint={
            <>
              Agents as in agents/register, projects as in projects/configure; what is not valid is
              left out and named.
            </>
          }
          invalid={preview().problem !== null}
        />
        <Show when={preview().problem}>
          {(problem) => (
            <p class="alert" role="alert">
              {problem()}
            </p>
          )}
        </Show>
        <Show when={preview().lines.length > 0}>
          <div class="notice-box" data-testid="bootstrap-preview">
            <h3>What it makes</h3>
            <ul class="plain-list">
              <For each={preview().lines}>{(line) => <li>{line}</li>}</For>
            </ul>
          </div>
        </Show>
        <Refusal of={refusal()} />
        <div class="foot">
          <input
            ref={picker}
            type="file"
            accept="application/json,.json"
            class="unseen"
            tabindex="-1"
            aria-label="Manifest file"
            onChange={async (event) => {
              const [file] = event.currentTarget.files ?? [];
              if (file) setText(await file.text());
              picker.value = "";
            }}
          />
          <Button kind="quiet" onClick={() => setText(JSON.stringify(EXAMPLE, null, 2))}>
            Begin from an example
          </Button>
          <Button onClick={() => picker.click()}>Choose a file</Button>
          <Button
            kind="danger"
            type="submit"
            busy={busy()}
            off={preview().problem !== null || text().trim() === ""}
          >
            Bootstrap
          </Button>
        </div>
        <Show when={result()}>
          {(done) => (
            <div class="notice-box" role="status" data-testid="bootstrap-result">
              <p>Made: {done().made}.</p>
              <Show when={done().warnings.length > 0} fallback={<p class="dim">No warnings.</p>}>
                <h3>Left out or changed</h3>
                <ul class="plain-list">
                  <For each={done().warnings}>{(warning) => <li>{warning}</li>}</For>
                </ul>
              </Show>
            </div>
          )}
        </Show>
      </form>
    </Section>
  );
}
