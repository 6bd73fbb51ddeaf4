/** The org chart: drawn where there is room, an indented tree on small screens. Neighbour: `org-tree.ts`. */
import { createSignal, onCleanup, Show } from "solid-js";
import { OrgChart } from "./OrgChart.tsx";
import { OrgList } from "./OrgList.tsx";

const small = matchMedia("(max-width: 720px)");

export function Org() {
  const [narrow, setNarrow] = createSignal(small.matches);
  const follow = () => setNarrow(small.matches);
  small.addEventListener("change", follow);
  onCleanup(() => small.removeEventListener("change", follow));
  return (
    <Show when={narrow()} fallback={<OrgChart />}>
      <OrgList />
    </Show>
  );
}
