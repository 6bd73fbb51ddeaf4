/**
 * One agent in the room: a figure in its own hue, its name, what it says. It walks when its place
 * changes; the browser moves it (Web Animations), no script runs on the way.
 * Invariant: where it stands is its style; an animation only shows how it got there.
 */
import { useNavigate } from "@solidjs/router";
import { createEffect, createSignal, on, onCleanup, Show } from "solid-js";
import { derivedStatus } from "../../../../core/state/agents/views.ts";
import { usePage } from "../../page.ts";
import { initials, toHue } from "../../parts/Avatar.tsx";
import { PRESENCE_WORDS } from "../../parts/words.ts";
import { DOOR, type Point } from "./floor-plan.ts";
import { lengthOf, type Place, wayBetween } from "./places.ts";

/** Units of the drawing in a second. */
const SPEED = 240;
const MAX_SAID = 34;

export function Person(props: { id: string; place: Place | null; onGone(): void }) {
  const { wire } = usePage().mirror;
  const [walking, setWalking] = createSignal(false);
  const agent = () => wire.agents[props.id];
  const status = () => {
    const one = agent();
    return one ? derivedStatus(one) : "offline";
  };
  const hue = () => agent()?.profile_hue ?? toHue(props.id);
  const target = (): Point => props.place ?? DOOR;
  const said = () => shorten(agent()?.doing_summary || agent()?.note || "…");
  const navigate = useNavigate();
  let figure!: SVGGElement;
  let walk: Animation | null = null;

  createEffect(
    on(target, (to, before) => {
      if (before === undefined) return;
      if (to.x === before.x && to.y === before.y) return;
      // Where it is right now, also in the middle of another walk.
      const from = positionOf(figure) ?? before;
      walk?.cancel();
      const way = wayBetween(from, to);
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches || document.hidden;
      if (still) return arrive();
      const whole = lengthOf(way) || 1;
      let gone = 0;
      const frames = way.map((point, at) => {
        const last = way[at - 1];
        if (last) gone += Math.hypot(point.x - last.x, point.y - last.y);
        return { transform: toTransform(point), offset: gone / whole };
      });
      setWalking(true);
      walk = figure.animate(frames, { duration: (whole / SPEED) * 1_000, easing: "linear" });
      walk.onfinish = arrive;
    }),
  );
  onCleanup(() => walk?.cancel());

  const open = () => navigate(`/team/agents/${props.id}`);

  function arrive(): void {
    walk = null;
    setWalking(false);
    if (!props.place) props.onGone();
  }

  return (
    <g
      ref={figure}
      class="person"
      data-person={props.id}
      data-zone={props.place?.zone ?? "door"}
      data-status={status()}
      data-walking={walking() ? "" : undefined}
      style={{ transform: toTransform(target()), "--hue": String(hue()) }}
    >
      <ellipse class="shade" cx="0" cy="0" rx="13" ry="4" />
      <g class="body">
        <path class="leg" d="M-5 -10 v8 M5 -10 v8" />
        <path class="torso" d="M-11 -14 q0 -15 11 -15 t11 15 v5 h-22 z" />
        <circle class="head" cx="0" cy="-36" r="9.5" />
        <text class="sign" x="0" y="-32.6">
          {initials(agent()?.name ?? props.id)}
        </text>
        <circle class="state" cx="9" cy="-43" r="3.6" />
      </g>
      <text class="name" x="0" y="-50">
        {agent()?.name ?? props.id}
      </text>
      <g class="bubble" data-speaking={agent()?.speaking ? "" : undefined}>
        <rect x={-bubbleWidth(said()) / 2} y="-86" width={bubbleWidth(said())} height="22" rx="8" />
        <path d="M-5 -65 l5 7 5 -7 z" />
        <text x="0" y="-71">
          {said()}
        </text>
      </g>
      <Show when={status() === "blocked"}>
        <text class="mark" x="-11" y="-42">
          !
        </text>
      </Show>
      {/* The link is a shape of its own: a template's <a> is HTML's, which a drawing cannot hold. */}
      {/* biome-ignore lint/a11y/useSemanticElements: see above. */}
      <rect
        class="hit"
        role="link"
        tabindex="0"
        x="-18"
        y="-60"
        width="36"
        height="64"
        rx="8"
        aria-label={`${agent()?.name ?? props.id}: ${PRESENCE_WORDS[status()]}. ${agent()?.doing_summary ?? ""}`}
        onClick={open}
        onKeyDown={({ key }) => key === "Enter" && open()}
      />
    </g>
  );
}

function toTransform({ x, y }: Point): string {
  return `translate(${x}px, ${y}px)`;
}

/** Where an animation has brought it; null where none runs. */
function positionOf(figure: SVGGElement): Point | null {
  if (figure.getAnimations().length === 0) return null;
  const { e, f } = new DOMMatrix(getComputedStyle(figure).transform);
  return { x: e, y: f };
}

function bubbleWidth(text: string): number {
  return Math.max(34, text.length * 5.6 + 18);
}

function shorten(text: string): string {
  return text.length > MAX_SAID ? `${text.slice(0, MAX_SAID - 1).trimEnd()}…` : text;
}
