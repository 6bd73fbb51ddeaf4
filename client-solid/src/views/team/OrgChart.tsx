/**
 * The org chart as a drawing: cards placed by `model.ts`, lines between them, moved by dragging, wheel,
 * keys and buttons. Neighbour: `org-tree.ts` holds what is open. Invariant: the drawing scrolls like
 * anything else, so that a focused card is always brought into sight.
 */
import ChevronsDownUp from "lucide-solid/icons/chevrons-down-up";
import ChevronsUpDown from "lucide-solid/icons/chevrons-up-down";
import Maximize from "lucide-solid/icons/maximize";
import ZoomIn from "lucide-solid/icons/zoom-in";
import ZoomOut from "lucide-solid/icons/zoom-out";
import { createEffect, createMemo, createSignal, For, on, onCleanup, onMount } from "solid-js";
import { useCommands } from "../../commands.ts";
import { IconButton } from "../../parts/Button.tsx";
import { CARD, toLayout } from "./model.ts";
import { OrgCard } from "./OrgCard.tsx";
import { useOrgTree } from "./org-tree.ts";

const MIN_ZOOM = 0.25;
const MAX_ZOOM = 1.5;
/** Smaller than this nobody reads a card: a larger company is scrolled instead. */
const MIN_FIT = 0.55;
const STEP = 1.2;
const MARGIN = 40;
const PAN = 80;

export function OrgChart() {
  let view!: HTMLDivElement;
  let tree!: HTMLDivElement;
  const [zoom, setZoom] = createSignal(1);
  const [room, setRoom] = createSignal({ width: 0, height: 0 });
  const org = useOrgTree((id) => {
    const card = tree.querySelector<HTMLElement>(`[data-agent-id="${CSS.escape(id)}"]`);
    card?.focus({ preventScroll: true });
    card?.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  const layout = createMemo(() => toLayout(org.rows()));
  /** Where the drawing begins: in the middle, where it is smaller than the room. */
  const left = () => Math.max(MARGIN, (room().width - layout().width * zoom()) / 2);

  /** Zooms so that what is at this point of the view stays there. */
  function zoomTo(next: number, x = view.clientWidth / 2, y = view.clientHeight / 2): void {
    const before = zoom();
    const to = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, next));
    const atX = (view.scrollLeft + x - left()) / before;
    const atY = (view.scrollTop + y - MARGIN) / before;
    setZoom(to);
    view.scrollLeft = atX * to + left() - x;
    view.scrollTop = atY * to + MARGIN - y;
  }

  function fit(): void {
    const { width, height } = layout();
    const fits = Math.min(
      (view.clientWidth - 2 * MARGIN) / width,
      (view.clientHeight - 2 * MARGIN) / height,
      1,
    );
    setZoom(Math.max(MIN_FIT, fits));
    // Where it does not fit, the CEO in the middle of the upper edge.
    const top = layout().places.get(org.rows()[0]?.id ?? "");
    view.scrollTop = 0;
    view.scrollLeft = left() + ((top?.x ?? 0) + CARD.width / 2) * zoom() - view.clientWidth / 2;
  }

  function onWheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = view.getBoundingClientRect();
    zoomTo(
      zoom() * Math.exp(-event.deltaY / 300),
      event.clientX - box.left,
      event.clientY - box.top,
    );
  }

  /** Dragging the ground moves it; touch scrolls by itself. */
  function onPointerDown(event: PointerEvent): void {
    const target = event.target as Element;
    if (event.pointerType === "touch" || event.button !== 0 || target.closest(".org-card")) return;
    event.preventDefault();
    view.setPointerCapture(event.pointerId);
    view.dataset.dragging = "";
    let { clientX: x, clientY: y } = event;
    const move = (next: PointerEvent) => {
      view.scrollBy(x - next.clientX, y - next.clientY);
      x = next.clientX;
      y = next.clientY;
    };
    const end = () => {
      delete view.dataset.dragging;
      view.removeEventListener("pointermove", move);
    };
    view.addEventListener("pointermove", move);
    view.addEventListener("lostpointercapture", end, { once: true });
  }

  onMount(() => {
    const measure = () => setRoom({ width: view.clientWidth, height: view.clientHeight });
    const sizes = new ResizeObserver(measure);
    sizes.observe(view);
    view.addEventListener("wheel", onWheel, { passive: false });
    measure();
    fit();
    onCleanup(() => sizes.disconnect());
  });
  // A branch that opens keeps the card that was pressed in sight.
  createEffect(
    on(
      layout,
      () =>
        queueMicrotask(() => {
          const card = document.activeElement?.closest(".org-card");
          if (card && tree.contains(card))
            card.scrollIntoView({ block: "nearest", inline: "nearest" });
        }),
      { defer: true },
    ),
  );

  const pan = (x: number, y: number) => view.scrollBy(x * PAN, y * PAN);
  const zoomIn = () => zoomTo(zoom() * STEP);
  const zoomOut = () => zoomTo(zoom() / STEP);
  useCommands(() => [
    command("in", "Zoom in", "=", zoomIn),
    // Where plus needs Shift or has a key of its own.
    { ...command("in plus", "Zoom in", "Shift+Equal", zoomIn), hidden: true },
    { ...command("in pad", "Zoom in", "NumpadAdd", zoomIn), hidden: true },
    command("out", "Zoom out", "-", zoomOut),
    command("fit", "Fit the chart", "0", fit),
    command("collapse", "Collapse all branches", "[", () => org.setAll(false)),
    command("expand", "Expand all branches", "]", () => org.setAll(true)),
    ...PANS.map(([key, x, y]) => ({
      ...command(`pan ${key}`, `Move the chart: ${key}`, `Shift+${key}`, () => pan(x, y)),
      hidden: true,
    })),
    ...PANS.map(([key, x, y]) => ({
      ...command(`move ${key}`, `Move the chart: ${key}`, key, () => pan(x, y)),
      hidden: true,
    })),
  ]);

  return (
    <div class="view-body fill org">
      <div class="org-view" ref={view} onPointerDown={onPointerDown}>
        <div
          class="org-ground"
          style={{
            width: `${layout().width * zoom() + left() + MARGIN}px`,
            height: `${layout().height * zoom() + 2 * MARGIN}px`,
          }}
        >
          <div
            class="org-drawing"
            style={{
              width: `${layout().width}px`,
              height: `${layout().height}px`,
              transform: `translate(${left()}px, ${MARGIN}px) scale(${zoom()})`,
            }}
          >
            <svg
              class="org-lines"
              width={layout().width}
              height={layout().height}
              viewBox={`0 0 ${layout().width} ${layout().height}`}
              aria-hidden="true"
            >
              <For each={layout().lines}>{({ d }) => <path d={d} />}</For>
            </svg>
            <div
              role="tree"
              aria-label="Org chart"
              data-testid="org"
              ref={tree}
              onKeyDown={org.onKeyDown}
            >
              <For each={org.ids()}>
                {(id) => (
                  <OrgCard
                    id={id}
                    tree={org}
                    style={{
                      left: `${layout().places.get(id)?.x ?? 0}px`,
                      top: `${layout().places.get(id)?.y ?? 0}px`,
                      width: `${CARD.width}px`,
                      height: `${CARD.height}px`,
                    }}
                  />
                )}
              </For>
            </div>
          </div>
        </div>
      </div>
      <div class="org-tools" role="toolbar" aria-label="The chart">
        <IconButton
          label="Collapse all branches"
          keys="["
          icon={ChevronsDownUp}
          small
          onClick={() => org.setAll(false)}
        />
        <IconButton
          label="Expand all branches"
          keys="]"
          icon={ChevronsUpDown}
          small
          onClick={() => org.setAll(true)}
        />
        <IconButton label="Zoom out" keys="-" icon={ZoomOut} small onClick={zoomOut} />
        <span class="number small" data-testid="zoom">
          {Math.round(zoom() * 100)} %
        </span>
        <IconButton label="Zoom in" keys="+" icon={ZoomIn} small onClick={zoomIn} />
        <IconButton label="Fit the chart" keys="0" icon={Maximize} small onClick={fit} />
      </div>
    </div>
  );
}

const PANS = [
  ["ArrowLeft", -1, 0],
  ["ArrowRight", 1, 0],
  ["ArrowUp", 0, -1],
  ["ArrowDown", 0, 1],
] as const;

function command(id: string, name: string, keys: string, run: () => void) {
  return { id: `org ${id}`, name, group: "Team", keys, moves: true, run };
}
