/** Placeholder of the frame, to be replaced before anybody sees it. */
import { Empty } from "../../parts/Empty.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";

export default function Calendar() {
  return (
    <>
      <ViewHead title="Calendar" />
      <div class="view-body">
        <Empty title="Calendar" text="Not here yet." />
      </div>
    </>
  );
}
