/** For an address that leads nowhere. */
import { A } from "@solidjs/router";
import { Empty } from "../parts/Empty.tsx";
import { ViewHead } from "../parts/ViewHead.tsx";

export default function NotFound() {
  return (
    <>
      <ViewHead title="There is no such page" />
      <div class="view-body" data-testid="not-found">
        <Empty title="This address leads nowhere" text="It may have been of another version.">
          <p>
            Back to the <A href="/">dashboard</A> or the <A href="/board">board</A>.
          </p>
        </Empty>
      </div>
    </>
  );
}
