/**
 * The entry of the page: opens the wire first, since that also takes the token out of the address,
 * then shows the routes. Neighbours: `page.ts`, `App.tsx`, the views.
 */
import { Route, Router } from "@solidjs/router";
import { render } from "solid-js/web";
import { App } from "./App.tsx";
import { openPage, PageContext } from "./page.ts";
import Agents from "./views/Agents.tsx";
import Board from "./views/Board.tsx";
import Events from "./views/Events.tsx";
import NotFound from "./views/NotFound.tsx";
import Overview from "./views/Overview.tsx";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/frame.css";
import "./styles/parts.css";
import "./styles/views.css";

const root = document.getElementById("page");
if (!root) throw new Error("no #page in the document");
const page = openPage();
const unmount = render(
  () => (
    <PageContext.Provider value={page}>
      <Router root={App}>
        <Route path="/" component={Overview} />
        <Route path="/board" component={Board} />
        <Route path="/agents" component={Agents} />
        <Route path="/events" component={Events} />
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
