/** Placeholder of the frame, to be replaced before anybody sees it. */
import { Empty } from "../../parts/Empty.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";

export default function Approvals() {
  return (
    <>
      <ViewHead title="Approvals" />
      <div class="view-body">
        <Empty title="Approvals" text="Not here yet." />
      </div>
    </>
  );
}
