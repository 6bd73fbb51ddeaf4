/** The navigation of small screens: the views one needs most, the rest behind More. Neighbour: `routes.ts`. */
import { A, useLocation } from "@solidjs/router";
import Ellipsis from "lucide-solid/icons/ellipsis";
import { createSignal, For } from "solid-js";
import { Dynamic } from "solid-js/web";
import { Dialog } from "../parts/Dialog.tsx";
import { VIEWS, viewOf } from "../routes.ts";

export function BottomBar() {
  const location = useLocation();
  const [more, setMore] = createSignal(false);
  const current = () => viewOf(location.pathname);
  return (
    <>
      <nav class="bottom-bar" aria-label="Main views">
        <For each={VIEWS.filter(({ bar }) => bar)}>
          {(view) => (
            <A href={view.href} aria-current={current() === view ? "page" : undefined}>
              <Dynamic component={view.icon} size={20} aria-hidden="true" />
              {view.name}
            </A>
          )}
        </For>
        <button
          type="button"
          aria-current={current() && !current()?.bar ? "page" : undefined}
          onClick={() => setMore(true)}
        >
          <Ellipsis size={20} aria-hidden="true" />
          More
        </button>
      </nav>
      <Dialog title="All views" open={more()} onClose={() => setMore(false)}>
        <ul class="more-views">
          <For each={VIEWS}>
            {(view) => (
              <li>
                <A href={view.href} class="nav-link" onClick={() => setMore(false)}>
                  <Dynamic component={view.icon} size={18} aria-hidden="true" />
                  {view.name}
                </A>
              </li>
            )}
          </For>
        </ul>
      </Dialog>
    </>
  );
}
