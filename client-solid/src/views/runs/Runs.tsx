/** Placeholder of the frame, to be replaced before anybody sees it. */
import { Empty } from "../../parts/Empty.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";

export default function Runs() {
  return (
    <>
      <ViewHead title="Runs" />
      <div class="view-body">
        <Empty title="Runs" text="Not here yet." />
      </div>
    </>
  );
}
