/** Placeholder of the frame, to be replaced before anybody sees it. */
import { Empty } from "../../parts/Empty.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";

export default function Office() {
  return (
    <>
      <ViewHead title="Office" />
      <div class="view-body">
        <Empty title="Office" text="Not here yet." />
      </div>
    </>
  );
}
