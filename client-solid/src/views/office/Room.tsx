/**
 * The room itself, in two layers: what stands behind people, and what stands before them (the fronts of
 * desks, rail and table). Neighbours: `floor-plan.ts` has the places, `office.css` the colours.
 * Invariant: nothing here depends on who is where but the lights of the desks.
 */
import { For } from "solid-js";
import {
  DESK,
  DESKS_PER_POD,
  DOOR,
  deskAt,
  podAt,
  RAIL,
  ROOM,
  SOFA,
  SOFAS,
  TABLE,
} from "./floor-plan.ts";

const WALL = 132;
const WINDOWS = [52, 232, 412, 592];
const DESKS = Array.from({ length: DESKS_PER_POD }, (_, desk) => desk);
/** Where the boards of the floor meet. */
const BOARDS = Array.from({ length: 9 }, (_, board) => WALL + 30 + board * 64);
const STARS = [
  [14, 18],
  [38, 40],
  [66, 14],
  [92, 34],
  [118, 20],
] as const;

interface Desks {
  pods: readonly string[];
  /** The desks at which somebody works, as `pod seat`. */
  busy: readonly string[];
}

export function RoomBack(props: Desks & { sky: number }) {
  return (
    <g class="back">
      <clipPath id="pane">
        <rect width="132" height="82" />
      </clipPath>
      <rect class="floor" width={ROOM.width} height={ROOM.height} />
      <For each={BOARDS}>
        {(y) => <line class="board-line" x1="0" x2={ROOM.width} y1={y} y2={y} />}
      </For>
      <rect class="wall" width={ROOM.width} height={WALL} />
      <rect class="skirting" y={WALL - 6} width={ROOM.width} height="6" />
      <For each={WINDOWS}>{(x) => <Window x={x} sky={props.sky} />}</For>
      <Whiteboard />
      <Shelf />
      <rect class="rug" x="846" y="588" width="328" height="104" rx="20" />
      <rect class="rug inner" x="858" y="598" width="304" height="84" rx="14" />
      <ellipse class="rug round" cx={TABLE.x} cy={TABLE.y + 14} rx="152" ry="78" />
      <ZoneName x={RAIL.x} y={168} name="Review rail" />
      <ZoneName x={RAIL.x} y={338} name="Sync table" />
      <ZoneName x={RAIL.x} y={504} name="Lounge" />
      <rect class="board-screen" x={RAIL.x + 84} y="176" width="130" height="6" rx="3" />
      <For each={props.pods}>{(name, pod) => <Pod name={name} pod={pod()} />}</For>
      <For each={SOFAS}>{(at) => <Sofa x={at.x} y={at.y} />}</For>
      <Plant x={36} y={696} />
      <Plant x={792} y={176} />
      <Plant x={1178} y={570} />
      <Plant x={1178} y={330} />
      <Coffee />
      <Door />
    </g>
  );
}

/** What covers the lower half of who stands behind it. */
export function RoomFront(props: Desks) {
  return (
    <g class="front">
      <For each={props.pods}>
        {(_, pod) => (
          <For each={DESKS}>
            {(desk) => (
              <DeskFront pod={pod()} desk={desk} lit={props.busy.includes(`${pod()} ${desk}`)} />
            )}
          </For>
        )}
      </For>
      <rect class="wood" x={RAIL.x} y={RAIL.y} width={RAIL.width} height={RAIL.depth} rx="5" />
      <rect
        class="wood front-side"
        x={RAIL.x + 4}
        y={RAIL.y + RAIL.depth - 2}
        width={RAIL.width - 8}
        height="14"
      />
      <For each={[0, 1, 2, 3]}>
        {(at) => (
          <rect
            class="paper"
            x={RAIL.x + 24 + at * 72}
            y={RAIL.y + 6}
            width="20"
            height="11"
            rx="1"
          />
        )}
      </For>
      <ellipse class="wood front-side" cx={TABLE.x} cy={TABLE.y + 9} rx={TABLE.rx} ry={TABLE.ry} />
      <ellipse class="wood" cx={TABLE.x} cy={TABLE.y} rx={TABLE.rx} ry={TABLE.ry} />
      <ellipse class="mug" cx={TABLE.x - 34} cy={TABLE.y - 2} rx="6" ry="4" />
      <rect class="paper" x={TABLE.x - 6} y={TABLE.y - 8} width="26" height="14" rx="1" />
      <ellipse class="mug" cx={TABLE.x + 42} cy={TABLE.y + 6} rx="6" ry="4" />
      <rect class="night-veil" width={ROOM.width} height={ROOM.height} />
    </g>
  );
}

function ZoneName(props: { x: number; y: number; name: string }) {
  return (
    <text class="zone-name" x={props.x} y={props.y}>
      {props.name}
    </text>
  );
}

function Window(props: { x: number; sky: number }) {
  return (
    <g transform={`translate(${props.x} 20)`}>
      <rect class="window-frame" x="-5" y="-5" width="142" height="92" rx="5" />
      <rect class="sky" width="132" height="82" />
      <For each={STARS}>{([x, y]) => <circle class="star" cx={x} cy={y} r="1.4" />}</For>
      <path class="hills" d="M0 82 v-18 q22 -16 44 -4 t44 -6 t44 8 v20 z" />
      {/* The same sky in every window: the sun passes from one to the next. */}
      <g clip-path="url(#pane)">
        <circle
          class="sun"
          cx={sunX(props.sky) - props.x}
          cy={66 - Math.sin(props.sky * Math.PI) * 48}
          r="11"
        />
      </g>
      <path class="frame-line" d="M66 0 v82 M0 41 h132" />
      <rect class="sill" x="-9" y="84" width="150" height="7" rx="2" />
    </g>
  );
}

function sunX(sky: number): number {
  return 52 + sky * 672;
}

function Whiteboard() {
  return (
    <g transform="translate(878 26)">
      <rect class="window-frame" x="-4" y="-4" width="178" height="84" rx="4" />
      <rect class="paper" width="170" height="76" />
      <path
        class="scribble"
        d="M14 18 h58 M14 30 h40 M14 42 h50 M100 20 h52 v34 h-52 z M100 37 h52"
      />
      <path class="scribble accent" d="M112 60 l12 -8 12 4 20 -14" />
    </g>
  );
}

function Shelf() {
  return (
    <g transform="translate(1080 40)">
      <rect class="wood" width="92" height="8" rx="2" />
      <rect class="wood" y="44" width="92" height="8" rx="2" />
      <For each={[6, 18, 27, 40, 54, 64, 76]}>
        {(x, at) => (
          <rect
            class="book"
            data-tone={at() % 3}
            x={x}
            y={-26 + (at() % 2) * 5}
            width="9"
            height={26 - (at() % 2) * 5}
          />
        )}
      </For>
      <For each={[10, 22, 50, 62, 72]}>
        {(x, at) => (
          <rect
            class="book"
            data-tone={(at() + 1) % 3}
            x={x}
            y={20 + (at() % 2) * 4}
            width="9"
            height={24 - (at() % 2) * 4}
          />
        )}
      </For>
    </g>
  );
}

function Pod(props: { name: string; pod: number }) {
  const at = () => podAt(props.pod);
  return (
    <g transform={`translate(${at().x} ${at().y})`}>
      <rect class="pod" x="0" y="0" width="180" height="150" rx="12" />
      <text class="zone-name pod-name" x="12" y="20">
        {toTitle(props.name)}
      </text>
      <For each={DESKS}>
        {(desk) => (
          <ellipse
            class="chair"
            cx={8 + desk * (DESK.width + DESK.gap) + DESK.width / 2}
            cy="74"
            rx="17"
            ry="9"
          />
        )}
      </For>
    </g>
  );
}

/** `Design`, but `QA` and `HR`. */
function toTitle(name: string): string {
  return name.length <= 2 ? name.toUpperCase() : name.slice(0, 1).toUpperCase() + name.slice(1);
}

function DeskFront(props: { pod: number; desk: number; lit: boolean }) {
  const at = () => deskAt(props.pod, props.desk);
  return (
    <g
      transform={`translate(${at().x} ${at().y})`}
      data-lit={props.lit ? "" : undefined}
      class="desk"
    >
      <ellipse class="glow" cx={DESK.width / 2} cy="4" rx="46" ry="30" />
      <rect class="wood" width={DESK.width} height={DESK.depth} rx="4" />
      <rect class="wood front-side" x="3" y={DESK.depth - 2} width={DESK.width - 6} height="16" />
      <rect class="screen-back" x="44" y="-9" width="28" height="19" rx="2.5" />
      <rect class="screen" x="46" y="-7" width="24" height="15" rx="1.5" />
      <rect class="screen-back" x="55" y="9" width="6" height="5" />
      <rect class="paper" x="8" y="10" width="16" height="10" rx="1" />
      <ellipse class="mug" cx="33" cy="13" rx="4" ry="3" />
    </g>
  );
}

function Sofa(props: { x: number; y: number }) {
  return (
    <g transform={`translate(${props.x} ${props.y})`}>
      <rect class="sofa back-rest" x="-6" y="-8" width={SOFA.width + 12} height="26" rx="10" />
      <rect class="sofa" x="0" y="12" width={SOFA.width} height={SOFA.depth - 12} rx="8" />
      <rect class="sofa back-rest" x="-10" y="4" width="14" height="36" rx="7" />
      <rect class="sofa back-rest" x={SOFA.width - 4} y="4" width="14" height="36" rx="7" />
    </g>
  );
}

function Plant(props: { x: number; y: number }) {
  return (
    <g transform={`translate(${props.x} ${props.y})`}>
      <path
        class="leaf"
        d="M0 -16 q-20 -8 -16 -30 q16 6 16 30 q0 -26 16 -32 q6 24 -16 32 q-2 -20 -1 -42"
      />
      <path class="pot" d="M-10 -16 h20 l-3 18 h-14 z" />
    </g>
  );
}

function Coffee() {
  return (
    <g transform="translate(1013 562)">
      <rect class="wood" x="-10" y="14" width="20" height="26" rx="3" />
      <rect class="screen-back" x="-8" y="-8" width="16" height="24" rx="3" />
      <circle class="lamp" cx="0" cy="-2" r="2" />
      <ellipse class="mug" cx="0" cy="16" rx="4" ry="2.6" />
    </g>
  );
}

function Door() {
  return (
    <g transform={`translate(${DOOR.x} ${ROOM.height})`}>
      <rect class="mat" x="-34" y="-22" width="68" height="20" rx="4" />
      <text class="zone-name door-name" x="0" y="-8">
        Door
      </text>
    </g>
  );
}
