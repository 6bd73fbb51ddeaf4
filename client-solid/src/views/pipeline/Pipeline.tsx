/** All the work in one list, by agent, or as it was: three tabs at one address. */
import "./pipeline.css";
import Plus from "lucide-solid/icons/plus";
import { For, lazy, Show, Suspense } from "solid-js";
import { Button } from "../../parts/Button.tsx";
import { useQuery } from "../../parts/query.ts";
import { Skeleton } from "../../parts/Skeleton.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";
import { createTask } from "../../task/new-task.ts";
import { Table } from "./Table.tsx";

const Lanes = lazy(() => import("./Lanes.tsx"));
const Archive = lazy(() => import("./Archive.tsx"));

const TABS = [
  { tab: "", name: "Table" },
  { tab: "lanes", name: "Lanes" },
  { tab: "archive", name: "Archive" },
];

export default function Pipeline() {
  const query = useQuery();
  const is = (tab: string) => query.get("tab") === tab;
  return (
    <>
      <ViewHead title="Pipeline">
        <div class="tabs">
          <For each={TABS}>
            {({ tab, name }) => (
              <button type="button" aria-pressed={is(tab)} onClick={() => query.set({ tab })}>
                {name}
              </button>
            )}
          </For>
        </div>
        <Button kind="main" small icon={Plus} onClick={() => createTask()}>
          New task
        </Button>
      </ViewHead>
      <Suspense fallback={<Skeleton />}>
        <Show when={is("lanes")}>
          <Lanes />
        </Show>
        <Show when={is("archive")}>
          <Archive />
        </Show>
        <Show when={!is("lanes") && !is("archive")}>
          <Table />
        </Show>
      </Suspense>
    </>
  );
}
