/** The live feed: every accepted write as it happens, as far back as the page keeps them. */

import { usePage } from "../../page.ts";
import { EventList } from "../../parts/EventList.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";
import { MAX_EVENTS } from "../../sync/store.ts";

export default function Events() {
  const { mirror } = usePage();
  return (
    <>
      <ViewHead title="Events" />
      <div class="view-body">
        <p class="dim">
          The last {MAX_EVENTS} at most, newest first · the state is as of entry{" "}
          <span class="number" data-testid="seq">
            {mirror.seq()}
          </span>
        </p>
        <div class="card">
          <EventList limit={MAX_EVENTS} />
        </div>
      </div>
    </>
  );
}
