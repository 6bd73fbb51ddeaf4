/** Placeholder of the frame, to be replaced before anybody sees it. */
import { Empty } from "../../parts/Empty.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";

export default function Projects() {
  return (
    <>
      <ViewHead title="Projects" />
      <div class="view-body">
        <Empty title="Projects" text="Not here yet." />
      </div>
    </>
  );
}
