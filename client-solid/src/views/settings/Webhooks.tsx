/**
 * Addresses outside that are told of events: the list with how each fares, the form, its deliveries.
 * Neighbours: GET webhooks/list and webhooks/deliveries, since address and log are not in the feed.
 */
import Plus from "lucide-solid/icons/plus";
import { createEffect, createResource, createSignal, For, on, Show } from "solid-js";
import { usePage } from "../../page.ts";
import { useAct } from "../../parts/act.ts";
import { Button } from "../../parts/Button.tsx";
import { CopyText } from "../../parts/CopyText.tsx";
import { Refusal } from "../../parts/Refusal.tsx";
import { useRead } from "../../parts/read.ts";
import { Ago } from "../../parts/signs.tsx";
import type { Hook } from "./hook.ts";
import { Section } from "./Section.tsx";
import { WebhookForm } from "./WebhookForm.tsx";

const TONE = { active: "good", paused: "bad", inactive: undefined } as const;

export default function Webhooks() {
  const { mirror } = usePage();
  const read = useRead();
  const [wanted, setWanted] = createSignal(false);
  const [hooks, { refetch }] = createResource(
    wanted,
    async () => (await read("webhooks/list", {})).webhooks,
  );
  const [open, setOpen] = createSignal<{ hook: Hook | null } | null>(null);
  const [secret, setSecret] = createSignal<{ id: string; secret: string } | null>(null);
  // What anybody changes is in the feed; the addresses are asked for again.
  createEffect(
    on(
      () =>
        Object.values(mirror.wire.webhooks)
          .map(({ id, version }) => `${id} ${version}`)
          .join(),
      () => wanted() && void refetch(),
      { defer: true },
    ),
  );
  return (
    <Section
      title="Webhooks"
      text="Addresses that are told of events, signed and in order, at least once."
    >
      <Show
        when={wanted()}
        fallback={
          <p>
            <Button onClick={() => setWanted(true)}>Show the webhooks</Button>
          </p>
        }
      >
        <Show when={hooks.state === "errored"}>
          <Refusal of={hooks.error as Error} />
          <p>
            <Button onClick={() => void refetch()}>Try again</Button>
          </p>
        </Show>
        <Show when={hooks.state !== "errored" && hooks.latest}>
          {(known) => (
            <>
              <ul class="hooks" data-testid="webhooks">
                <For
                  each={known()}
                  fallback={<li class="dim">None yet. Add one to tell another system.</li>}
                >
                  {(hook) => (
                    <HookRow
                      hook={hook}
                      onEdit={() => setOpen({ hook })}
                      onChanged={() => void refetch()}
                    />
                  )}
                </For>
              </ul>
              <p>
                <Button icon={Plus} onClick={() => setOpen({ hook: null })}>
                  Add a webhook
                </Button>
              </p>
            </>
          )}
        </Show>
        <Show when={secret()}>
          {(made) => (
            <div class="notice-box stack" role="status" data-testid="webhook-secret">
              <p>The secret that signs the deliveries of {made().id}. It is shown this once.</p>
              <CopyText text={made().secret} label={`the secret of ${made().id}`} />
              <p>
                <Button small onClick={() => setSecret(null)}>
                  I have it
                </Button>
              </p>
            </div>
          )}
        </Show>
      </Show>
      <Show when={open()} keyed>
        {({ hook }) => (
          <WebhookForm
            hook={hook}
            onClose={() => setOpen(null)}
            onSaved={(id, made) => {
              if (made) setSecret({ id, secret: made });
              void refetch();
            }}
          />
        )}
      </Show>
    </Section>
  );
}

function HookRow(props: {
  hook: Hook;
  onEdit(): void;
  /** The server has done it; what the feed told early was not yet in its list. */
  onChanged(): void;
}) {
  const { confirm } = usePage();
  const { act, busy } = useAct();
  const [log, setLog] = createSignal(false);
  const webhook_id = () => props.hook.id;

  async function remove(): Promise<void> {
    const sure = await confirm.ask({
      title: `Delete ${webhook_id()}`,
      text: `Nothing more is sent to ${props.hook.url ?? props.hook.origin}. Its secret and its log go too.`,
      yes: "Delete",
      danger: true,
    });
    if (!sure) return;
    const done = `${webhook_id()} deleted`;
    if (await act("webhooks/delete", { webhook_id: webhook_id() }, { done })) props.onChanged();
  }

  return (
    <li class="stack" data-webhook={webhook_id()}>
      <div class="row wrap">
        <span class="task-id">{webhook_id()}</span>
        <code class="cut">{props.hook.url ?? props.hook.origin}</code>
        <span class="chip" data-tone={TONE[props.hook.status]}>
          {props.hook.status}
        </span>
        <span class="dim small">
          {props.hook.kinds.length === 0 ? "all events" : props.hook.kinds.join(", ")}
          <Show when={props.hook.cursor !== null}> · told up to {props.hook.cursor}</Show>
        </span>
      </div>
      <Show when={props.hook.description}>{(text) => <p class="dim">{text()}</p>}</Show>
      <Show when={props.hook.paused}>
        {(paused) => <p class="reason">Paused: {paused().reason}</p>}
      </Show>
      <div class="row wrap">
        <Button small onClick={() => props.onEdit()}>
          Edit<span class="unseen"> {webhook_id()}</span>
        </Button>
        <Button
          small
          busy={busy()}
          onClick={() =>
            void act(
              "webhooks/configure",
              { webhook_id: webhook_id(), active: props.hook.status !== "active" },
              { done: `${webhook_id()} is ${props.hook.status === "active" ? "off" : "on"}` },
            ).then(() => props.onChanged())
          }
        >
          {props.hook.status === "active" ? "Turn off" : "Turn on"}
          <span class="unseen"> {webhook_id()}</span>
        </Button>
        <Button small onClick={() => setLog(!log())} aria-expanded={log()}>
          Deliveries<span class="unseen"> of {webhook_id()}</span>
        </Button>
        <Button small kind="danger" onClick={() => void remove()}>
          Delete<span class="unseen"> {webhook_id()}</span>
        </Button>
      </div>
      <Show when={log()}>
        <Deliveries hook={props.hook} />
      </Show>
    </li>
  );
}

function Deliveries(props: { hook: Hook }) {
  const { mirror } = usePage();
  const read = useRead();
  const { act, busy } = useAct();
  const webhook_id = () => props.hook.id;
  const [deliveries, { refetch }] = createResource(
    webhook_id,
    async (id) => (await read("webhooks/deliveries", { webhook_id: id })).deliveries,
  );
  const redeliver = (seq: number) =>
    void act(
      "webhooks/redeliver",
      { webhook_id: webhook_id(), seq },
      { done: `Event ${seq} is sent again` },
    ).then(() => refetch());
  return (
    <div class="stack notice-box" data-testid="deliveries">
      <p class="row wrap">
        <Button small onClick={() => void refetch()}>
          Look again
        </Button>
        <Button
          small
          busy={busy()}
          off={props.hook.status !== "active"}
          title={props.hook.status === "active" ? undefined : "Turn it on first"}
          onClick={() => redeliver(mirror.seq())}
        >
          Send the latest event as a test
        </Button>
      </p>
      <Show when={deliveries.state === "errored"}>
        <Refusal of={deliveries.error as Error} />
      </Show>
      <ul class="plain-list">
        <For
          each={deliveries.state === "errored" ? [] : deliveries.latest}
          fallback={<li class="dim">Nothing was sent yet.</li>}
        >
          {(one) => (
            <li class="row wrap">
              <span class="chip" data-tone={one.outcome === "delivered" ? "good" : "warn"}>
                {one.outcome}
              </span>
              event {one.seq} {one.kind}
              <span class="dim small">
                {one.status ?? one.error ?? "no answer"}, {one.attempts} tries,{" "}
                <Ago time={one.ended_at} />
              </span>
              <Button
                small
                kind="quiet"
                off={props.hook.status !== "active"}
                onClick={() => redeliver(one.seq)}
              >
                Send again<span class="unseen"> event {one.seq}</span>
              </Button>
            </li>
          )}
        </For>
      </ul>
    </div>
  );
}
