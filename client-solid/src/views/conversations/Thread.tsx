/**
 * One thread: its latest messages, earlier ones on demand, and the composer below. New messages appear at
 * the end; who reads further up is not moved, but told. Neighbour: `Composer`.
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
import { CEO } from "../../../../core/state/agents/agent.ts";
import type { Category } from "../../../../core/state/conversations/thread.ts";
import { nameOf } from "../../../../core/state/lookup.ts";
import { usePage } from "../../page.ts";
import { Avatar } from "../../parts/Avatar.tsx";
import { Button } from "../../parts/Button.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { AgentLink } from "../../parts/links.tsx";
import { Markdown } from "../../parts/Markdown.tsx";
import { Ago } from "../../parts/signs.tsx";
import { plural } from "../../parts/words.ts";
import { Composer } from "./Composer.tsx";

/** Messages shown at first, and how many more at a time: a thread may be of any length. */
const PAGE = 50;
/** So near to the end counts as being there, in pixels. */
const NEAR = 60;

export const CATEGORY_TONE: Record<Category, string | undefined> = {
  directive: "violet",
  summary: "good",
  status: "info",
  discussion: undefined,
  ack: undefined,
};

export function Thread(props: { id: string; messageIds: readonly string[] }) {
  const { wire } = usePage().mirror;
  const [limit, setLimit] = createSignal(PAGE);
  const [behind, setBehind] = createSignal(0);
  let list!: HTMLDivElement;
  let atEnd = true;
  const shown = createMemo(() => props.messageIds.slice(-limit()));
  const hidden = () => props.messageIds.length - shown().length;
  const thread = () => wire.threads[props.id];

  const toEnd = () => {
    list.scrollTop = list.scrollHeight;
    setBehind(0);
  };
  const onScroll = () => {
    atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR;
    if (atEnd) setBehind(0);
  };
  onMount(() => {
    toEnd();
    // Markdown is rendered a moment later and makes it longer.
    const observer = new ResizeObserver(() => atEnd && toEnd());
    for (const child of list.children) observer.observe(child);
    onCleanup(() => observer.disconnect());
  });
  createEffect(
    on(
      () => props.messageIds.length,
      (count, before = count) => {
        if (count <= before) return;
        if (atEnd) requestAnimationFrame(toEnd);
        else {
          // As many more are kept, so that what is read stays where it is.
          setLimit(limit() + count - before);
          setBehind(behind() + count - before);
        }
      },
      { defer: true },
    ),
  );

  function showEarlier(): void {
    const fromEnd = list.scrollHeight - list.scrollTop;
    setLimit(limit() + PAGE);
    list.scrollTop = list.scrollHeight - fromEnd;
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
      >
        <ol>
          <Show when={hidden() > 0}>
            <li class="earlier">
              <Button small kind="quiet" onClick={showEarlier}>
                Show earlier ({hidden()})
              </Button>
            </li>
          </Show>
          <For each={shown()}>
            {(id, at) => (
              <Show when={wire.messages[id]}>
                {(message) => {
                  const first = () =>
                    wire.messages[shown()[at() - 1] ?? ""]?.sender !== message().sender;
                  return (
                    <li
                      class="message"
                      data-message={id}
                      data-own={message().sender === CEO ? "" : undefined}
                      data-first={first() ? "" : undefined}
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
