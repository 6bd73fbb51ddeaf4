/** Placeholder of the frame, to be replaced before anybody sees it. */
import { Empty } from "../../parts/Empty.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";

export default function Conversations() {
  return (
    <>
      <ViewHead title="Conversations" />
      <div class="view-body">
        <Empty title="Conversations" text="Not here yet." />
      </div>
    </>
  );
}
