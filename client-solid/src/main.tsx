/**
 * The entry of the page: opens the wire first, since that also takes the token out of the address,
 * then shows the routes. Neighbours: `page.ts`, `App.tsx`, `routes.ts`.
 */
import { Route, Router } from "@solidjs/router";
import { For } from "solid-js";
import { render } from "solid-js/web";
import { App } from "./App.tsx";
import { openPage, PageContext } from "./page.ts";
import { VIEWS, viewOf } from "./routes.ts";
import NotFound from "./views/NotFound.tsx";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/parts.css";
import "./styles/frame.css";
import "./styles/palette.css";

/** What every object has is no record: an address may come from anybody. */
const isId = (id: string) => !(id in Object.prototype);

const root = document.getElementById("page");
if (!root) throw new Error("no #page in the document");
const page = openPage();
// Beside the wire, not after it: nothing is shown before both are there.
void viewOf(location.pathname)?.component.preload();
const unmount = render(
  () => (
    <PageContext.Provider value={page}>
      <Router root={App}>
        <For each={VIEWS}>
          {({ paths, component }) => (
            <Route
              path={[...paths]}
              matchFilters={{ id: isId, rest: (rest: string) => rest.split("/").every(isId) }}
              component={component}
            />
          )}
        </For>
        <Route path="*rest" component={NotFound} />
      </Router>
    </PageContext.Provider>
  ),
  root,
);

// The development server replaces this module in place.
import.meta.hot?.dispose(() => {
  unmount();
  page.close();
});
