/** Placeholder of the frame, to be replaced before anybody sees it. */
import { Empty } from "../../parts/Empty.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";

export default function Settings() {
  return (
    <>
      <ViewHead title="Settings" />
      <div class="view-body">
        <Empty title="Settings" text="Not here yet." />
      </div>
    </>
  );
}
