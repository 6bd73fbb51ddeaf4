/**
 * What the company says to each other: threads at the side, one of them open; the CEO's directives in a
 * tab of their own. Neighbours: `model.ts` groups, the preferences keep what was read.
 * Invariant: what is being typed outlives every message that comes in and every change of thread.
 */
import "./conversations.css";
import { A, useNavigate, useParams } from "@solidjs/router";
import Megaphone from "lucide-solid/icons/megaphone";
import Plus from "lucide-solid/icons/plus";
import { createEffect, createMemo, createSignal, For, onMount, Show } from "solid-js";
import { unwrap } from "solid-js/store";
import { CEO } from "../../../../core/state/agents/agent.ts";
import { nameOf } from "../../../../core/state/lookup.ts";
import { useCommands } from "../../commands.ts";
import { usePage } from "../../page.ts";
import { Button } from "../../parts/Button.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { TextField } from "../../parts/Field.tsx";
import { focusFirstField } from "../../parts/focus.ts";
import { useQuery } from "../../parts/query.ts";
import { useSettled } from "../../parts/settled.ts";
import { Ago } from "../../parts/signs.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";
import { prefs } from "../../prefs.ts";
import { Directives } from "./Directives.tsx";
import { markRead, threadsOf, unreadOf } from "./model.ts";
import { NewMessage } from "./NewMessage.tsx";
import { Thread } from "./Thread.tsx";

const DIRECTIVES = "directives";
/** Threads listed at first, and how many more at a time. */
const PAGE = 100;

export default function Conversations() {
  const { wire } = usePage().mirror;
  const { messages } = unwrap(wire);
  const params = useParams<{ id?: string }>();
  const query = useQuery();
  const navigate = useNavigate();
  const [typed, setTyped] = createSignal("");
  const [limit, setLimit] = createSignal(PAGE);

  onMount(() => {
    // What was said before the first visit is not news.
    const { readMessages } = prefs.get();
    if (readMessages[""] === undefined) {
      prefs.set({ readMessages: { ...readMessages, "": wire.counters.message } });
    }
  });
  const derived = useSettled(threadsOf);
  const byId = createMemo(() => new Map(derived().rows.map((row) => [row.id, row])));
  const rows = createMemo(() => {
    const words = typed().toLowerCase();
    return derived().rows.filter(({ id }) =>
      (wire.threads[id]?.title ?? "").toLowerCase().includes(words),
    );
  });
  const isDirectives = () => params.id === DIRECTIVES;
  // Without one in the address, what was the latest then: on small screens the list comes first. It stays, or another
  // would come under what somebody writes.
  const latest = createMemo<string | null>((before) => {
    if (params.id !== undefined) return null;
    const known = before !== null && wire.threads[before] !== undefined;
    return known ? before : (derived().rows[0]?.id ?? null);
  }, null);
  const openId = () => (isDirectives() ? null : (params.id ?? latest()));
  const hrefOf = (id: string) => `/conversations/${id}`;

  createEffect(() => {
    const id = openId();
    const last = id && derived().messages.get(id)?.at(-1);
    if (!id || !last || document.visibilityState === "hidden") return;
    const { readMessages } = prefs.get();
    const next = markRead(readMessages, id, last);
    if (next !== readMessages) prefs.set({ readMessages: next });
  });

  const step = (by: 1 | -1) => {
    const ids = rows().map(({ id }) => id);
    const at = ids.indexOf(openId() ?? "");
    const next = ids[Math.min(ids.length - 1, Math.max(0, at + by))];
    if (next) navigate(hrefOf(next));
  };
  useCommands(() => [
    {
      id: "conversations new",
      name: "New message",
      group: "Conversations",
      keys: "n",
      icon: Plus,
      run: () => query.set({ new: "message" }),
    },
    {
      id: "conversations directive",
      name: "Write a directive",
      group: "Conversations",
      keys: "d",
      icon: Megaphone,
      run() {
        if (isDirectives()) focusFirstField(document.getElementById("main"));
        else navigate(hrefOf(DIRECTIVES));
      },
    },
    {
      id: "conversations next",
      name: "Next thread",
      group: "Conversations",
      keys: "j",
      moves: true,
      hidden: true,
      run: () => step(1),
    },
    {
      id: "conversations previous",
      name: "Previous thread",
      group: "Conversations",
      keys: "k",
      moves: true,
      hidden: true,
      run: () => step(-1),
    },
    {
      id: "conversations reply",
      name: "Reply in this thread",
      group: "Conversations",
      keys: "r",
      hidden: true,
      run: () => document.querySelector<HTMLElement>(".composer textarea")?.focus(),
    },
  ]);

  return (
    <>
      <ViewHead title="Conversations">
        <Button small icon={Plus} onClick={() => query.set({ new: "message" })}>
          New message
        </Button>
      </ViewHead>
      <div class="view-body fill talk" data-open={params.id ? "" : undefined}>
        <nav class="talk-list" aria-label="Threads">
          <A
            href={hrefOf(DIRECTIVES)}
            class="thread-row directives-row"
            aria-current={isDirectives() ? "page" : undefined}
          >
            <Megaphone size={16} aria-hidden="true" />
            <span class="grow">Directives</span>
            <span class="count">
              {Object.keys(wire.directives).length + (wire.archive.directives ?? 0)}
            </span>
          </A>
          <TextField
            label="Find a thread"
            placeholder="Find a thread"
            type="search"
            value={typed()}
            onInput={setTyped}
          />
          <ul data-testid="threads">
            <For
              each={rows()
                .slice(0, limit())
                .map(({ id }) => id)}
              fallback={<li class="dim none">No thread{typed() ? " matches" : " yet"}.</li>}
            >
              {(id) => {
                const row = () => byId().get(id);
                const unread = createMemo(() => {
                  const ids = derived().messages.get(id) ?? [];
                  const { readMessages } = prefs.get();
                  return id === openId() ? 0 : unreadOf(messages, id, ids, readMessages, CEO);
                });
                return (
                  <li>
                    <A
                      href={hrefOf(id)}
                      class="thread-row"
                      aria-current={openId() === id ? "page" : undefined}
                      data-unread={unread() > 0 ? "" : undefined}
                      data-thread={id}
                    >
                      <span class="grow stack tight">
                        <span class="row">
                          <span class="cut grow title">{wire.threads[id]?.title}</span>
                          <Show when={row()?.last}>
                            {(last) => <Ago time={last().timestamp} class="dim small" />}
                          </Show>
                        </span>
                        <span class="dim small cut">
                          <Show when={row()?.last} fallback="Nothing was said yet">
                            {(last) => `${nameOf(wire, last().sender)}: ${last().text}`}
                          </Show>
                        </span>
                      </span>
                      <Show when={unread() > 0}>
                        <span class="unread-count">
                          {unread()}
                          <span class="unseen"> unread</span>
                        </span>
                      </Show>
                    </A>
                  </li>
                );
              }}
            </For>
          </ul>
          <Show when={rows().length > limit()}>
            <Button small kind="quiet" onClick={() => setLimit(limit() + PAGE)}>
              Show more threads
            </Button>
          </Show>
        </nav>
        <Show
          when={!isDirectives()}
          fallback={
            <section class="talk-main" aria-label="Directives">
              <Directives />
            </section>
          }
        >
          <Show
            when={openId()}
            keyed
            fallback={
              <section class="talk-main">
                <Empty
                  title="No conversations yet"
                  text="Agents write here by conversations/message; you can begin one with any of them."
                >
                  <Button
                    kind="main"
                    off={Object.keys(wire.agents).length === 0}
                    title={Object.keys(wire.agents).length === 0 ? "Nobody has joined yet" : ""}
                    onClick={() => query.set({ new: "message" })}
                  >
                    New message
                  </Button>
                </Empty>
              </section>
            }
          >
            {(id) => <Thread id={id} messageIds={derived().messages.get(id) ?? []} />}
          </Show>
        </Show>
      </div>
      <Show when={query.get("new") === "message"}>
        <NewMessage
          onClose={() => query.set({ new: "", to: "" })}
          onSent={(id) => navigate(hrefOf(id))}
        />
      </Show>
    </>
  );
}
