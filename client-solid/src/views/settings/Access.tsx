/**
 * The token of this tab, and the named tokens of the company. Neighbours: `sync/token.ts` keeps the one,
 * the server the others. Invariant: a new token is shown once and is in no signal that outlives the form.
 */
import { createResource, createSignal, For, Show } from "solid-js";
import { ROLES } from "../../../../core/permissions.ts";
import { usePage } from "../../page.ts";
import { useAct } from "../../parts/act.ts";
import { Button } from "../../parts/Button.tsx";
import { CopyText } from "../../parts/CopyText.tsx";
import { SelectField, TextField } from "../../parts/Field.tsx";
import { isNamed, Refusal } from "../../parts/Refusal.tsx";
import { useRead } from "../../parts/read.ts";
import { Ago } from "../../parts/signs.tsx";
import { rosterIds } from "../../sync/reading.ts";
import { Section } from "./Section.tsx";

export default function Access() {
  const { token } = usePage();
  const read = useRead();
  const [session, { refetch }] = createResource(token.token, async () => read("session", {}));
  const words = () => {
    const said = session.state === "ready" ? session() : undefined;
    if (token.token() === null) return "This tab has no token: it can look, not change.";
    if (!said) return "This tab has a token.";
    return said.role
      ? `This tab has the token of ${said.name}, role ${said.role}.`
      : "This tab has a token that the server does not know.";
  };
  return (
    <>
      <Section
        title="Token of this tab"
        text="Changes are sent with it. It is kept until the tab closes, and never in an address."
      >
        <p data-testid="session">{words()}</p>
        <p class="row">
          <Button onClick={() => void token.request().then(() => refetch())}>
            {token.token() ? "Use another" : "Enter a token"}
          </Button>
          <Show when={token.token()}>
            <Button kind="danger" onClick={() => token.forget()}>
              Forget it
            </Button>
          </Show>
        </p>
      </Section>
      <NamedTokens />
    </>
  );
}

function NamedTokens() {
  const { confirm } = usePage();
  const read = useRead();
  const { act } = useAct();
  const [wanted, setWanted] = createSignal(false);
  const [list, { refetch }] = createResource(wanted, async () => (await read("tokens", {})).tokens);
  const grants = () => (list.state === "ready" || list.state === "refreshing" ? list() : undefined);

  async function revoke(name: string): Promise<void> {
    const sure = await confirm.ask({
      title: `Revoke ${name}`,
      text: "Whoever uses it is refused from now on. The name is never given again.",
      yes: "Revoke",
      danger: true,
    });
    if (sure && (await act("tokens/revoke", { name }, { done: `${name} is revoked` }))) {
      await refetch();
    }
  }

  return (
    <Section
      title="Named tokens"
      text="One for each person, agent or screen, with a role. Only the owner sees and makes them."
    >
      <Show
        when={wanted()}
        fallback={
          <p>
            <Button onClick={() => setWanted(true)}>Show the tokens</Button>
          </p>
        }
      >
        <Show when={list.state === "errored"}>
          <Refusal of={list.error as Error} />
          <p>
            <Button onClick={() => void refetch()}>Try again</Button>
          </p>
        </Show>
        <Show when={grants()}>
          {(known) => (
            <>
              <div class="table-scroll">
                <table class="table" data-testid="tokens">
                  <thead>
                    <tr>
                      <th scope="col">Name</th>
                      <th scope="col">Role</th>
                      <th scope="col">Made</th>
                      <th scope="col">Used</th>
                      <th scope="col">
                        <span class="unseen">Actions</span>
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    <For
                      each={known()}
                      fallback={
                        <tr>
                          <td colspan="5" class="dim">
                            None yet: everybody uses the server's own token.
                          </td>
                        </tr>
                      }
                    >
                      {(grant) => (
                        <tr>
                          <td>
                            {grant.name}
                            <Show when={grant.description}>
                              <span class="dim small"> {grant.description}</span>
                            </Show>
                          </td>
                          <td>
                            {grant.role}
                            {grant.agent_id ? ` as ${grant.agent_id}` : ""}
                          </td>
                          <td>
                            <Ago time={grant.created_at} />
                          </td>
                          <td>
                            <Show when={grant.last_used_at} fallback="not since the start">
                              {(time) => <Ago time={time()} />}
                            </Show>
                          </td>
                          <td class="actions">
                            <Show
                              when={grant.revoked_at === null}
                              fallback={<span class="dim">revoked</span>}
                            >
                              <Button small kind="danger" onClick={() => void revoke(grant.name)}>
                                Revoke<span class="unseen"> {grant.name}</span>
                              </Button>
                            </Show>
                          </td>
                        </tr>
                      )}
                    </For>
                  </tbody>
                </table>
              </div>
              <NewToken onMade={() => void refetch()} />
            </>
          )}
        </Show>
      </Show>
    </Section>
  );
}

function NewToken(props: { onMade(): void }) {
  const { wire } = usePage().mirror;
  const { submit, busy, refusal } = useAct();
  const [name, setName] = createSignal("");
  const [role, setRole] = createSignal<(typeof ROLES)[number]>("agent");
  const [agent, setAgent] = createSignal("");
  const [description, setDescription] = createSignal("");
  const [made, setMade] = createSignal<{ name: string; token: string } | null>(null);

  async function create(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (busy()) return;
    const said = await submit("tokens/create", {
      name: name().trim(),
      role: role(),
      ...(role() === "agent" && agent() && { agent_id: agent() }),
      ...(description() && { description: description() }),
    });
    if (!said) return;
    if (said.token) setMade({ name: name().trim(), token: said.token });
    setName("");
    setDescription("");
    props.onMade();
  }

  return (
    <form class="form" onSubmit={create} data-testid="token-create">
      <h3>Make one</h3>
      <div class="columns">
        <TextField
          label="Name"
          value={name()}
          onInput={setName}
          required
          placeholder="codex-laptop"
          invalid={isNamed(refusal(), "name")}
        />
        <SelectField
          label="Role"
          value={role()}
          choices={ROLES.map((one) => ({ value: one, name: one }))}
          onInput={(value) => setRole(ROLES.find((one) => one === value) ?? "agent")}
        />
        <Show when={role() === "agent"}>
          <SelectField
            label="Speaks for"
            none="Choose the agent"
            value={agent()}
            choices={rosterIds(wire).map((id) => ({ value: id, name: id }))}
            onInput={setAgent}
            required
            invalid={isNamed(refusal(), "agent_id")}
          />
        </Show>
        <TextField label="What it is for" value={description()} onInput={setDescription} />
      </div>
      <Refusal of={refusal()} />
      <div class="foot">
        <Button kind="main" type="submit" busy={busy()}>
          Make the token
        </Button>
      </div>
      <Show when={made()}>
        {(fresh) => (
          <div class="stack notice-box" role="status" data-testid="token-made">
            <p>
              The token of <strong>{fresh().name}</strong>. It is shown this once; keep it now.
            </p>
            <CopyText text={fresh().token} label={`the token of ${fresh().name}`} />
            <p>
              <Button small onClick={() => setMade(null)}>
                I have it
              </Button>
            </p>
          </div>
        )}
      </Show>
    </form>
  );
}
