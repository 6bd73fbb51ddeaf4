/** Placeholder of the frame, to be replaced before anybody sees it. */
import { Empty } from "../../parts/Empty.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";

export default function Pipeline() {
  return (
    <>
      <ViewHead title="Pipeline" />
      <div class="view-body">
        <Empty title="Pipeline" text="Not here yet." />
      </div>
    </>
  );
}
