/**
 * Runs in the page, before its own scripts: when cards and probes are painted, and what one change
 * touches. Neighbour: `main.ts` reads `window.bench`. Invariant: it knows `data-task-id` and the word
 * of a probe and nothing else of the page, so views may change.
 */

/** What the page tells of itself. Moments in milliseconds since 1970, with their fractions. */
export interface Watch {
  /** Until the first card stood in the document, since the navigation; null before. */
  firstCardMs: number | null;
  /** When the number of a probe was first painted. */
  painted: Record<number, number>;
  /** Of each change of cards: how many mutations, how many cards. */
  changes: { mutations: number; cards: number }[];
  untilPainted(probe: number): Promise<void>;
}
declare global {
  interface Window {
    bench: Watch;
  }
}

export function watch(): void {
  const waiting = new Map<number, () => void>();
  const bench: Watch = {
    firstCardMs: null,
    painted: {},
    changes: [],
    untilPainted: (probe) =>
      bench.painted[probe] === undefined
        ? new Promise((done) => waiting.set(probe, done))
        : Promise.resolve(),
  };
  window.bench = bench;
  const met = new Set<number>();

  /** After the frame's own work: it has been painted. */
  function afterFrame(run: (at: number) => void): void {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => run(performance.timeOrigin + performance.now());
      port2.postMessage(null);
    });
  }

  function textsOf({ type, target, addedNodes }: MutationRecord): string[] {
    if (type === "characterData") return [target.nodeValue ?? ""];
    return Array.from(addedNodes, ({ textContent }) => textContent ?? "");
  }

  const observer = new MutationObserver((records) => {
    if (bench.firstCardMs === null && document.querySelector("[data-task-id]")) {
      bench.firstCardMs = performance.now();
    }
    const cards = new Set<string>();
    for (const { target } of records) {
      const element = target instanceof Element ? target : target.parentElement;
      const id = element?.closest("[data-task-id]")?.getAttribute("data-task-id");
      if (id) cards.add(id);
    }
    if (cards.size > 0) bench.changes.push({ mutations: records.length, cards: cards.size });
    for (const [, digits] of records
      .flatMap(textsOf)
      .join(" ")
      .matchAll(/probe (\d+)/g)) {
      const probe = Number(digits);
      if (met.has(probe)) continue;
      met.add(probe);
      afterFrame((at) => {
        bench.painted[probe] = at;
        waiting.get(probe)?.();
      });
    }
  });
  observer.observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    characterData: true,
  });
}
