/**
 * The latest events, newest first. Neighbours: the overview shows a few, the events view all that are
 * kept. Invariant: a new event adds a row and leaves the others alone.
 */
import { For } from "solid-js";
import { usePage } from "../page.ts";
import { toMoment } from "./words.ts";

const KIND_WORDS: Record<string, string> = {
  state_saved: "Saved",
  agent_registered: "Agent",
  agent_heartbeat: "Heartbeat",
  task_updated: "Task",
  mission_planned: "Mission",
  message_posted: "Message",
  directive_queued: "Directive",
  agent_decommission: "Agent",
};

export function EventList(props: { limit: number }) {
  const { mirror, now } = usePage();
  return (
    <ol class="events" data-testid="events" reversed>
      <For
        each={mirror.events().slice(0, props.limit)}
        fallback={
          <li class="empty">No events yet. The first change of any agent will appear here.</li>
        }
      >
        {(event) => (
          <li class="event" data-event-id={event.id}>
            <time class="number dim" datetime={event.timestamp}>
              {toMoment(event.timestamp, now())}
            </time>
            <span class="chip">{KIND_WORDS[event.kind] ?? event.kind}</span>
            <span class="grow">
              {event.title}
              <span class="dim"> {event.details}</span>
            </span>
          </li>
        )}
      </For>
    </ol>
  );
}
