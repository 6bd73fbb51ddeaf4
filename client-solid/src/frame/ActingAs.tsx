/**
 * Whose token this tab has, where it is not the owner's: what is written here is entered as theirs, and
 * the token may have come by a link of somebody else. Neighbours: `sync/token.ts`, `GET /api/session`.
 * Invariant: says nothing of a token that it has not asked the server about.
 */
import { A } from "@solidjs/router";
import { createResource, Show } from "solid-js";
import { nameOf } from "../../../core/state/lookup.ts";
import { usePage } from "../page.ts";
import { useRead } from "../parts/read.ts";

export function ActingAs() {
  const { connection, mirror, token } = usePage();
  const read = useRead();
  // Asked again whenever the wire comes back: the token may have been revoked meanwhile.
  const [session] = createResource(
    () => connection().status === "live" && token.token(),
    async (held) => ({ held, said: await read("session", {}) }),
  );
  const other = () => {
    const known = session.state === "ready" ? session() : session.latest;
    return known && known.held === token.token() && known.said.role !== "owner" ? known.said : null;
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
