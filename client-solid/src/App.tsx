/**
 * The frame of every view: header with the state of the wire, navigation, main, toasts, token form.
 * Neighbours: `main.tsx` mounts it, the router fills it. Invariant: without a first state no view is
 * shown, so that an empty list always means that there is nothing.
 */
import { A, type RouteSectionProps } from "@solidjs/router";
import { createEffect, For, on, Show } from "solid-js";
import { usePage } from "./page.ts";
import { AsOf, ConnectionBadge } from "./parts/ConnectionBadge.tsx";
import { Toasts } from "./parts/Toasts.tsx";
import { TokenForm } from "./parts/TokenForm.tsx";

const VIEWS = [
  { href: "/", name: "Overview" },
  { href: "/board", name: "Board" },
  { href: "/agents", name: "Agents" },
  { href: "/events", name: "Events" },
] as const;

export function App(props: RouteSectionProps) {
  const { mirror } = usePage();
  let main!: HTMLElement;
  const path = () => props.location.pathname;
  createEffect(() => {
    const view = VIEWS.find(({ href }) => href === path());
    document.title = `${view?.name ?? "Not found"} · ClawTasker`;
  });
  // After a change of view the keyboard goes on in it, as after a load.
  createEffect(on(path, () => main.focus({ preventScroll: true }), { defer: true }));
  return (
    <>
      <button type="button" class="skip" onClick={() => main.focus()}>
        Skip to the content
      </button>
      <header class="top">
        <A href="/" class="brand" aria-label="ClawTasker, overview">
          <img src="/favicon.svg" alt="" width="28" height="28" />
          <span>ClawTasker</span>
        </A>
        <nav aria-label="Views">
          <For each={VIEWS}>
            {({ href, name }) => (
              <A href={href} end>
                {name}
              </A>
            )}
          </For>
        </nav>
        <ConnectionBadge />
        <AsOf />
      </header>
      <main id="main" ref={main} tabindex="-1">
        <Show when={mirror.ready()} fallback={<p class="empty">Waiting for the server…</p>}>
          {props.children}
        </Show>
      </main>
      <Toasts />
      <TokenForm />
    </>
  );
}
