/**
 * Whose token this tab has, where it is not the owner's: what is written here is entered as theirs, and
 * the token may have come by a link of somebody else. Neighbours: `sync/token.ts`, `GET /api/session`.
 * Invariant: says nothing of a token that it has not asked the server about.
 */
import { A } from "@solidjs/router";
import { createEffect, createSignal, onCleanup, Show } from "solid-js";
import type { AnswerOf } from "../../../core/queries.ts";
import { nameOf } from "../../../core/state/lookup.ts";
import { usePage } from "../page.ts";
import { useRead } from "../parts/read.ts";

const RETRY_MS = 3_000;

export function ActingAs() {
  const { connection, mirror, token } = usePage();
  const read = useRead();
  const [known, setKnown] = createSignal<{ held: string; said: AnswerOf<"session"> } | null>(null);
  // Asked again whenever the wire comes back: the token may have been revoked meanwhile.
  createEffect(() => {
    const held = token.token();
    if (connection().status !== "live" || held === null) return;
    let retry: ReturnType<typeof setTimeout>;
    let over = false;
    const ask = () =>
      void read("session", {}).then(
        (said) => !over && setKnown({ held, said }),
        () => {
          if (!over) retry = setTimeout(ask, RETRY_MS);
        },
      );
    ask();
    onCleanup(() => {
      over = true;
      clearTimeout(retry);
    });
  });
  const other = () => {
    const now = known();
    return now && now.held === token.token() && now.said.role !== "owner" ? now.said : null;
  };
  return (
    <Show when={other()}>
      {(said) => (
        <p
          class="strip"
          data-tone={said().role === "agent" ? "bad" : "info"}
          data-testid="acting-as"
        >
          <Show
            when={said().role}
            fallback="The server does not know the token of this tab: nothing can be changed with it."
          >
            <Show
              when={said().agent_id}
              fallback={`You are here as ${said().name}, ${said().role}.`}
            >
              {(id) => (
                <>
                  This tab acts as the agent <bdi>{nameOf(mirror.wire, id())}</bdi>: what you change
                  in it is entered as theirs.
                </>
              )}
            </Show>
          </Show>{" "}
          <A href="/settings/access">Use another token</A>
        </p>
      )}
    </Show>
  );
}
