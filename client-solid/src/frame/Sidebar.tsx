/** The navigation of wide screens, made from the list of views. Neighbour: `routes.ts`. */
import { A, useLocation } from "@solidjs/router";
import Search from "lucide-solid/icons/search";
import { For, Show } from "solid-js";
import { Dynamic } from "solid-js/web";
import { toKeyWords } from "../commands.ts";
import { usePage } from "../page.ts";
import { Kbd } from "../parts/Kbd.tsx";
import { GROUPS, VIEWS, type View, viewOf } from "../routes.ts";
import { useCounts } from "./counts.ts";

export function Sidebar(props: { onSearch(): void }) {
  const { wire } = usePage().mirror;
  return (
    <aside class="sidebar" aria-label="Navigation">
      <A href="/" class="brand">
        <img src="/favicon.svg" alt="" width="24" height="24" />
        <span class="text cut">{wire.company.name || "ClawTasker"}</span>
      </A>
      <button
        type="button"
        class="search-button"
        title="Search and commands"
        onClick={() => props.onSearch()}
      >
        <Search size={15} aria-hidden="true" />
        <span class="text">Search</span>
        <Kbd keys="$mod+k" />
      </button>
      <nav aria-label="Views">
        <For each={GROUPS}>
          {(group) => (
            <>
              <h2>{group}</h2>
              <ul>
                <For each={VIEWS.filter((view) => view.group === group)}>
                  {(view) => <NavLink view={view} />}
                </For>
              </ul>
            </>
          )}
        </For>
      </nav>
      <div class="sidebar-foot">
        <ul>
          <For each={VIEWS.filter((view) => view.group === "Foot")}>
            {(view) => <NavLink view={view} />}
          </For>
        </ul>
      </div>
    </aside>
  );
}

function NavLink(props: { view: View }) {
  const location = useLocation();
  const counts = useCounts();
  const count = () => counts(props.view.href);
  return (
    <li>
      <A
        href={props.view.href}
        class="nav-link"
        title={`${props.view.name} (${toKeyWords(props.view.keys)})`}
        aria-current={viewOf(location.pathname) === props.view ? "page" : undefined}
      >
        <Dynamic component={props.view.icon} size={16} aria-hidden="true" />
        <span class="text">{props.view.name}</span>
        <Show when={count()}>
          {(shown) => (
            <span class="count" data-tone={shown().tone}>
              {shown().number}
              <span class="unseen"> {shown().what}</span>
            </span>
          )}
        </Show>
      </A>
    </li>
  );
}
