/** Where an address names a mission that is not there (any more). */
import { A } from "@solidjs/router";
import Target from "lucide-solid/icons/target";
import { Empty } from "../../parts/Empty.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";

export function NoMission(props: { id: string }) {
  return (
    <>
      <ViewHead title="Missions" />
      <div class="view-body">
        <Empty
          icon={Target}
          title={`There is no mission ${props.id}`}
          text="It was deleted, or never was."
        >
          <A class="button" href="/missions">
            All missions
          </A>
        </Empty>
      </div>
    </>
  );
}
