/**
 * What slid under the pointer: a click is meant for what was there when the person began to press, so where others
 * moved something this moment, or put it there, its buttons do nothing and the page says so. What stands for a thing of
 * its own carries `data-steady`, its name; links and what only opens a menu are let through. Neighbours: `page.ts` tells
 * what others did, `task/fresh.ts` keeps what they changed of a task. Invariant: what the person's own doing moves is
 * never held, nor what scrolling does, but from the second click of a double one.
 */
import { MOMENT_MS } from "./task/fresh.ts";

export interface Steady {
  /** Others did something that is about to be shown: to be called before it is. */
  shift(): void;
  /** Listens on the window; the returned function ends it. */
  listen(): () => void;
}

interface Pixels {
  x: number;
  y: number;
}

interface Place {
  name: string;
  x: number;
  y: number;
  /** Of all that scrolls around it, in both directions. */
  scrolled: Pixels;
}

const NAMED = "[data-steady]";
const PRESSED = "button:not([aria-haspopup]), input, label, summary, [role=button]";
/** Within it a click belongs to the one before; who presses one thing after the other takes longer. */
const DOUBLE_MS = 250;
/** Less is a rounding. */
const NEAR_PX = 2;

/** @param say tells the person why nothing was done */
export function createSteady(say: (why: string) => void): Steady {
  const places = new WeakMap<Element, Place>();
  const held = new WeakMap<Element, { until: number; why: string }>();
  /** The place that the button went down on, where that was held. */
  let down: { place: Element; why: string } | null = null;
  /** What the last click was on that counted, and when. */
  let clicked: { place: string | undefined; at: number } | undefined;
  let isShifting = false;

  /** Notes where everything is; what is elsewhere than before, by others, is held for a moment. */
  function look(byOthers: boolean): void {
    const scrolled = new Map<Element | null, Pixels>();
    for (const element of document.querySelectorAll<HTMLElement>(NAMED)) {
      const { left: x, top: y } = element.getBoundingClientRect();
      const parent = element.parentElement;
      let sum = scrolled.get(parent);
      if (sum === undefined) {
        sum = scrolledAround(parent);
        scrolled.set(parent, sum);
      }
      const now: Place = { name: element.dataset.steady ?? "", x, y, scrolled: sum };
      if (byOthers) {
        const verb = verbOf(places.get(element), now);
        if (verb) {
          const why = `${now.name || "This"} ${verb} this moment. Nothing was done: look, and press again.`;
          held.set(element, { until: performance.now() + MOMENT_MS, why });
        }
      }
      places.set(element, now);
    }
  }

  function settle(): void {
    if (!isShifting) return;
    isShifting = false;
    look(true);
  }

  function heldBy(target: EventTarget | null): { place: Element; why: string } | null {
    const pressed = target instanceof Element ? target.closest(PRESSED) : null;
    const place = pressed?.closest(NAMED);
    const hold = place && held.get(place);
    return hold && performance.now() < hold.until ? { place, why: hold.why } : null;
  }

  function onDown({ target }: PointerEvent): void {
    settle();
    down = heldBy(target);
  }

  function onClick(event: MouseEvent): void {
    settle();
    // By key: the focus goes with its row.
    if (event.detail === 0 || !(event.target instanceof Element)) return;
    const place = event.target.closest<HTMLElement>(NAMED)?.dataset.steady;
    const isSecond = event.detail > 1 && clicked && event.timeStamp - clicked.at < DOUBLE_MS;
    if (isSecond && place !== clicked?.place && event.target.closest(PRESSED)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    clicked = { place, at: event.timeStamp };
    const hold = heldBy(event.target) ?? (down?.place.contains(event.target) ? down : null);
    down = null;
    if (!hold) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    say(hold.why);
  }

  return {
    shift() {
      if (isShifting) return;
      look(false);
      isShifting = true;
      requestAnimationFrame(settle);
    },
    listen() {
      const abort = new AbortController();
      const options = { capture: true, signal: abort.signal };
      window.addEventListener("pointerdown", onDown, options);
      window.addEventListener("click", onClick, options);
      // What the person does from here on is no doing of others.
      for (const own of ["keydown", "wheel", "touchmove", "scroll"]) {
        window.addEventListener(own, settle, { ...options, passive: true });
      }
      return () => abort.abort();
    },
  };
}

function verbOf(before: Place | undefined, now: Place): "moved" | "came" | null {
  if (!before || before.name !== now.name) return "came";
  return (["x", "y"] as const).some((axis) => {
    const away = now[axis] - before[axis];
    const byScroll = before.scrolled[axis] - now.scrolled[axis];
    // Where it only went with the scrolling, it is where it was in its list.
    return Math.abs(away) > NEAR_PX && Math.abs(away - byScroll) > NEAR_PX;
  })
    ? "moved"
    : null;
}

function scrolledAround(element: Element | null): Pixels {
  const sum = { x: 0, y: 0 };
  for (let at = element; at; at = at.parentElement) {
    sum.x += at.scrollLeft;
    sum.y += at.scrollTop;
  }
  return sum;
}
