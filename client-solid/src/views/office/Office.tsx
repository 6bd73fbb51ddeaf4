/**
 * The office: one room in which every agent stands where its state puts it. Neighbours: `places.ts`
 * decides, `Room` and `Person` draw. Invariant: nothing here runs by itself; a frame is drawn only
 * when somebody moves, speaks or the light changes.
 */
import "./office.css";
import { useSearchParams } from "@solidjs/router";
import Maximize from "lucide-solid/icons/maximize";
import Minus from "lucide-solid/icons/minus";
import Plus from "lucide-solid/icons/plus";
import { createMemo, createSignal, For, Show } from "solid-js";
import { derivedStatus } from "../../../../core/state/agents/views.ts";
import { scaffold } from "../../../../core/state/company/scaffold.ts";
import { useCommands } from "../../commands.ts";
import { usePage } from "../../page.ts";
import { IconButton } from "../../parts/Button.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { ViewHead } from "../../parts/ViewHead.tsx";
import { plural } from "../../parts/words.ts";
import { phaseAt, skyPosition } from "./daylight.ts";
import { ROOM, ZONES, type Zone } from "./floor-plan.ts";
import { Person } from "./Person.tsx";
import { type Place, placesFor, podsOf } from "./places.ts";
import { RoomBack, RoomFront } from "./Room.tsx";

const ZONE_WORDS: Record<Zone, { name: string; who: string }> = {
  desks: { name: "Desks", who: "working" },
  rail: { name: "Review rail", who: "in review" },
  table: { name: "Sync table", who: "blocked" },
  lounge: { name: "Lounge", who: "idle" },
};
const MIN_ZOOM = 0.6;
const MAX_ZOOM = 3;
const STEP = 1.25;

export default function Office() {
  const { mirror, now } = usePage();
  const { wire } = mirror;
  const [search, setSearch] = useSearchParams<{ zoom?: string }>();
  const zoom = () => clamp(Number(search.zoom ?? 1) || 1);
  const setZoom = (next: number) =>
    setSearch(
      { zoom: next === 1 ? undefined : String(Math.round(clamp(next) * 100) / 100) },
      { replace: true },
    );

  const active = createMemo(() =>
    Object.values(wire.agents)
      .filter(({ standing }) => standing === "active")
      .map((agent) => ({
        id: agent.id,
        status: derivedStatus(agent),
        specialist: agent.home_specialist ?? agent.specialists[0] ?? "general",
      }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  );
  const pods = createMemo(() => {
    const order = scaffold.skill_catalog.map(({ specialist }) => specialist as string);
    const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
    const held = [...new Set(active().map(({ specialist }) => specialist))];
    return podsOf(held.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)));
  });
  const places = createMemo<Map<string, Place>>(
    (before) => placesFor(active(), pods(), before),
    new Map(),
  );
  // Who walks out is still to be seen until the door.
  const [atDoor, setAtDoor] = createSignal<string | null>(null);
  const room = createMemo<{ present: string[]; leaving: string[] }>(
    (before) => {
      const leaving = [...before.leaving, ...before.present].filter(
        (id) => !places().has(id) && id !== atDoor() && wire.agents[id] !== undefined,
      );
      return { present: [...places().keys()], leaving: [...new Set(leaving)] };
    },
    { present: [], leaving: [] },
  );
  const shown = () => [...room().present, ...room().leaving];
  function arrivedAtDoor(id: string): void {
    setAtDoor(id);
    // It may come back and leave again.
    setAtDoor(null);
  }
  const hour = createMemo(() => {
    const at = new Date(now());
    return at.getHours() + Math.floor(at.getMinutes() / 10) / 6;
  });
  const inZone = (zone: Zone) =>
    [...places()].filter(([, place]) => place.zone === zone).map(([id]) => id);
  const busyDesks = createMemo(() =>
    [...places().values()]
      .filter(({ zone }) => zone === "desks")
      .map(({ pod, seat }) => `${pod} ${seat}`),
  );
  const away = () => active().length - places().size;

  useCommands(() => [
    {
      id: "office-in",
      name: "Closer",
      group: "Office",
      keys: "+",
      moves: true,
      run: () => setZoom(zoom() * STEP),
    },
    {
      id: "office-out",
      name: "Further",
      group: "Office",
      keys: "-",
      moves: true,
      run: () => setZoom(zoom() / STEP),
    },
    { id: "office-fit", name: "The whole room", group: "Office", keys: "0", run: () => setZoom(1) },
  ]);

  return (
    <>
      <ViewHead title="Office">
        <p class="small dim office-counts">
          <For each={ZONES}>
            {(zone) => (
              <span>
                <span class="number">{inZone(zone).length}</span> {ZONE_WORDS[zone].who}
              </span>
            )}
          </For>
          <span>
            <span class="number">{away()}</span> away
          </span>
        </p>
        <div class="row">
          <IconButton
            small
            label="Further"
            keys="-"
            icon={Minus}
            onClick={() => setZoom(zoom() / STEP)}
          />
          <IconButton
            small
            label="The whole room"
            keys="0"
            icon={Maximize}
            onClick={() => setZoom(1)}
          />
          <IconButton
            small
            label="Closer"
            keys="+"
            icon={Plus}
            onClick={() => setZoom(zoom() * STEP)}
          />
        </div>
      </ViewHead>
      <Show
        when={active().length > 0}
        fallback={
          <div class="view-body">
            <Empty title="The office is empty" text="Agents walk in as soon as they register." />
          </div>
        }
      >
        <div class="view-body fill office">
          {/* Focusable, so that the keyboard scrolls it. */}
          <section class="office-scroll" tabindex="0" aria-label="The room">
            {/* biome-ignore lint/a11y/useSemanticElements: a drawing of people is no fieldset. */}
            <svg
              class="room"
              data-phase={phaseAt(hour())}
              viewBox={`0 0 ${ROOM.width} ${ROOM.height}`}
              style={{ "--zoom": String(zoom()) }}
              role="group"
              aria-label={`The office: ${plural(places().size, "agent")} in the room`}
            >
              <RoomBack pods={pods()} sky={skyPosition(hour())} busy={busyDesks()} />
              <g>
                <For each={shown()}>
                  {(id) => (
                    <Person
                      id={id}
                      place={places().get(id) ?? null}
                      onGone={() => arrivedAtDoor(id)}
                    />
                  )}
                </For>
              </g>
              <RoomFront pods={pods()} busy={busyDesks()} />
            </svg>
          </section>
          <div class="unseen">
            <For each={ZONES}>
              {(zone) => (
                <p>
                  {ZONE_WORDS[zone].name}:{" "}
                  {inZone(zone)
                    .map((id) => wire.agents[id]?.name)
                    .join(", ") || "nobody"}
                </p>
              )}
            </For>
          </div>
        </div>
      </Show>
    </>
  );
}

function clamp(zoom: number): number {
  return Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, zoom));
}
