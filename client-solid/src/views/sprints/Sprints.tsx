/** Placeholder of the frame, to be replaced before anybody sees it. */
import { Empty } from "../../parts/Empty.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";

export default function Sprints() {
  return (
    <>
      <ViewHead title="Sprints" />
      <div class="view-body">
        <Empty title="Sprints" text="Not here yet." />
      </div>
    </>
  );
}
