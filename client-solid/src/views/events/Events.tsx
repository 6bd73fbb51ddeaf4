/**
 * Every accepted write as it happens: filtered by the address, paused at will, older ones from the
 * journal. Neighbours: the mirror keeps the latest, `older.ts` reads the rest.
 * Invariant: paused, nothing moves, and what came meanwhile is counted.
 */
import "./events.css";
import Pause from "lucide-solid/icons/pause";
import Play from "lucide-solid/icons/play";
import { createMemo, createSignal, For, Show } from "solid-js";
import { useCommands } from "../../commands.ts";
import { usePage } from "../../page.ts";
import { Button } from "../../parts/Button.tsx";
import { EventRow } from "../../parts/EventRow.tsx";
import { Kbd } from "../../parts/Kbd.tsx";
import { KINDS } from "../../parts/kinds.ts";
import { LogFilter } from "../../parts/LogFilter.tsx";
import { useQuery } from "../../parts/query.ts";
import { Refusal } from "../../parts/Refusal.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";
import { plural } from "../../parts/words.ts";
import type { WireEvent } from "../../sync/wire.ts";
import { joined, matches } from "./model.ts";
import { readOlder } from "./older.ts";

/** Read at a time from the journal. */
const PAGE = 200;

export default function Events() {
  const { mirror, token } = usePage();
  const query = useQuery();
  const [stopped, setStopped] = createSignal<readonly WireEvent[] | null>(null);
  const [older, setOlder] = createSignal<readonly WireEvent[]>([]);
  const [more, setMore] = createSignal(true);
  const [reading, setReading] = createSignal(false);
  const [problem, setProblem] = createSignal<{ message: string } | null>(null);

  const filter = () => ({
    kind: query.get("kind"),
    agent: query.get("agent"),
    task: query.get("about"),
    text: query.get("text"),
  });
  const all = createMemo(() => joined(stopped() ?? mirror.events(), older()));
  const shown = createMemo(() => {
    const wanted = filter();
    return all().filter((event) => matches(event, wanted));
  });
  const isFiltered = () => Object.values(filter()).some(Boolean);
  const missed = () => {
    const last = stopped()?.[0]?.id ?? 0;
    return stopped() ? mirror.events().filter(({ id }) => id > last).length : 0;
  };
  const oldest = () => all().at(-1)?.id ?? 0;
  const toggle = () => setStopped(stopped() ? null : mirror.events());

  async function readMore(): Promise<void> {
    if (reading()) return;
    setReading(true);
    setProblem(null);
    try {
      const found = await readOlder(oldest(), PAGE, token.token());
      setOlder((before) => [...before, ...found.events]);
      setMore(found.more);
    } catch (error) {
      setProblem(error as Error);
    } finally {
      setReading(false);
    }
  }

  useCommands(() => [
    {
      id: "events pause",
      name: stopped() ? "Let the events run" : "Hold the events",
      group: "Events",
      keys: "p",
      icon: stopped() ? Play : Pause,
      run: toggle,
    },
  ]);

  return (
    <>
      <ViewHead title="Events">
        <Show when={stopped()}>
          <span class="dim" role="status" data-testid="missed">
            {plural(missed(), "event")} meanwhile
          </span>
        </Show>
        <Button small icon={stopped() ? Play : Pause} onClick={toggle}>
          {stopped() ? "Go on" : "Pause"} <Kbd keys="p" />
        </Button>
      </ViewHead>
      <div class="view-body events-view">
        <LogFilter
          label="Filter the events"
          by={{
            name: "kind",
            label: "Kind",
            none: "All kinds",
            choices: KINDS.map(({ kind, name }) => ({ value: kind, name })),
          }}
        />
        <div class="card">
          <ol class="events" data-testid="events" reversed>
            <For
              each={shown()}
              fallback={
                <li class="dim none">
                  {isFiltered()
                    ? `None of the ${all().length} events here matches.`
                    : "No events yet. The first change of any agent will appear here."}
                </li>
              }
            >
              {(event) => (
                <EventRow event={event} linked>
                  <details class="event-more">
                    <summary aria-label={`Details of event ${event.id}`}>{event.id}</summary>
                    <pre class="code">
                      {JSON.stringify({ kind: event.kind, ...event.meta }, null, 2)}
                    </pre>
                  </details>
                </EventRow>
              )}
            </For>
          </ol>
        </div>
        <Refusal of={problem()} />
        <p class="row wrap dim small">
          <Show
            when={more() && oldest() > 1}
            fallback={<span>This is all that the journal still tells.</span>}
          >
            <Button small busy={reading()} onClick={() => void readMore()}>
              Read {PAGE} older from the journal
            </Button>
          </Show>
          <span>
            The state is as of entry{" "}
            <span class="number" data-testid="seq">
              {mirror.seq()}
            </span>
            ; this list goes back to entry <span class="number">{oldest()}</span>.
          </span>
        </p>
      </div>
    </>
  );
}
