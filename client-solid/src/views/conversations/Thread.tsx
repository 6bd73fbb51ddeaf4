/**
 * One thread: its latest messages, earlier ones on demand, from the archive too, and the composer below.
 * New messages appear at the end; who reads further up is not moved, but told. Neighbours: `Composer`,
 * `older.ts`.
 */
import { A } from "@solidjs/router";
import ArrowDown from "lucide-solid/icons/arrow-down";
import ArrowLeft from "lucide-solid/icons/arrow-left";
import {
  createEffect,
  createMemo,
  createSignal,
  For,
  on,
  onCleanup,
  onMount,
  Show,
} from "solid-js";
import { unwrap } from "solid-js/store";
import { CEO } from "../../../../core/state/agents/agent.ts";
import type { Category, Message } from "../../../../core/state/conversations/thread.ts";
import { nameOf } from "../../../../core/state/lookup.ts";
import { compareIds } from "../../../../core/table.ts";
import { usePage } from "../../page.ts";
import { Avatar } from "../../parts/Avatar.tsx";
import { Button } from "../../parts/Button.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { AgentLink } from "../../parts/links.tsx";
import { Markdown } from "../../parts/Markdown.tsx";
import { useRead } from "../../parts/read.ts";
import { Ago } from "../../parts/signs.tsx";
import { plural } from "../../parts/words.ts";
import { Composer } from "./Composer.tsx";
import { Earlier } from "./Earlier.tsx";
import { createOlder, joined } from "./older.ts";

/** Messages shown at first, and how many more at a time: a thread may be of any length. */
const PAGE = 50;
/** So near to either end counts as being there, in pixels. */
const NEAR = 60;
/** In characters: from here on a message is laid out only once it comes near. */
const LONG = 2_000;

export const CATEGORY_TONE: Record<Category, string | undefined> = {
  directive: "violet",
  summary: "good",
  status: "info",
  discussion: undefined,
  ack: undefined,
};

export function Thread(props: { id: string; messageIds: readonly string[] }) {
  const { wire } = usePage().mirror;
  const read = useRead();
  const [limit, setLimit] = createSignal(PAGE);
  const [behind, setBehind] = createSignal(0);
  let list!: HTMLDivElement;
  let atEnd = true;
  /** How far from the end the reader stays while what was put before is getting its size. */
  let anchor: number | null = null;
  const thread = () => wire.threads[props.id];
  const older = createOlder<Message>({
    live: () => props.messageIds,
    recordOf: (id) => unwrap(wire).messages[id],
    archived: () => thread()?.archived_messages ?? 0,
    async ask(cursor) {
      const asked = { thread_id: props.id, ...(cursor && { cursor }) };
      const { messages, next } = await read("conversations/archive", asked);
      return { records: messages, next };
    },
  });
  const all = createMemo(() => joined(older.ids(), props.messageIds));
  const shown = createMemo(() => all().slice(-limit()));
  const hidden = () => all().length - shown().length;
  const messageOf = (id: string) => wire.messages[id] ?? older.get(id);

  const toEnd = () => {
    list.scrollTop = list.scrollHeight;
    setBehind(0);
  };
  const onScroll = () => {
    const fromEnd = list.scrollHeight - list.scrollTop;
    atEnd = fromEnd - list.clientHeight < NEAR;
    if (atEnd) setBehind(0);
    // Not by the reader, where the place is still the same.
    if (anchor !== null && Math.abs(fromEnd - anchor) > 1) anchor = null;
    if (list.scrollTop < NEAR && !atEnd && !older.problem()) void showEarlier();
  };
  onMount(() => {
    toEnd();
    // Markdown is rendered a moment later and makes it longer.
    const observer = new ResizeObserver(() => {
      if (atEnd) toEnd();
      else if (anchor !== null) list.scrollTop = list.scrollHeight - anchor;
    });
    for (const child of list.children) observer.observe(child);
    onCleanup(() => observer.disconnect());
  });
  createEffect(
    on(
      () => props.messageIds.at(-1),
      (last, before) => {
        const count = countAfter(before ?? "");
        if (last === undefined || count === 0) return;
        if (atEnd) requestAnimationFrame(toEnd);
        else {
          // As many more are kept, so that what is read stays where it is.
          anchor = null;
          setLimit(limit() + count);
          setBehind(behind() + count);
        }
      },
      { defer: true },
    ),
  );

  function countAfter(id: string): number {
    const ids = props.messageIds;
    let count = 0;
    while (count < ids.length && compareIds(ids[ids.length - 1 - count] ?? "", id) > 0) count++;
    return count;
  }

  async function showEarlier(): Promise<void> {
    if (hidden() === 0) {
      if (older.left() === 0 || older.loading()) return;
      // What is read is shown below, and only then.
      setLimit(all().length);
      anchor = list.scrollHeight - list.scrollTop;
      await older.load();
      if (hidden() === 0) {
        setLimit(Math.max(PAGE, limit()));
        return;
      }
    }
    const focused = document.activeElement;
    const fromEnd = list.scrollHeight - list.scrollTop;
    setLimit(limit() + PAGE);
    anchor = fromEnd;
    list.scrollTop = list.scrollHeight - fromEnd;
    // The button goes with the last of them.
    if (focused && !focused.isConnected) list.focus({ preventScroll: true });
  }

  return (
    <section class="talk-main" aria-label={thread()?.title ?? props.id} data-testid="thread">
      <Show
        when={thread()}
        fallback={
          <Empty title={`There is no thread ${props.id}`} text="It may have gone with a reset.">
            <A href="/conversations" class="button">
              All threads
            </A>
          </Empty>
        }
      >
        {(of) => (
          <header class="row thread-head">
            <A href="/conversations" class="button back" data-kind="quiet" aria-label="All threads">
              <ArrowLeft size={16} aria-hidden="true" />
            </A>
            <h2 class="cut">{of().title}</h2>
            <span class="row wrap small dim">
              <For each={of().participants}>{(id) => <AgentLink id={id} />}</For>
            </span>
          </header>
        )}
      </Show>
      <div
        class="messages"
        ref={list}
        onScroll={onScroll}
        tabindex="0"
        role="log"
        aria-label="Messages"
        aria-busy={older.loading() ? "true" : undefined}
      >
        <Earlier
          hidden={hidden()}
          older={older}
          what="messages"
          onMore={() => void showEarlier()}
        />
        <ol>
          <For each={shown()}>
            {(id, at) => (
              <Show when={messageOf(id)}>
                {(message) => {
                  const first = () =>
                    messageOf(shown()[at() - 1] ?? "")?.sender !== message().sender;
                  return (
                    <li
                      class="message"
                      data-message={id}
                      data-own={message().sender === CEO ? "" : undefined}
                      data-first={first() ? "" : undefined}
                      data-long={message().text.length > LONG ? "" : undefined}
                    >
                      <Show when={first()} fallback={<span />}>
                        <Avatar id={message().sender} size={28} />
                      </Show>
                      <div class="stack tight">
                        <p class="row wrap small">
                          <Show when={first()}>
                            <strong>{nameOf(wire, message().sender)}</strong>
                          </Show>
                          <Show when={message().category !== "discussion"}>
                            <span class="chip" data-tone={CATEGORY_TONE[message().category]}>
                              {message().category}
                            </span>
                          </Show>
                          <Show when={message().target}>
                            {(target) => <span class="dim">to {nameOf(wire, target())}</span>}
                          </Show>
                          <Show when={message().project_id}>
                            {(project) => (
                              <A href={`/projects/${project()}`} class="link dim">
                                {wire.projects[project()]?.name ?? project()}
                              </A>
                            )}
                          </Show>
                          <Ago time={message().timestamp} class="dim" />
                        </p>
                        <Markdown text={message().text} />
                      </div>
                    </li>
                  );
                }}
              </Show>
            )}
          </For>
        </ol>
      </div>
      <Show when={behind() > 0}>
        <Button class="to-end" small icon={ArrowDown} onClick={toEnd}>
          {plural(behind(), "new message")}
        </Button>
      </Show>
      <Show when={thread()}>
        {(of) => <Composer threadId={props.id} participants={of().participants} onSent={toEnd} />}
      </Show>
    </section>
  );
}
