/**
 * The settings, a section an address. Neighbours: the sections beside, each loaded when it is opened.
 * Invariant: what a section shows comes from the state, from this browser's preferences or from a read.
 */
import "./settings.css";
import { A, useParams } from "@solidjs/router";
import { type Component, createMemo, For, lazy, Suspense } from "solid-js";
import { Dynamic } from "solid-js/web";
import { Skeleton } from "../../parts/Skeleton.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";

interface SectionEntry {
  id: string;
  name: string;
  component: Component;
}

const SECTIONS: readonly SectionEntry[] = [
  { id: "company", name: "Company", component: lazy(() => import("./Company.tsx")) },
  { id: "appearance", name: "Appearance", component: lazy(() => import("./Appearance.tsx")) },
  { id: "access", name: "Access", component: lazy(() => import("./Access.tsx")) },
  { id: "notifications", name: "Notifications", component: lazy(() => import("./Alerts.tsx")) },
  { id: "data", name: "Data", component: lazy(() => import("./Data.tsx")) },
  { id: "webhooks", name: "Webhooks", component: lazy(() => import("./Webhooks.tsx")) },
  { id: "system", name: "System", component: lazy(() => import("./System.tsx")) },
  { id: "api", name: "API", component: lazy(() => import("./ApiSection.tsx")) },
];
const [FIRST] = SECTIONS as [SectionEntry];

export default function Settings() {
  const params = useParams<{ section?: string }>();
  const current = createMemo(() => SECTIONS.find(({ id }) => id === params.section) ?? FIRST);
  return (
    <>
      <ViewHead title="Settings" />
      <div class="view-body settings">
        <nav class="settings-nav" aria-label="Settings">
          <ul class="tabs">
            <For each={SECTIONS}>
              {(section) => (
                <li>
                  <A
                    href={section === FIRST ? "/settings" : `/settings/${section.id}`}
                    aria-current={current() === section ? "page" : undefined}
                  >
                    {section.name}
                  </A>
                </li>
              )}
            </For>
          </ul>
        </nav>
        <div class="settings-body">
          <Suspense fallback={<Skeleton rows={4} />}>
            <Dynamic component={current().component} />
          </Suspense>
        </div>
      </div>
    </>
  );
}
