/**
 * The latest events, newest first. Neighbours: the dashboard shows it, the events view has them all.
 * Invariant: a new event adds a row and leaves the others alone.
 */
import { For } from "solid-js";
import { usePage } from "../page.ts";
import { EventRow } from "./EventRow.tsx";

export function EventList(props: { limit: number }) {
  const { mirror } = usePage();
  return (
    <ol class="events" data-testid="events" reversed>
      <For
        each={mirror.events().slice(0, props.limit)}
        fallback={
          <li class="dim">No events yet. The first change of any agent will appear here.</li>
        }
      >
        {(event) => <EventRow event={event} />}
      </For>
    </ol>
  );
}
