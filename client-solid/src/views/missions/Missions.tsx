/**
 * Missions: `/missions` lists them, `/missions/new` plans one, `/missions/M-300` shows one and
 * `?edit` changes it. Neighbours: the core derives staffing and progress.
 */
import { useParams, useSearchParams } from "@solidjs/router";
import { Match, Show, Switch } from "solid-js";
import { usePage } from "../../page.ts";
import { MissionForm } from "./MissionForm.tsx";
import { MissionList } from "./MissionList.tsx";
import { MissionPage } from "./MissionPage.tsx";
import { NoMission } from "./NoMission.tsx";
import "./missions.css";

export default function Missions() {
  const params = useParams<{ id?: string }>();
  const [search] = useSearchParams<{ edit?: string }>();
  const { wire } = usePage().mirror;
  return (
    <Switch fallback={<MissionList />}>
      <Match when={params.id === "new"}>
        <MissionForm id={null} />
      </Match>
      <Match when={params.id !== undefined && search.edit !== undefined && params.id} keyed>
        {(id) => <MissionForm id={id} />}
      </Match>
      <Match when={params.id} keyed>
        {(id) => (
          <Show when={wire.missions[id] !== undefined} fallback={<NoMission id={id} />}>
            <MissionPage id={id} />
          </Show>
        )}
      </Match>
    </Switch>
  );
}
