/** Adds or changes a webhook (webhooks/configure). Invariant: a secret is typed or made, never shown again. */
import { createSignal, For } from "solid-js";
import type { EventKind } from "../../../../core/action.ts";
import { useAct } from "../../parts/act.ts";
import { Button } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { CheckField, TextArea, TextField } from "../../parts/Field.tsx";
import { KINDS } from "../../parts/kinds.ts";
import { isNamed, Refusal } from "../../parts/Refusal.tsx";
import type { Hook } from "./hook.ts";

export function WebhookForm(props: {
  hook: Hook | null;
  onClose(): void;
  onSaved(id: string, secret: string | undefined): void;
}) {
  // The form is about what it was opened with.
  const { hook } = props;
  const { submit, busy, refusal } = useAct();
  const [url, setUrl] = createSignal(hook?.url ?? "");
  const [description, setDescription] = createSignal(hook?.description ?? "");
  const [secret, setSecret] = createSignal("");
  const [kinds, setKinds] = createSignal<readonly EventKind[]>(hook?.kinds ?? []);
  const [active, setActive] = createSignal(hook?.active ?? true);

  async function save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (busy()) return;
    const said = await submit(
      "webhooks/configure",
      {
        ...(hook && { webhook_id: hook.id }),
        ...(url() !== hook?.url && { url: url() }),
        ...(secret() && { secret: secret() }),
        kinds: [...kinds()],
        description: description(),
        active: active(),
      },
      { done: (reply) => `${reply.webhook.id} is saved` },
    );
    if (!said) return;
    props.onSaved(said.webhook.id, said.secret);
    props.onClose();
  }

  return (
    <Dialog
      title={hook ? `Webhook ${hook.id}` : "Add a webhook"}
      open={true}
      onClose={() => props.onClose()}
      testid="webhook-form"
    >
      <form class="form" onSubmit={save}>
        <TextField
          label="Address"
          value={url()}
          onInput={setUrl}
          placeholder="https://hooks.example/clawtasker"
          required
          invalid={isNamed(refusal(), "url")}
        />
        <TextField
          label="Secret"
          value={secret()}
          onInput={setSecret}
          hint={
            hook
              ? "Empty keeps the one it has."
              : "Signs the deliveries; empty for one that is made and shown once."
          }
          invalid={isNamed(refusal(), "secret")}
        />
        <TextArea label="What it is for" rows={2} value={description()} onInput={setDescription} />
        <fieldset class="field">
          <legend>Events; all when none is chosen</legend>
          <div class="kind-checks">
            <For each={KINDS}>
              {({ kind, name }) => (
                <CheckField
                  label={name}
                  value={kinds().includes(kind)}
                  onInput={(on) =>
                    setKinds((before) =>
                      on ? [...before, kind] : before.filter((one) => one !== kind),
                    )
                  }
                />
              )}
            </For>
          </div>
        </fieldset>
        <CheckField label="Active" value={active()} onInput={setActive} />
        <Refusal of={refusal()} />
        <div class="foot">
          <Button kind="quiet" onClick={() => props.onClose()}>
            Cancel
          </Button>
          <Button kind="main" type="submit" busy={busy()}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
