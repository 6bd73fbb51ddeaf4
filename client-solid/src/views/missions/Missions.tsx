/** Placeholder of the frame, to be replaced before anybody sees it. */
import { Empty } from "../../parts/Empty.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";

export default function Missions() {
  return (
    <>
      <ViewHead title="Missions" />
      <div class="view-body">
        <Empty title="Missions" text="Not here yet." />
      </div>
    </>
  );
}
