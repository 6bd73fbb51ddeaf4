/** Many agents at once from another system's list (openclaw/roster_sync), previewed before it is sent. */
import { createMemo, createSignal, Show } from "solid-js";
import type { PayloadOf } from "../../../../core/registry.ts";
import { usePage } from "../../page.ts";
import { useAct } from "../../parts/act.ts";
import { Button } from "../../parts/Button.tsx";
import { CheckField, TextArea } from "../../parts/Field.tsx";
import { Refusal } from "../../parts/Refusal.tsx";
import { plural } from "../../parts/words.ts";
import { parseJson } from "./model.ts";
import { Section } from "./Section.tsx";

type Roster = PayloadOf<"openclaw/roster_sync">;

export function RosterSync() {
  const { mirror, confirm } = usePage();
  const { submit, busy, refusal } = useAct();
  const [text, setText] = createSignal("");
  const [replace, setReplace] = createSignal(false);
  const [done, setDone] = createSignal<string | null>(null);
  const parsed = createMemo(() => {
    if (text().trim() === "") return null;
    const json = parseJson(text());
    if (!json.ok) return { problem: `The roster ${json.message}`, agents: [] };
    const value = json.value as { agents?: unknown } | null;
    const agents = Array.isArray(value) ? value : value?.agents;
    if (!Array.isArray(agents)) return { problem: "It must be a list of agents.", agents: [] };
    return { problem: null, agents };
  });
  const plan = () => {
    const { agents } = mirror.wire;
    const ids = (parsed()?.agents ?? []).map((one) =>
      String((one as { agent_id?: string })?.agent_id),
    );
    const known = ids.filter((id) => agents[id] !== undefined).length;
    const absent = Object.values(agents).filter(
      ({ id, standing }) => standing === "active" && !ids.includes(id),
    ).length;
    return `${plural(ids.length - known, "new agent")}, ${known} known${replace() ? `, ${absent} absent from it marked offline` : ""}`;
  };

  async function send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const given = parsed();
    if (busy() || !given || given.problem) return;
    const sure =
      !replace() ||
      (await confirm.ask({
        title: "Synchronise the roster",
        text: plan(),
        yes: "Synchronise",
        danger: true,
      }));
    if (!sure) return;
    const body = { agents: given.agents, replace_missing: replace() } as Roster;
    const said = await submit("openclaw/roster_sync", body);
    if (!said) return;
    setDone(
      Object.entries(said.sync)
        .map(([what, which]) => `${Array.isArray(which) ? which.length : String(which)} ${what}`)
        .join(", "),
    );
    setText("");
  }

  return (
    <Section
      title="Synchronise the roster"
      text="Takes over the agents of another system: a JSON list, each as in agents/register."
    >
      <form class="form" onSubmit={send} data-testid="roster">
        <TextArea
          label="Roster"
          rows={4}
          value={text()}
          onInput={setText}
          placeholder={'[{"agent_id": "ada", "name": "Ada", "role": "Engineer"}]'}
          invalid={parsed()?.problem != null}
        />
        <CheckField
          label="Mark agents that are absent from it as offline"
          value={replace()}
          onInput={setReplace}
        />
        <Show when={parsed()}>
          {(given) => (
            <Show when={given().problem} fallback={<p class="notice-box">{plan()}</p>}>
              {(problem) => (
                <p class="alert" role="alert">
                  {problem()}
                </p>
              )}
            </Show>
          )}
        </Show>
        <Refusal of={refusal()} />
        <div class="foot">
          <Button
            kind="main"
            type="submit"
            busy={busy()}
            off={!parsed() || parsed()?.problem !== null}
          >
            Synchronise
          </Button>
        </div>
        <Show when={done()}>
          {(words) => (
            <p class="notice-box" role="status">
              Done: {words()}.
            </p>
          )}
        </Show>
      </form>
    </Section>
  );
}
